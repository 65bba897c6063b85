// SPDX-License-Identifier: Apache-2.0
// Processes of a simulated world that come back, that stop for a while, and that lose their
// machine: nothing of one life reaches the next, and one seed is still one run.
#include <set>

#include <gtest/gtest.h>

#include "actors/caf_messages.hpp"
#include "coordination/simulation/simulated_world.hpp"
#include "tests/support/probe_actor.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

constexpr process_id here{0};
constexpr process_id there{1};
constexpr auto detection = std::chrono::milliseconds{200};

class SimulatedRestart : public ::testing::Test {
protected:
  runtime& near() { return world_.process(here); }
  runtime& far() { return world_.process(there); }
  void run_everything() {
    while (world_.step()) {
    }
  }

  simulated_world world_{{.seed = 1, .processes = 3}};
};

TEST_F(SimulatedRestart, BringsAProcessBackThatOthersCanReach) {
  EXPECT_TRUE(world_.is_alive(there));
  world_.crash(there);
  EXPECT_FALSE(world_.is_alive(there));
  world_.restart(there);
  EXPECT_TRUE(world_.is_alive(there));
  EXPECT_TRUE(world_.actors_of(there, "probe").empty());
  const probe fresh{far()};
  const probe peer{near()};
  caf::anon_send(near().fabric().resolve(fresh.address()), 1);
  caf::anon_send(far().fabric().resolve(peer.address()), 2);
  run_everything();
  EXPECT_EQ(fresh->all<int>(), std::vector{1});
  EXPECT_EQ(peer->all<int>(), std::vector{2});
}

TEST_F(SimulatedRestart, KeepsHandlesToTheFormerActorsDead) {
  const probe former{far()};
  const auto before = near().fabric().resolve(former.address());
  world_.crash(there);
  world_.restart(there);
  const auto after = world_.process({2}).fabric().resolve(former.address());
  caf::anon_send(before, 1);
  caf::anon_send(after, 2);
  run_everything();
  caf::anon_send(before, 3);
  caf::anon_send(near().fabric().resolve(former.address()), 4);
  run_everything();
  EXPECT_EQ(former->count<int>(), 0U);
}

TEST_F(SimulatedRestart, TellsMonitorsOfFormerActorsAfterTheDetectionDelayAndOfNewOnesNothing) {
  const probe former{far()};
  probe watcher{near()};
  watcher.watch(near().fabric().resolve(former.address()));
  run_everything();
  const auto crashed = world_.now();
  world_.crash(there);
  world_.restart(there);
  const probe fresh{far()};
  watcher.watch(near().fabric().resolve(fresh.address()));
  ASSERT_TRUE(run_until(world_, [&] { return watcher->count<caf::down_msg>() == 1; }));
  EXPECT_GE(world_.now() - crashed, detection);
  EXPECT_LT(world_.now() - crashed, detection + std::chrono::milliseconds{1});
  run_everything();
  EXPECT_EQ(watcher->count<caf::down_msg>(), 1U);
  caf::anon_send(near().fabric().resolve(fresh.address()), 1);
  run_everything();
  EXPECT_EQ(fresh->count<int>(), 1U);
}

TEST_F(SimulatedRestart, DropsWhatIsOnItsWayToOrFromTheFormerProcess) {
  const probe former{far()};
  const probe peer{near()};
  caf::anon_send(near().fabric().resolve(former.address()), 1);
  caf::anon_send(far().fabric().resolve(peer.address()), 2);
  const auto old_handle = far().fabric().resolve(peer.address());
  world_.crash(there);
  world_.restart(there);
  const probe fresh{far()};
  caf::anon_send(old_handle, 3);
  caf::anon_send(far().fabric().resolve(peer.address()), 4);
  run_everything();
  EXPECT_EQ(former->count<int>(), 0U);
  EXPECT_EQ(fresh->count<int>(), 0U);
  EXPECT_EQ(peer->all<int>(), std::vector{4});
}

TEST_F(SimulatedRestart, DropsTheTimersOfTheFormerProcess) {
  const probe former{far()};
  const probe peer{near()};
  const auto handle = far().fabric().resolve(peer.address());
  caf::scoped_actor self{world_.system()};
  self->delayed_send(handle, std::chrono::seconds{1}, 17);
  world_.crash(there);
  world_.restart(there);
  run_everything();
  EXPECT_EQ(peer->count<int>(), 0U);
}

