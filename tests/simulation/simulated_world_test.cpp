// SPDX-License-Identifier: Apache-2.0
// A cluster in one thread: one seed, one run; time that jumps; links that delay; crashes.
#include "coordination/simulation/simulated_world.hpp"

#include <set>

#include <gtest/gtest.h>

#include "actors/caf_messages.hpp"
#include "tests/support/probe_actor.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

constexpr process_id here{0};
constexpr process_id there{1};

// Sends a number back and forth until it is used up; takes a little break now and then.
class ping_pong final : public caf::event_based_actor {
public:
  ping_pong(caf::actor_config& config, runtime& process)
      : caf::event_based_actor{config}, process_{&process} {}
  caf::behavior make_behavior() override {
    return {[this](int left, actor_address peer) {
      if (left == 0) return;
      const auto self = process_->fabric().publish(caf::actor{this});
      const auto target = process_->fabric().resolve(peer);
      if (left % 3 == 0) {
        delayed_send(target, duration{process_->random() % 100}, left - 1, self);
      } else {
        send(target, left - 1, self);
      }
    }};
  }

private:
  runtime* process_;
};

}  // namespace
}  // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::actor_address)

namespace weir {
namespace {

struct run_result {
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
  processing_time end;
  friend bool operator==(const run_result&, const run_result&) = default;
};

// Three processes in which six actors play ping pong, with a crash on the way.
run_result play(std::uint64_t seed, schedule_options schedule = {}) {
  simulated_world world{{.seed = seed, .processes = 3, .schedule = schedule}};
  std::vector<actor_address> players;
  for (std::uint32_t n = 0; n < 6; ++n) {
    auto& process = world.process({n % 3});
    players.push_back(process.fabric().publish(process.spawn<ping_pong>(process)));
  }
  for (std::uint32_t n = 0; n < 6; ++n) {
    const auto target = world.process({n % 3}).fabric().resolve(players[n]);
    caf::anon_send(target, 50, players[(n + 1 + n % 2) % 6]);
  }
  world.after(std::chrono::milliseconds{5}, [&world] { world.crash({2}); });
  while (world.step()) {
  }
  return {world.trace_hash(), world.steps(), world.now()};
}

TEST(SimulatedWorld, TakesTheSameStepsForTheSameSeed) {
  for (const auto seed : seeds_for(50)) EXPECT_EQ(play(seed), play(seed)) << "seed " << seed;
}

TEST(SimulatedWorld, TakesTheSameStepsForTheSameSeedByPriorities) {
  const schedule_options by_priority{.how = schedule_options::strategy::priorities};
  for (const auto seed : seeds_for(50)) {
    EXPECT_EQ(play(seed, by_priority), play(seed, by_priority)) << "seed " << seed;
    EXPECT_NE(play(seed, by_priority).hash, play(seed).hash) << "seed " << seed;
  }
}

TEST(SimulatedWorld, TakesOtherStepsForOtherSeeds) {
  std::set<std::uint64_t> hashes;
  for (const auto seed : every_seed_of(50)) hashes.insert(play(seed).hash);
  EXPECT_EQ(hashes.size(), 50U);
}

TEST(SimulatedWorld, HasNothingToDoWhenItIsEmpty) {
  simulated_world world{{.seed = 1}};
  run_until(world, [] { return false; });
  EXPECT_FALSE(world.step());
}

TEST(SimulatedWorld, RunsActionsInTheOrderOfTheirTimes) {
  simulated_world world{{.seed = 1}};
  std::string order;
  std::vector<duration> times;
  const auto started = world.now();
  const auto note = [&](const char* name) {
    order += name;
    times.push_back(world.now() - started);
  };
  world.after(duration{300}, [&] { note("c"); });
  world.after(duration{100}, [&] { note("a"); });
  world.after(duration{100}, [&] { note("b"); });
  while (world.step()) {
  }
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(times, (std::vector<duration>{duration{100}, duration{100}, duration{300}}));
}

TEST(SimulatedWorld, JumpsToTheNextTimerOfAnActor) {
  simulated_world world{{.seed = 1}};
  const probe receiver{world.process(here)};
  const auto started = world.now();
  caf::scoped_actor self{world.system()};
  self->delayed_send(receiver.handle(), std::chrono::hours{5}, 17);
  ASSERT_TRUE(run_until(
      world, [&] { return receiver->count<int>() == 1; }, std::chrono::hours{6}));
  EXPECT_GE(world.now() - started, std::chrono::hours{5});
  EXPECT_LT(world.now() - started, std::chrono::hours{5} + duration{100});
  EXPECT_LT(world.steps(), 10U);
}

TEST(SimulatedWorld, KnowsTheActorsOfAProcessByName) {
  simulated_world world{{.seed = 1, .processes = 2}};
  const probe first{world.process(here)};
  const probe second{world.process(here)};
  const probe other{world.process(there)};
  EXPECT_TRUE(world.actors_of(here, "nobody").empty());
  EXPECT_EQ(world.actors_of(here, "probe"), (std::vector{first.handle(), second.handle()}));
  caf::anon_send_exit(first.handle(), caf::exit_reason::user_shutdown);
  while (world.step()) {
  }
  EXPECT_EQ(world.actors_of(here, "probe"), std::vector{second.handle()});
}

TEST(SimulatedWorld, DeliversInOrderOverALinkHoweverItIsDelayed) {
  for (const auto seed : seeds_for(20)) {
    simulated_world world{{.seed = seed, .processes = 2}};
    const probe receiver{world.process(there)};
    const auto handle = world.process(here).fabric().resolve(receiver.address());
    const auto sent = world.now();
    for (int n = 0; n < 100; ++n) caf::anon_send(handle, n);
    ASSERT_TRUE(run_until(world, [&] { return receiver->count<int>() == 100; }));
    EXPECT_GE(world.now() - sent, duration{50});
    std::vector<int> expected(100);
    for (int n = 0; n < 100; ++n) expected[static_cast<std::size_t>(n)] = n;
    EXPECT_EQ(receiver->all<int>(), expected) << "seed " << seed;
    EXPECT_EQ(world.messages_sent_over_links(), 100U);
  }
}

TEST(SimulatedWorld, TellsEveryWatcherWhichPeersAreUp) {
  simulated_world world{{.seed = 1, .processes = 3}};
  const probe watcher{world.process(here)};
  world.process(here).fabric().watch_peers(watcher.handle());
  ASSERT_TRUE(run_until(world, [&] { return watcher->count<peer_up>() == 2; }));
  EXPECT_EQ(watcher->all<peer_up>()[0].peer, process_id{1});
  EXPECT_EQ(watcher->all<peer_up>()[1].peer, process_id{2});
}

TEST(SimulatedWorld, TellsWatchersAndMonitorsOfACrashAfterTheDetectionDelay) {
  simulated_world world{{.seed = 1, .processes = 2}};
  probe watcher{world.process(here)};
  const probe victim{world.process(there)};
  world.process(here).fabric().watch_peers(watcher.handle());
  watcher.watch(world.process(here).fabric().resolve(victim.address()));
  const auto crashed = world.now();
  world.crash(there);
  ASSERT_TRUE(run_until(world, [&] { return watcher->count<caf::down_msg>() == 1; }));
  EXPECT_GE(world.now() - crashed, std::chrono::milliseconds{200});
  EXPECT_LT(world.now() - crashed, std::chrono::milliseconds{201});
  EXPECT_EQ(watcher->last<caf::down_msg>().reason, caf::exit_reason::remote_link_unreachable);
  ASSERT_TRUE(run_until(world, [&] { return watcher->count<peer_down>() == 1; }));
  EXPECT_EQ(watcher->last<peer_down>().peer, there);
}

TEST(SimulatedWorld, LosesWhatACrashedProcessSentAndDidNotArrive) {
  simulated_world world{{.seed = 1, .processes = 2}};
  const probe receiver{world.process(here)};
  const auto handle = world.process(there).fabric().resolve(receiver.address());
  caf::anon_send(handle, 17);
  world.crash(there);
  while (world.step()) {
  }
  EXPECT_EQ(receiver->count<int>(), 0U);
}

TEST(SimulatedWorld, EndsTheActorsOfACrashedProcessAndNoOthers) {
  simulated_world world{{.seed = 1, .processes = 2}};
  const auto before = world.system().registry().running();
  const probe survivor{world.process(here)};
  const probe first{world.process(there)};
  const probe second{world.process(there)};
  caf::anon_send(first.handle(), 1);
  EXPECT_EQ(world.system().registry().running(), before + 3);
  world.crash(there);
  world.crash(there);
  while (world.step()) {
  }
  EXPECT_EQ(world.system().registry().running(), before + 1);
  EXPECT_EQ(first->count<int>(), 0U);
}

// Sets a timer whenever it hears something, and needs its process to the end.
class late_sleeper final : public caf::event_based_actor {
public:
  late_sleeper(caf::actor_config& config, runtime& process, bool& has_gone)
      : caf::event_based_actor{config}, process_{&process}, has_gone_{&has_gone} {}
  late_sleeper(const late_sleeper&) = delete;
  late_sleeper& operator=(const late_sleeper&) = delete;
  ~late_sleeper() override {
    process_->random();  // A sanitizer knows whether that is still there.
    *has_gone_ = true;
  }
  caf::behavior make_behavior() override {
    return {[this](int heard) { delayed_send(this, std::chrono::hours{1}, heard); }};
  }

private:
  runtime* process_;
  bool* has_gone_;
};

TEST(SimulatedWorld, DropsAnActorThatSetATimerAtTheEndBeforeItsProcess) {
  bool has_gone = false;
  {
    simulated_world world{{.seed = 1}};
    auto& process = world.process(here);
    const auto actor = process.spawn<late_sleeper>(process, has_gone);
    while (world.step()) {
    }
    caf::anon_send(actor, 17);
  }
  EXPECT_TRUE(has_gone);
}

TEST(SimulatedWorld, RemembersTheLongestMailbox) {
  simulated_world world{{.seed = 1}};
  const probe receiver{world.process(here)};
  while (world.step()) {
  }
  for (int n = 0; n < 12; ++n) caf::anon_send(receiver.handle(), n);
  while (world.step()) {
  }
  EXPECT_EQ(world.longest_mailbox(), 12U);
}

}  // namespace
}  // namespace weir
