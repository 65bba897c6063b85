// SPDX-License-Identifier: Apache-2.0
// Links that are slow, cut, jammed and reset: what they carry arrives once and in order, or both
// sides learn that the connection has ended, and then that there is another.
#include "coordination/simulation/simulated_links.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "actors/caf_messages.hpp"
#include "coordination/simulation/simulated_world.hpp"
#include "tests/support/probe_actor.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr process_id here{0};
constexpr process_id there{1};
constexpr process_id elsewhere{2};
constexpr milliseconds detection{200};
constexpr milliseconds at_the_latest{302};  // Half as much again, and a message.

class SimulatedLinks : public ::testing::Test {
protected:
  SimulatedLinks() {
    world_.process(here).fabric().watch_peers(near_.handle());
    world_.process(there).fabric().watch_peers(far_.handle());
    near_.watch(to_far());
    far_.watch(to_near());
    run_for(world_, milliseconds{2});
  }
  caf::actor to_far() { return world_.process(here).fabric().resolve(far_.address()); }
  caf::actor to_near() { return world_.process(there).fabric().resolve(near_.address()); }
  simulated_links& links() { return world_.links(); }
  void run_everything() {
    while (world_.step()) {
    }
  }
  void expect_connections(std::size_t ended) {
    for (const auto* each : {&near_, &far_}) {
      EXPECT_EQ((*each)->count<caf::down_msg>(), ended == 0 ? 0U : 1U);
      EXPECT_EQ((*each)->count<peer_down>(), ended);
      EXPECT_EQ((*each)->count<peer_up>(), 2 + ended);
    }
  }
  // A handle of the connection that is open now works both ways.
  void expect_to_work() {
    const auto before = near_->count<std::string>() + far_->count<std::string>();
    caf::anon_send(to_far(), std::string{"there"});
    caf::anon_send(to_near(), std::string{"back"});
    run_everything();
    EXPECT_EQ(near_->count<std::string>() + far_->count<std::string>(), before + 2);
  }

  simulated_world world_{{.seed = 1, .processes = 3}};
  probe near_{world_.process(here)};
  probe far_{world_.process(there)};
};

TEST_F(SimulatedLinks, AreSlowForAWhileAndKeepTheOrder) {
  const auto started = world_.now();
  links().slow_down(here, there, seconds{1}, milliseconds{100});
  for (int n = 0; n < 5; ++n) caf::anon_send(to_far(), n);
  caf::anon_send(to_near(), 7);
  ASSERT_TRUE(run_until(world_, [&] { return near_->count<int>() == 1; }));
  EXPECT_LT(world_.now() - started, milliseconds{2});
  run_for(world_, milliseconds{200});
  caf::anon_send(to_far(), 5);
  ASSERT_TRUE(run_until(world_, [&] { return far_->count<int>() == 6; }));
  EXPECT_EQ(far_->all<int>(), (std::vector{0, 1, 2, 3, 4, 5}));
  EXPECT_GE(world_.now() - started, seconds{1});
  EXPECT_LT(world_.now() - started, milliseconds{1502});
  const auto later = world_.now();
  caf::anon_send(to_far(), 6);
  ASSERT_TRUE(run_until(world_, [&] { return far_->count<int>() == 7; }));
  EXPECT_LT(world_.now() - later, milliseconds{2});
  expect_connections(0);
}

TEST_F(SimulatedLinks, DeliverLateAndInOrderWhatAShortStallKept) {
  const auto started = world_.now();
  caf::anon_send(to_far(), 0);  // On its way when the stall begins.
  links().stall(here, there, milliseconds{199});
  run_for(world_, milliseconds{50});
  for (int n = 1; n < 5; ++n) caf::anon_send(to_far(), n);
  caf::anon_send(to_near(), 7);
  ASSERT_TRUE(run_until(world_, [&] { return far_->count<int>() == 5; }));
  EXPECT_GE(world_.now() - started, milliseconds{199});
  run_everything();
  EXPECT_EQ(far_->all<int>(), (std::vector{0, 1, 2, 3, 4}));
  EXPECT_EQ(near_->all<int>(), std::vector{7});
  expect_connections(0);
}

