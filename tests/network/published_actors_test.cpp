// SPDX-License-Identifier: Apache-2.0
// Who is published is found until it ends; who watches is told once.
#include "network/published_actors.hpp"

#include <future>
#include <memory>
#include <string>

#include <caf/all.hpp>
#include <gtest/gtest.h>

namespace weir {
namespace {

class PublishedActors : public ::testing::Test {
protected:
  // One for each test.
  caf::strong_actor_ptr spawn_idle() {
    const auto actor = system_.spawn([]() -> caf::behavior { return {[](int) {}}; });
    // CAF tells those last who have asked first: by then everybody else has been told.
    actor->attach_functor([this](const caf::error&) { ended_.set_value(); });
    return caf::actor_cast<caf::strong_actor_ptr>(actor);
  }
  // Returns when it has ended.
  void end(const caf::strong_actor_ptr& actor, caf::exit_reason reason) {
    caf::anon_send_exit(caf::actor_cast<caf::actor>(actor), reason);
    ended_.get_future().wait();
  }

  std::promise<void> ended_;
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  std::string told_;
  std::shared_ptr<published_actors> actors_ = published_actors::make(
      [this](std::uint64_t connection, std::uint64_t, const caf::error& reason) {
        told_ += std::to_string(connection) + ":" + std::to_string(reason.code()) + " ";
      });
};

TEST_F(PublishedActors, AreFoundUntilTheyEnd) {
  const auto actor = spawn_idle();
  const auto number = actors_->publish(actor);
  EXPECT_EQ(number, actor->id());
  EXPECT_EQ(actors_->publish(actor), number);
  EXPECT_EQ(actors_->find(number), actor);
  EXPECT_EQ(actors_->find(number + 1), nullptr);
  end(actor, caf::exit_reason::kill);
  EXPECT_EQ(actors_->find(number), nullptr);
  EXPECT_EQ(actors_->size(), 0U);
}

TEST_F(PublishedActors, TellEachWatcherOnce) {
  const auto actor = spawn_idle();
  const auto number = actors_->publish(actor);
  for (const std::uint64_t connection : {4U, 5U, 4U, 6U}) {
    EXPECT_TRUE(actors_->watch(number, connection));
  }
  actors_->forget_watcher(5);
  end(actor, caf::exit_reason::kill);
  EXPECT_EQ(told_, "4:5 6:5 ");
  EXPECT_FALSE(actors_->watch(number, 4));
}

TEST_F(PublishedActors, DoNotKeepOneThatHasEndedBefore) {
  const auto actor = spawn_idle();
  end(actor, caf::exit_reason::kill);
  const auto number = actors_->publish(actor);
  EXPECT_EQ(actors_->find(number), nullptr);
  EXPECT_FALSE(actors_->watch(number, 4));
}

TEST_F(PublishedActors, AreSilentWhenNobodyListensAnyMore) {
  const auto actor = spawn_idle();
  actors_->watch(actors_->publish(actor), 4);
  actors_->silence();
  end(actor, caf::exit_reason::kill);
  EXPECT_EQ(told_, "");
}

}  // namespace
}  // namespace weir
