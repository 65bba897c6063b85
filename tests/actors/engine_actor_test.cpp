// SPDX-License-Identifier: Apache-2.0
// Supervision and manners: who ends with whom, what a parent hears, and that nobody dies of an
// unexpected message.
#include "actors/engine_actor.hpp"

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include "actors/caf_runtime.hpp"

namespace weir {

struct child_ended {
  caf::actor child;
  bool finished = false;
  error cause;
};
struct spawn_one {};
struct do_finish {};
struct do_fail {};
struct do_throw {};

}  // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::child_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::spawn_one)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::do_finish)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::do_fail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::do_throw)

namespace weir {
namespace {

class test_child final : public engine_actor {
public:
  test_child(caf::actor_config& config, runtime& world, const caf::actor& parent)
      : engine_actor{config, world} {
    obey(parent);
  }
  caf::behavior make_behavior() override {
    return {
        [this](do_finish) { quit(caf::exit_reason::normal); },
        [this](do_fail) {
          fail({error_code::io_failure, "disk full"});
        },
        [](do_throw) { throw std::runtime_error{"a broken invariant"}; },
        [this](std::string) { return unexpected_messages(); },
    };
  }
};

// Answers `spawn_one` with a child, and tells the observer what it hears of its children.
class test_parent final : public engine_actor {
public:
  test_parent(caf::actor_config& config, runtime& world, caf::actor observer)
      : engine_actor{config, world}, observer_{std::move(observer)} {}
  caf::behavior make_behavior() override {
    return {[this](spawn_one) { return spawn_child<test_child>(); }};
  }
  void on_exit() override { observer_ = nullptr; }

protected:
  void on_child_ended(const caf::actor_addr& child, bool finished, error cause) override {
    send(observer_, child_ended{caf::actor_cast<caf::actor>(child), finished, std::move(cause)});
  }

private:
  caf::actor observer_;
};

class EngineActor : public ::testing::Test {
protected:
  EngineActor() { child_ = spawn_child(); }
  ~EngineActor() override {
    caf::anon_send_exit(parent_, caf::exit_reason::user_shutdown);
    parent_ = nullptr;
    child_ = nullptr;
  }

  caf::actor spawn_child() {
    caf::actor made;
    observer_->request(parent_, caf::infinite, spawn_one{})
        .receive([&](const caf::actor& child) { made = child; }, [](const caf::error&) {});
    return made;
  }
  child_ended next_end() {
    child_ended heard;
    observer_->receive([&](const child_ended& end) { heard = end; });
    return heard;
  }
  // Returns once `ended` has, with its exit reason.
  caf::error end_of(const caf::actor& ended) {
    caf::error reason;
    observer_->monitor(ended);
    observer_->receive([&](const caf::down_msg& down) { reason = down.reason; });
    return reason;
  }

  caf_runtime world_{2, no_stores};
  caf::scoped_actor observer_{world_.system()};
  caf::actor parent_{world_.spawn<test_parent>(world_, caf::actor_cast<caf::actor>(observer_))};
  caf::actor child_;
};

TEST_F(EngineActor, TellsTheParentThatAChildMeantToEnd) {
  caf::anon_send(child_, do_finish{});
  const auto end = next_end();
  EXPECT_TRUE(end.finished);
  EXPECT_EQ(end.cause.message, "");
}

TEST_F(EngineActor, TellsTheParentWhyAChildFailed) {
  caf::anon_send(child_, do_fail{});
  const auto end = next_end();
  EXPECT_FALSE(end.finished);
  EXPECT_EQ(end.cause, (error{error_code::io_failure, "disk full"}));
}

TEST_F(EngineActor, TurnsAnExceptionIntoACause) {
  caf::anon_send(child_, do_throw{});
  const auto end = next_end();
  EXPECT_FALSE(end.finished);
  EXPECT_EQ(end.cause.code, error_code::internal);
  EXPECT_EQ(end.cause.message, "an engine actor threw: a broken invariant");
}

TEST_F(EngineActor, TellsTheParentThatAChildWasEndedFromOutside) {
  caf::anon_send_exit(child_, caf::exit_reason::user_shutdown);
  const auto end = next_end();
  EXPECT_FALSE(end.finished);
  EXPECT_EQ(end.cause.message, "it was told to end from outside");
}

TEST_F(EngineActor, OutlivesItsChildren) {
  for (int i = 0; i < 3; ++i) {
    caf::anon_send(child_, do_fail{});
    next_end();
    child_ = spawn_child();
  }
  EXPECT_EQ(world_.system().registry().running(), 3U);  // Parent, child, observer.
}

TEST_F(EngineActor, EndsWithItsParent) {
  const auto sibling = spawn_child();
  caf::anon_send_exit(parent_, caf::exit_reason::user_shutdown);
  EXPECT_EQ(end_of(child_), caf::exit_reason::user_shutdown);
  EXPECT_EQ(end_of(sibling), caf::exit_reason::user_shutdown);
}

TEST_F(EngineActor, DoesNotEndWithASibling) {
  const auto sibling = spawn_child();
  caf::anon_send(sibling, do_fail{});
  next_end();
  observer_->request(child_, caf::infinite, std::string{"alive?"})
      .receive([](std::uint64_t) {}, [](const caf::error&) { FAIL(); });
}

TEST_F(EngineActor, CountsAndDropsUnexpectedMessages) {
  caf::anon_send(child_, 17);
  caf::anon_send(child_, spawn_one{});
  observer_->request(child_, caf::infinite, std::string{"how many?"})
      .receive([](std::uint64_t count) { EXPECT_EQ(count, 2U); },
               [](const caf::error&) { FAIL(); });
}

TEST_F(EngineActor, DoesNotKillTheSenderOfAnUnexpectedMessage) {
  observer_->send(child_, 17);
  observer_->request(child_, caf::infinite, std::string{"how many?"})
      .receive([](std::uint64_t count) { EXPECT_EQ(count, 1U); },
               [](const caf::error&) { FAIL(); });
  EXPECT_TRUE(observer_->mailbox().empty());
}

TEST_F(EngineActor, AnswersAnUnexpectedRequestWithAnError) {
  observer_->request(child_, caf::infinite, 17)
      .receive([](std::uint64_t) { FAIL(); },
               [](const caf::error& refused) { EXPECT_EQ(refused, caf::sec::unexpected_message); });
}

}  // namespace
}  // namespace weir
