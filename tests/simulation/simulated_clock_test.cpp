// SPDX-License-Identifier: Apache-2.0
// Clocks that are wrong, jump, and are too fast or too slow.
#include "coordination/simulation/simulated_clock.hpp"

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_world.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr processing_time at(duration since_beginning) { return processing_time{since_beginning}; }

TEST(SimulatedClock, ShowsTheTimeOfTheWorldAtFirst) {
  const simulated_clock clock;
  EXPECT_EQ(clock.read(at(5s)), at(5s));
}

TEST(SimulatedClock, JumpsAheadAndBack) {
  simulated_clock clock;
  clock.jump(300ms);
  EXPECT_EQ(clock.read(at(5s)), at(5300ms));
  clock.jump(-500ms);
  EXPECT_EQ(clock.read(at(5s)), at(4800ms));
}

TEST(SimulatedClock, GainsAndLosesWhatItHasBeenToldEachSecond) {
  simulated_clock clock;
  clock.drift(100us, at(10s));
  EXPECT_EQ(clock.read(at(10s)), at(10s));
  EXPECT_EQ(clock.read(at(20s)), at(20s + 1ms));
  clock.drift(-50us, at(20s));
  EXPECT_EQ(clock.read(at(20s)), at(20s + 1ms));
  EXPECT_EQ(clock.read(at(40s)), at(40s));
}

TEST(SimulatedClock, IsOfOneProcessAndStaysWhenThatIsRestarted) {
  simulated_world world{{.seed = 1, .processes = 2}};
  world.clock({1}).jump(1s);
  EXPECT_EQ(world.process({0}).now(), world.now());
  EXPECT_EQ(world.process({1}).now(), world.now() + 1s);
  world.crash({1});
  world.restart({1});
  EXPECT_EQ(world.process({1}).now(), world.now() + 1s);
}

}  // namespace
}  // namespace weir
