// SPDX-License-Identifier: Apache-2.0
// The production runtime: it offers a real world, and does not go before its actors have gone.
#include "actors/caf_runtime.hpp"

#include <atomic>
#include <set>

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

TEST(CafRuntime, KnowsTheTime) {
  caf_runtime world{1, no_stores};
  const auto time_of_writing = processing_time{std::chrono::hours{24 * 365 * 50}};
  EXPECT_GT(world.now(), time_of_writing);
}

TEST(CafRuntime, DrawsDifferentNumbersInEveryRun) {
  std::set<std::uint64_t> drawn;
  for (int i = 0; i < 2; ++i) {
    caf_runtime world{1, no_stores};
    for (int j = 0; j < 10; ++j) drawn.insert(world.random());
  }
  EXPECT_EQ(drawn.size(), 20U);
}

TEST(CafRuntime, ReachesTheDisk) {
  temporary_directory directory;
  directory.write("a.txt", "abc");
  caf_runtime world{1, no_stores};
  const auto status = world.files().stat(directory / "a.txt");
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(status->size, 3U);
}

// Uses everything a runtime has to offer at the last possible moment.
class late_user final : public caf::event_based_actor {
public:
  late_user(caf::actor_config& config, runtime& world, std::atomic<bool>& ended)
      : caf::event_based_actor{config}, world_{&world}, ended_{&ended} {}
  caf::behavior make_behavior() override {
    return {[](int) {}};
  }
  void on_exit() override {
    const auto address = world_->fabric().publish(caf::actor{this});
    EXPECT_TRUE(world_->fabric().resolve(address));
    EXPECT_TRUE(world_->files().stat("/").ok());
    EXPECT_NE(world_->random(), world_->random());
    *ended_ = true;
  }

private:
  runtime* world_;
  std::atomic<bool>* ended_;
};

TEST(CafRuntime, OffersEverythingUntilItsLastActorHasEnded) {
  for (const auto idle : {idle_workers::look_around, idle_workers::sleep}) {
    std::atomic<bool> ended = false;
    {
      caf_runtime world{2, no_stores, idle};
      const auto user = world.spawn<late_user>(static_cast<runtime&>(world), std::ref(ended));
      caf::anon_send_exit(user, caf::exit_reason::user_shutdown);
    }
    EXPECT_TRUE(ended);
  }
}

TEST(CafRuntime, LetsIdleWorkersSleep) {
  const auto policy_of = [](const caf_runtime& made) {
    auto& world = const_cast<caf_runtime&>(made);
    return caf::get_or(world.system().config(), "scheduler.policy", caf::atom("none"));
  };
  EXPECT_EQ(policy_of(caf_runtime{1, no_stores, idle_workers::sleep}), caf::atom("sharing"));
  EXPECT_NE(policy_of(caf_runtime{1, no_stores}), caf::atom("sharing"));
}

}  // namespace
}  // namespace weir
