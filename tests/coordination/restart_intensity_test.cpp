// SPDX-License-Identifier: Apache-2.0
// A supervisor gives up only when its children end too often within one window of time.
#include "coordination/restart_intensity.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

processing_time at(std::int64_t seconds) { return processing_time{std::chrono::seconds{seconds}}; }

TEST(RestartIntensity, AllowsAsManyRestartsAsItsLimit) {
  restart_intensity intensity{3, std::chrono::seconds{10}};
  EXPECT_TRUE(intensity.on_child_ended(at(0)));
  EXPECT_TRUE(intensity.on_child_ended(at(0)));
  EXPECT_TRUE(intensity.on_child_ended(at(9)));
  EXPECT_FALSE(intensity.on_child_ended(at(9)));
}

TEST(RestartIntensity, ForgetsARestartWhenItsWindowHasPassed) {
  restart_intensity intensity{2, std::chrono::seconds{10}};
  EXPECT_TRUE(intensity.on_child_ended(at(0)));
  EXPECT_TRUE(intensity.on_child_ended(at(5)));
  EXPECT_TRUE(intensity.on_child_ended(at(10)));
  EXPECT_FALSE(intensity.on_child_ended(at(14)));
  EXPECT_TRUE(intensity.on_child_ended(at(15)));
}

TEST(RestartIntensity, RestartsForEverWhatEndsRarely) {
  restart_intensity intensity{1, std::chrono::seconds{10}};
  for (std::int64_t n = 0; n < 1000; ++n) EXPECT_TRUE(intensity.on_child_ended(at(10 * n)));
}

TEST(RestartIntensity, NeverRestartsWithALimitOfZero) {
  restart_intensity intensity{0, std::chrono::seconds{10}};
  EXPECT_FALSE(intensity.on_child_ended(at(0)));
}

}  // namespace
}  // namespace weir