TEST_F(SimulatedRestart, IsSeenByWatchersAsDownThenUp) {
  const probe watcher{near()};
  near().fabric().watch_peers(watcher.handle());
  run_everything();
  EXPECT_EQ(watcher->count<peer_up>(), 2U);
  world_.crash(there);
  world_.restart(there);
  ASSERT_TRUE(run_until(world_, [&] { return watcher->count<peer_down>() == 1; }));
  EXPECT_EQ(watcher->count<peer_up>(), 2U);
  run_everything();
  EXPECT_EQ(watcher->last<peer_down>().peer, there);
  ASSERT_EQ(watcher->count<peer_up>(), 3U);
  EXPECT_EQ(watcher->last<peer_up>().peer, there);
  const probe late{near()};
  near().fabric().watch_peers(late.handle());
  run_everything();
  EXPECT_EQ(late->count<peer_up>(), 2U);
  EXPECT_EQ(late->count<peer_down>(), 0U);
}

TEST_F(SimulatedRestart, TellsAWatcherThatCameBetweenCrashAndDetectionOnlyOfTheNewProcess) {
  world_.crash(there);
  world_.restart(there);
  const probe watcher{near()};
  near().fabric().watch_peers(watcher.handle());
  run_everything();
  EXPECT_EQ(watcher->count<peer_up>(), 2U);
  EXPECT_EQ(watcher->count<peer_down>(), 0U);
}

TEST_F(SimulatedRestart, CanBeRepeatedBeforeAnybodyNoticed) {
  probe watcher{near()};
  near().fabric().watch_peers(watcher.handle());
  for (int n = 0; n < 5; ++n) {
    const probe brief{far()};
    watcher.watch(near().fabric().resolve(brief.address()));
    run_for(world_, std::chrono::milliseconds{10});
    world_.crash(there);
    world_.restart(there);
  }
  run_everything();
  EXPECT_EQ(watcher->count<caf::down_msg>(), 5U);
  EXPECT_EQ(watcher->count<peer_down>(), 1U);
  EXPECT_EQ(watcher->count<peer_up>(), 3U);
}

// --- Pauses --------------------------------------------------------------------------------------

using SimulatedPause = SimulatedRestart;

TEST_F(SimulatedPause, LetsNoActorOfTheProcessRunAndNobodyNoticeWhenItIsShort) {
  const probe sleeper{far()};
  probe watcher{near()};
  near().fabric().watch_peers(watcher.handle());
  watcher.watch(near().fabric().resolve(sleeper.address()));
  run_everything();
  const auto paused = world_.now();
  world_.pause(there, std::chrono::milliseconds{199});
  caf::anon_send(near().fabric().resolve(sleeper.address()), 1);
  caf::anon_send(watcher.handle(), 2);
  ASSERT_TRUE(run_until(world_, [&] { return sleeper->count<int>() == 1; }));
  EXPECT_GE(world_.now() - paused, std::chrono::milliseconds{199});
  EXPECT_LT(world_.now() - paused, std::chrono::milliseconds{200});
  run_everything();
  EXPECT_EQ(watcher->all<int>(), std::vector{2});
  EXPECT_EQ(watcher->count<caf::down_msg>(), 0U);
  EXPECT_EQ(watcher->count<peer_down>(), 0U);
}

TEST_F(SimulatedPause, MakesAZombieWhenItIsLong) {
  probe sleeper{far()};
  probe watcher{near()};
  near().fabric().watch_peers(watcher.handle());
  far().fabric().watch_peers(sleeper.handle());
  watcher.watch(near().fabric().resolve(sleeper.address()));
  sleeper.watch(far().fabric().resolve(watcher.address()));
  run_everything();
  const auto before = watcher->count<peer_up>();
  const auto paused = world_.now();
  world_.pause(there, std::chrono::seconds{5});
  caf::anon_send(sleeper.handle(), 1);
  ASSERT_TRUE(run_until(world_, [&] { return watcher->count<peer_down>() == 1; }));
  EXPECT_EQ(watcher->last<peer_down>().peer, there);
  EXPECT_EQ(watcher->count<caf::down_msg>(), 1U);
  EXPECT_GE(world_.now() - paused, detection);
  EXPECT_LE(world_.now() - paused, detection * 3 / 2 + std::chrono::milliseconds{1});
  EXPECT_EQ(sleeper->count<peer_down>(), 0U);
  ASSERT_TRUE(run_until(world_, [&] { return sleeper->count<int>() == 1; }));
  EXPECT_GE(world_.now() - paused, std::chrono::seconds{5});
  run_everything();
  EXPECT_EQ(sleeper->count<caf::down_msg>(), 1U);
  EXPECT_EQ(sleeper->count<peer_down>(), 2U);  // Of each of the two others.
  EXPECT_EQ(sleeper->count<peer_up>(), 4U);
  EXPECT_EQ(watcher->count<peer_up>(), before + 1);
  EXPECT_TRUE(world_.is_alive(there));
}

