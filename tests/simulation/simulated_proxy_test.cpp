// SPDX-License-Identifier: Apache-2.0
// A handle to an actor of another process means what a local one means: send, answer, monitor.
#include "coordination/simulation/simulated_proxy.hpp"

#include <gtest/gtest.h>

#include "tests/support/probe_actor.hpp"

namespace weir {
namespace {

constexpr process_id here{0};
constexpr process_id there{1};

// Answers a number with its double; ends when it is told to.
class doubling_actor final : public caf::event_based_actor {
public:
  explicit doubling_actor(caf::actor_config& config) : caf::event_based_actor{config} {}
  caf::behavior make_behavior() override {
    return {[](int n) { return 2 * n; }, [this](std::string) { quit(caf::exit_reason::normal); }};
  }
};

// Asks for the double of a number and keeps the answer, or the error.
class asking_actor final : public caf::event_based_actor {
public:
  asking_actor(caf::actor_config& config, caf::actor whom, std::string& answer)
      : caf::event_based_actor{config}, whom_{std::move(whom)}, answer_{&answer} {}
  caf::behavior make_behavior() override {
    request(whom_, std::chrono::seconds{1}, 21)
        .then([this](int twice) { *answer_ = std::to_string(twice); },
              [this](const caf::error& failed) { *answer_ = system().render(failed); });
    return {[](caf::unit_t) {}};
  }

private:
  caf::actor whom_;
  std::string* answer_;
};

class SimulatedProxy : public ::testing::Test {
protected:
  runtime& near() { return world_.process(here); }
  runtime& far() { return world_.process(there); }
  void run_everything() {
    while (world_.step()) {
    }
  }

  std::string answer_;
  simulated_world world_{{.seed = 1, .processes = 2}};
};

TEST_F(SimulatedProxy, IsTheActorItselfInItsOwnProcess) {
  const probe target{near()};
  EXPECT_EQ(near().fabric().resolve(target.address()), target.handle());
}

TEST_F(SimulatedProxy, IsOneObjectForAllOfAProcessWhoLook) {
  const auto object = [](const caf::actor& handle) {
    return caf::actor_cast<caf::abstract_actor*>(handle);
  };
  const probe target{far()};
  const auto proxy = near().fabric().resolve(target.address());
  EXPECT_NE(object(proxy), object(target.handle()));
  EXPECT_EQ(object(proxy), object(near().fabric().resolve(target.address())));
}

TEST_F(SimulatedProxy, CarriesRequestsAndTheirAnswers) {
  const auto target = far().fabric().publish(far().spawn<doubling_actor>());
  near().spawn<asking_actor>(near().fabric().resolve(target), std::ref(answer_));
  run_everything();
  EXPECT_EQ(answer_, "42");
}

TEST_F(SimulatedProxy, AnswersARequestToNobodyWithAnError) {
  near().spawn<asking_actor>(near().fabric().resolve({there, 4711}), std::ref(answer_));
  run_everything();
  EXPECT_NE(answer_, "");
  EXPECT_NE(answer_, "42");
}

TEST_F(SimulatedProxy, ReportsTheEndOfTheActorItStandsForToMonitors) {
  probe watcher{near()};
  const auto target = far().spawn<doubling_actor>();
  watcher.watch(near().fabric().resolve(far().fabric().publish(target)));
  caf::anon_send(target, std::string{"go"});
  run_everything();
  ASSERT_EQ(watcher->count<caf::down_msg>(), 1U);
  EXPECT_EQ(watcher->last<caf::down_msg>().reason, caf::exit_reason::normal);
}

TEST_F(SimulatedProxy, ReportsToMonitorsThatNobodyIsThere) {
  probe watcher{near()};
  watcher.watch(near().fabric().resolve({there, 4711}));
  run_everything();
  EXPECT_EQ(watcher->count<caf::down_msg>(), 1U);
}

TEST_F(SimulatedProxy, ReportsToMonitorsThatItsProcessCrashedLongAgo) {
  const probe target{far()};
  world_.crash(there);
  run_everything();
  probe watcher{near()};
  watcher.watch(near().fabric().resolve(target.address()));
  run_everything();
  EXPECT_EQ(watcher->count<caf::down_msg>(), 1U);
}

TEST_F(SimulatedProxy, DropsWhatItIsSentAfterItsActorHasEnded) {
  const auto target = far().spawn<doubling_actor>();
  const auto proxy = near().fabric().resolve(far().fabric().publish(target));
  caf::anon_send(target, std::string{"go"});
  run_everything();
  const auto sent = world_.messages_sent_over_links();
  caf::anon_send(proxy, 17);
  run_everything();
  EXPECT_EQ(world_.messages_sent_over_links(), sent);
}

// Writes numbers as text and counts how often it is asked.
class number_codec final : public message_codec {
public:
  status encode(const caf::message& message, std::string& out) const override {
    ++encoded;
    out += std::to_string(message.get_as<int>(0));
    return {};
  }
  result<caf::message> decode(std::string_view bytes) const override {
    ++decoded;
    return caf::make_message(std::stoi(std::string{bytes}) + 1'000);
  }
  mutable int encoded = 0;
  mutable int decoded = 0;
};

TEST(SimulatedProxyWithACodec, SendsBytesToOtherProcessesOnly) {
  const number_codec codec;
  simulated_world world{{.seed = 1, .processes = 2, .codec = &codec}};
  const auto run_everything = [&] {
    while (world.step()) {
    }
  };
  std::string answer;
  const auto far = world.process(there).spawn<doubling_actor>();
  const auto address = world.process(there).fabric().publish(far);
  const auto proxy = world.process(here).fabric().resolve(address);
  world.process(here).spawn<asking_actor>(proxy, answer);
  run_everything();
  EXPECT_EQ(answer, std::to_string((21 + 1'000) * 2 + 1'000));
  EXPECT_EQ(codec.encoded, 2);
  EXPECT_EQ(codec.decoded, 2);
  world.process(there).spawn<asking_actor>(far, answer);
  run_everything();
  EXPECT_EQ(answer, "42");
  EXPECT_EQ(codec.encoded, 2);
}

}  // namespace
}  // namespace weir
