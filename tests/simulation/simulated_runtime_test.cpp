// SPDX-License-Identifier: Apache-2.0
// The runtime of a simulated process: one clock and one disk for all, chance of its own for each.
#include "coordination/simulation/simulated_runtime.hpp"

#include <gtest/gtest.h>

#include "tests/support/probe_actor.hpp"

namespace weir {
namespace {

class SimulatedRuntime : public ::testing::Test {
protected:
  simulated_world world_{{.seed = 7, .processes = 2}};
  runtime& first_ = world_.process({0});
  runtime& second_ = world_.process({1});
};

TEST_F(SimulatedRuntime, KnowsItsProcess) {
  EXPECT_EQ(first_.process(), process_id{0});
  EXPECT_EQ(second_.process(), process_id{1});
}

TEST_F(SimulatedRuntime, SharesTheClockOfItsWorld) {
  const auto before = first_.now();
  run_for(world_, std::chrono::minutes{3});
  EXPECT_EQ(first_.now(), second_.now());
  EXPECT_GE(first_.now() - before, std::chrono::minutes{3});
}

TEST_F(SimulatedRuntime, SharesTheDiskOfItsWorld) {
  world_.files().put("/f", "abc");
  EXPECT_EQ(first_.files().stat("/f")->size, 3U);
  ASSERT_TRUE(second_.files().rename("/f", "/g").ok());
  EXPECT_EQ(first_.files().stat("/g")->size, 3U);
}

TEST_F(SimulatedRuntime, DrawsNumbersThatFollowFromTheSeed) {
  simulated_world same{{.seed = 7, .processes = 2}};
  simulated_world other{{.seed = 8, .processes = 2}};
  const auto drawn = first_.random();
  EXPECT_EQ(same.process({0}).random(), drawn);
  EXPECT_NE(second_.random(), drawn);
  EXPECT_NE(other.process({0}).random(), drawn);
}

TEST_F(SimulatedRuntime, PublishesActorsUnderItsProcess) {
  const probe published{second_};
  EXPECT_EQ(published.address().process, process_id{1});
  EXPECT_EQ(second_.fabric().resolve(published.address()), published.handle());
  EXPECT_FALSE(second_.fabric().resolve({{1}, 4711}));
}

TEST_F(SimulatedRuntime, EndsWithItsProcess) {
  const probe former{second_};
  auto file = second_.files().create("f");
  ASSERT_TRUE((*file)->append("abc").ok());
  world_.crash({1});
  EXPECT_FALSE((*file)->append("def").ok());
  EXPECT_FALSE(second_.files().create("g").ok());
  auto& next = world_.restart({1});
  EXPECT_EQ(&next, &world_.process({1}));
  EXPECT_EQ(next.process(), process_id{1});
  EXPECT_EQ(next.files().stat("f")->size, 3U);
  EXPECT_FALSE(second_.files().stat("f").ok());
  EXPECT_FALSE(next.fabric().resolve(former.address()));
  simulated_world same{{.seed = 7, .processes = 2}};
  EXPECT_NE(next.random(), same.process({1}).random());
}

TEST_F(SimulatedRuntime, SpawnsNothingThatLivesOnceItsProcessHasCrashed) {
  world_.crash({1});
  world_.restart({1});
  const probe late{second_};
  while (world_.step()) {
  }
  EXPECT_TRUE(world_.actors_of({1}, "probe").empty());
  EXPECT_FALSE(world_.process({1}).fabric().resolve(late.address()));
}

}  // namespace
}  // namespace weir