TEST_F(SimulatedPause, HoldsTheTimersOfTheProcessUntilItsEnd) {
  const probe sleeper{far()};
  const probe peer{near()};
  caf::scoped_actor self{world_.system()};
  self->delayed_send(sleeper.handle(), std::chrono::milliseconds{100}, 1);
  self->delayed_send(far().fabric().resolve(peer.address()), std::chrono::milliseconds{100}, 2);
  const auto paused = world_.now();
  world_.pause(there, std::chrono::milliseconds{199});
  ASSERT_TRUE(run_until(world_, [&] { return sleeper->count<int>() + peer->count<int>() > 0; }));
  EXPECT_GE(world_.now() - paused, std::chrono::milliseconds{199});
  run_everything();
  EXPECT_EQ(sleeper->all<int>(), std::vector{1});
  EXPECT_EQ(peer->all<int>(), std::vector{2});
}

TEST_F(SimulatedPause, DeliversWhatWasSentBefore) {
  const probe peer{near()};
  caf::anon_send(far().fabric().resolve(peer.address()), 1);
  const auto paused = world_.now();
  world_.pause(there, std::chrono::seconds{5});
  ASSERT_TRUE(run_until(world_, [&] { return peer->count<int>() == 1; }));
  EXPECT_LT(world_.now() - paused, std::chrono::milliseconds{10});
}

TEST_F(SimulatedPause, LastsAsLongAsTheLongerOfTwo) {
  const probe sleeper{far()};
  run_everything();
  const auto paused = world_.now();
  world_.pause(there, std::chrono::seconds{5});
  world_.pause(there, std::chrono::seconds{1});
  caf::anon_send(sleeper.handle(), 1);
  ASSERT_TRUE(run_until(world_, [&] { return sleeper->count<int>() == 1; }));
  EXPECT_GE(world_.now() - paused, std::chrono::seconds{5});
}

TEST_F(SimulatedPause, EndsWithACrash) {
  world_.pause(there, std::chrono::hours{1});
  world_.crash(there);
  world_.pause(there, std::chrono::hours{1});
  world_.restart(there);
  const probe fresh{far()};
  caf::anon_send(near().fabric().resolve(fresh.address()), 1);
  ASSERT_TRUE(run_until(
      world_, [&] { return fresh->count<int>() == 1; }, std::chrono::seconds{1}));
}

// --- The machine ---------------------------------------------------------------------------------

TEST(SimulatedPower, IsLostWithAllProcessesAndWhatWasNotSynced) {
  std::set<std::string> outcomes;
  for (const auto seed : every_seed_of(100)) {
    simulated_world world{{.seed = seed, .processes = 2}};
    const probe victim{world.process(there)};
    auto file = world.process(here).files().create("f");
    ASSERT_TRUE((*file)->append("synced").ok());
    ASSERT_TRUE((*file)->sync().ok());
    ASSERT_TRUE((*file)->append("+").ok());
    world.lose_power();
    EXPECT_FALSE(world.is_alive(here));
    EXPECT_FALSE(world.is_alive(there));
    world.restart(here);
    outcomes.insert(world.files().content_of("f"));
    EXPECT_TRUE(world.process(here).files().create("g").ok());
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"synced", "synced+"}));
}

TEST(SimulatedPower, OutlastsTheCrashOfAProcess) {
  simulated_world world{{.seed = 1, .processes = 2}};
  auto file = world.process(there).files().create("f");
  ASSERT_TRUE((*file)->append("written").ok());
  world.crash(there);
  EXPECT_FALSE((*file)->append(" and more").ok());
  EXPECT_EQ(world.files().content_of("f"), "written");
}

TEST(SimulatedPower, LeavesTheDiskToTheNextWorld) {
  const auto disk = std::make_shared<simulated_file_system>(7);
  {
    simulated_world world{{.seed = 1, .files = disk}};
    auto file = world.process(here).files().create("f");
    ASSERT_TRUE((*file)->append("written").ok());
  }
  simulated_world world{{.seed = 2, .files = disk}};
  EXPECT_EQ(world.process(here).files().stat("f")->size, 7U);
  EXPECT_EQ(&world.files(), disk.get());
}

// Writes a file when it ends.
class last_words_actor final : public caf::event_based_actor {
public:
  last_words_actor(caf::actor_config& config, runtime& process)
      : caf::event_based_actor{config}, process_{&process} {}
  caf::behavior make_behavior() override {
    return {[](caf::unit_t) {}};
  }
  void on_exit() override { static_cast<void>(process_->files().create("last words")); }

private:
  runtime* process_;
};

TEST(SimulatedPower, LetsNoActorTidyUpWhenItsProcessOrItsWorldEnds) {
  const auto disk = std::make_shared<simulated_file_system>();
  {
    simulated_world world{{.seed = 1, .processes = 2, .files = disk}};
    world.process(here).spawn<last_words_actor>(world.process(here));
    world.process(there).spawn<last_words_actor>(world.process(there));
    run_for(world, duration{100});
    world.crash(there);
    EXPECT_FALSE(disk->stat("last words").ok());
  }
  EXPECT_FALSE(disk->stat("last words").ok());
}

}  // namespace
}  // namespace weir