TEST_F(SimulatedLinks, EndTheConnectionInALongStallAndLoseWhatItCarried) {
  const auto started = world_.now();
  links().stall(here, there, seconds{2});
  caf::anon_send(to_far(), 1);
  caf::anon_send(to_near(), 2);
  const auto both_know = [&] {
    return near_->count<peer_down>() == 1 && far_->count<peer_down>() == 1;
  };
  ASSERT_TRUE(run_until(world_, [&] { return near_->count<peer_down>() == 1; }));
  EXPECT_GE(world_.now() - started, detection);
  ASSERT_TRUE(run_until(world_, both_know));
  EXPECT_LE(world_.now() - started, at_the_latest);
  EXPECT_EQ(near_->last<caf::down_msg>().reason, caf::exit_reason::remote_link_unreachable);
  caf::anon_send(to_far(), 3);  // Of no connection.
  run_everything();
  EXPECT_GE(world_.now() - started, seconds{2});
  expect_connections(1);
  EXPECT_EQ(near_->count<int>() + far_->count<int>(), 0U);
  expect_to_work();
}

TEST_F(SimulatedLinks, TellAtOnceOfAPeerThatHasBeenGivenUp) {
  links().stall(here, there, seconds{2});
  run_for(world_, seconds{1});
  probe late{world_.process(here)};
  late.watch(to_far());
  run_for(world_, milliseconds{1});
  EXPECT_EQ(late->count<caf::down_msg>(), 1U);
}

TEST_F(SimulatedLinks, EndTheConnectionAtBothSidesWhenOneWayIsCut) {
  links().cut(there, here, seconds{2});
  caf::anon_send(to_far(), 1);
  caf::anon_send(to_near(), 2);
  ASSERT_TRUE(run_until(world_, [&] { return near_->count<peer_down>() == 1; }));
  EXPECT_EQ(far_->count<peer_down>(), 0U);
  EXPECT_EQ(far_->all<int>(), std::vector{1});
  run_for(world_, milliseconds{2});
  EXPECT_EQ(far_->count<peer_down>(), 1U);
  EXPECT_EQ(far_->count<peer_up>(), 2U);
  run_everything();
  expect_connections(1);
  EXPECT_EQ(near_->count<int>(), 0U);
  expect_to_work();
}

TEST_F(SimulatedLinks, LoseWhatIsInFlightWhenTheyAreReset) {
  caf::anon_send(to_far(), 1);
  links().reset(here, there);
  EXPECT_NE(to_far(), nullptr);
  run_for(world_, milliseconds{2});
  expect_connections(1);
  EXPECT_EQ(far_->count<int>(), 0U);
  expect_to_work();
}

TEST_F(SimulatedLinks, NeverMixConnectionsHoweverTheyFlap) {
  for (const auto seed : seeds_for(20)) {
    simulated_world world{{.seed = seed, .processes = 2}};
    const probe receiver{world.process(there)};
    world.links().flap(here, there, seconds{1}, milliseconds{20});
    for (int n = 0; n < 2000; ++n) {
      world.after(milliseconds{1} * n, [&world, &receiver, n] {
        caf::anon_send(world.process(here).fabric().resolve(receiver.address()), n);
      });
    }
    while (world.step()) {
    }
    const auto got = receiver->all<int>();
    EXPECT_TRUE(std::is_sorted(got.begin(), got.end())) << "seed " << seed;
    EXPECT_EQ((std::set<int>{got.begin(), got.end()}).size(), got.size()) << "seed " << seed;
    EXPECT_LT(got.size(), 1950U);
    EXPECT_GT(got.size(), 1200U);
    EXPECT_EQ(got.back(), 1999);
  }
}

TEST_F(SimulatedLinks, DeliverInOneBurstWhatAJamKept) {
  const auto started = world_.now();
  links().jam(here, there, seconds{5});
  for (int n = 0; n < 5; ++n) {
    caf::anon_send(to_far(), n);
    run_for(world_, milliseconds{500});
  }
  EXPECT_EQ(far_->count<int>(), 0U);
  ASSERT_TRUE(run_until(world_, [&] { return far_->count<int>() == 5; }));
  EXPECT_GE(world_.now() - started, seconds{5});
  EXPECT_LT(world_.now() - started, milliseconds{5002});
  EXPECT_EQ(far_->all<int>(), (std::vector{0, 1, 2, 3, 4}));
  run_everything();
  expect_connections(0);
}

TEST_F(SimulatedLinks, WorkAgainOnlyWhenAllThatStoppedThemIsOver) {
  const auto started = world_.now();
  links().cut(here, there, milliseconds{50});
  links().cut(here, there, milliseconds{150});
  links().jam(here, there, milliseconds{180});
  caf::anon_send(to_far(), 1);
  ASSERT_TRUE(run_until(world_, [&] { return far_->count<int>() == 1; }));
  EXPECT_GE(world_.now() - started, milliseconds{180});
}

TEST_F(SimulatedLinks, StopAndGoOnInAnotherOrderWhenTheyAreSwizzled) {
  std::set<std::vector<process_id>> orders;
  for (const auto seed : every_seed_of(30)) {
    simulated_world world{{.seed = seed, .processes = 4}};
    const probe watcher{world.process(here)};
    world.process(here).fabric().watch_peers(watcher.handle());
    world.links().swizzle_clog(seed, {0}, seconds{4});
    while (world.step()) {
    }
    std::vector<process_id> order;
    for (const auto& each : watcher->all<peer_down>()) order.push_back(each.peer);
    orders.insert(order);
    EXPECT_FALSE(order.empty());
    EXPECT_EQ(watcher->count<peer_up>(), 3 + order.size()) << "seed " << seed;
  }
  EXPECT_GT(orders.size(), 3U);
}

TEST_F(SimulatedLinks, HaveAProcessThatCameBackBehindACutOneConnectWhenItIsOver) {
  links().stall(here, there, seconds{2});
  world_.crash(there);
  run_for(world_, seconds{1});
  world_.restart(there);
  const probe fresh{world_.process(there)};
  world_.process(there).fabric().watch_peers(fresh.handle());
  run_for(world_, milliseconds{500});
  EXPECT_EQ(fresh->count<peer_up>(), 1U);  // Only elsewhere.
  EXPECT_EQ(fresh->all<peer_up>()[0].peer, elsewhere);
  EXPECT_EQ(near_->count<peer_up>(), 2U);
  run_everything();
  EXPECT_EQ(fresh->count<peer_up>(), 2U);
  EXPECT_EQ(near_->count<peer_up>(), 3U);
  caf::anon_send(world_.process(here).fabric().resolve(fresh.address()), 1);
  run_everything();
  EXPECT_EQ(fresh->count<int>(), 1U);
}

TEST_F(SimulatedLinks, TellWithinAMillisecondOfACrashThatItsSystemReports) {
  const auto crashed = world_.now();
  world_.crash(there, crash_notice::at_once);
  ASSERT_TRUE(run_until(world_, [&] { return near_->count<peer_down>() == 1; }));
  EXPECT_LT(world_.now() - crashed, milliseconds{2});
  EXPECT_EQ(near_->count<caf::down_msg>(), 1U);
}

TEST_F(SimulatedLinks, CannotReportACrashBehindACut) {
  links().cut(there, here, seconds{1});
  const auto crashed = world_.now();
  world_.crash(there, crash_notice::at_once);
  ASSERT_TRUE(run_until(world_, [&] { return near_->count<peer_down>() == 1; }));
  EXPECT_GE(world_.now() - crashed, detection);
}

TEST_F(SimulatedLinks, DoNotMindASlowProcess) {
  world_.slow_down(there, 1000, seconds{10});
  const auto started = world_.now();
  for (int n = 0; n < 100; ++n) caf::anon_send(to_far(), n);
  caf::anon_send(near_.handle(), 1);
  ASSERT_TRUE(run_until(world_, [&] { return far_->count<int>() == 100; }));
  EXPECT_GE(world_.now() - started, milliseconds{300});
  expect_connections(0);
}

}  // namespace
}  // namespace weir
