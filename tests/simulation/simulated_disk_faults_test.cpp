// SPDX-License-Identifier: Apache-2.0
// Faults strike where they were asked for, as often as they were asked for, and cost nothing else.
#include "coordination/simulation/simulated_disk_faults.hpp"

#include <bit>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

constexpr auto sync = disk_operation::sync;

TEST(SimulatedDiskFaults, DrawsNoNumberWhileNothingIsAskedFor) {
  simulated_disk_faults faults{7};
  std::string read = "content";
  for (int n = 0; n < 100; ++n) {
    const auto fate = faults.next(sync, "/f");
    EXPECT_FALSE(fate.fails);
    EXPECT_TRUE(fate.takes_effect);
    faults.distort("/f", read);
  }
  EXPECT_EQ(read, "content");
  EXPECT_EQ(faults.random().next(), random_numbers{7}.next());
}

TEST(SimulatedDiskFaults, FailsExactlyTheNthOperationOfItsKindUnderItsPath) {
  simulated_disk_faults faults{1};
  static_cast<void>(faults.next(sync, "/c/a"));
  faults.fail({.what = sync, .nth = 3, .under = "/c/"});
  std::string fates;
  for (int n = 0; n < 5; ++n) {
    EXPECT_FALSE(faults.next(sync, "/d/a").fails);
    EXPECT_FALSE(faults.next(disk_operation::append, "/c/a").fails);
    fates += faults.next(sync, "/c/a").fails ? 'x' : '.';
  }
  EXPECT_EQ(fates, "..x..");
}

TEST(SimulatedDiskFaults, TakesTimeWhereItIsAskedTo) {
  using std::chrono::milliseconds;
  simulated_disk_faults faults{3};
  EXPECT_FALSE(faults.next(sync, "/c/f").fails);
  EXPECT_EQ(faults.time_taken(), duration{});
  faults.delay(disk_delays{.chance = {1'000'000},
                           .shortest = milliseconds{2},
                           .longest = milliseconds{3},
                           .under = "/c/"});
  EXPECT_FALSE(faults.next(sync, "/d/f").fails);
  EXPECT_EQ(faults.time_taken(), duration{});
  for (int n = 0; n < 10; ++n) EXPECT_FALSE(faults.next(sync, "/c/f").fails);
  EXPECT_GE(faults.time_taken(), milliseconds{20});
  EXPECT_LE(faults.time_taken(), milliseconds{30});
  faults.reset_time_taken();
  faults.delay(disk_delays{});
  EXPECT_FALSE(faults.next(sync, "/c/f").fails);
  EXPECT_EQ(faults.time_taken(), duration{});
}

TEST(SimulatedDiskFaults, KeepsSeveralPlannedFaultsApart) {
  simulated_disk_faults faults{1};
  faults.fail({.what = sync, .nth = 2});
  faults.fail({.what = sync, .nth = 4, .takes_effect = true});
  std::string fates;
  for (int n = 0; n < 5; ++n) {
    const auto fate = faults.next(sync, "/f");
    fates += !fate.fails ? '.' : fate.takes_effect ? 'e' : 'x';
  }
  EXPECT_EQ(fates, ".x.e.");
}

TEST(SimulatedDiskFaults, StrikesAboutAsOftenAsItsRateSays) {
  for (const auto seed : seeds_for(20)) {
    simulated_disk_faults faults{seed};
    faults.set({.append = {100'000}, .under = "/c/"});
    int failed = 0;
    int took_effect = 0;
    for (int n = 0; n < 10'000; ++n) {
      EXPECT_FALSE(faults.next(sync, "/c/f").fails);
      EXPECT_FALSE(faults.next(disk_operation::append, "/d/f").fails);
      const auto fate = faults.next(disk_operation::append, "/c/f");
      failed += fate.fails ? 1 : 0;
      took_effect += fate.fails && fate.takes_effect ? 1 : 0;
    }
    EXPECT_NEAR(failed, 1000, 200) << "seed " << seed;
    EXPECT_NEAR(took_effect, 500, 150) << "seed " << seed;
    faults.set({});
    for (int n = 0; n < 100; ++n) {
      EXPECT_FALSE(faults.next(disk_operation::append, "/c/f").fails);
    }
  }
}

TEST(SimulatedDiskFaults, FlipsOneBitOfWhatIsRead) {
  simulated_disk_faults faults{3};
  faults.set({.flipped_read = {1'000'000}});
  for (int n = 0; n < 100; ++n) {
    const std::string written = "0123456789";
    std::string read = written;
    faults.distort("/f", read);
    int flipped = 0;
    for (std::size_t i = 0; i < read.size(); ++i) {
      flipped += std::popcount(static_cast<unsigned char>(read[i] ^ written[i]));
    }
    ASSERT_EQ(flipped, 1);
  }
}

TEST(SimulatedDiskFaults, CutsThePowerBeforeTheNthChange) {
  simulated_disk_faults faults{1};
  EXPECT_FALSE(faults.next(sync, "/f").fails);
  faults.cut_power_at(2);
  EXPECT_FALSE(faults.next(disk_operation::read, "/f").fails);
  EXPECT_FALSE(faults.next(sync, "/f").fails);
  EXPECT_TRUE(faults.has_power());
  const auto fate = faults.next(disk_operation::rename, "/f");
  EXPECT_TRUE(fate.fails);
  EXPECT_FALSE(fate.takes_effect);
  EXPECT_FALSE(faults.has_power());
  EXPECT_TRUE(faults.next(disk_operation::read, "/f").fails);
  EXPECT_TRUE(faults.next(sync, "/f").fails);
  faults.restore_power();
  EXPECT_TRUE(faults.has_power());
  EXPECT_FALSE(faults.next(sync, "/f").fails);
}

TEST(SimulatedDiskFaults, CountsOperationsAndChanges) {
  simulated_disk_faults faults{1};
  for (int n = 0; n < 3; ++n) static_cast<void>(faults.next(disk_operation::append, "/f"));
  for (int n = 0; n < 2; ++n) static_cast<void>(faults.next(disk_operation::read, "/f"));
  static_cast<void>(faults.next(disk_operation::open, "/f"));
  static_cast<void>(faults.next(sync, "/f"));
  EXPECT_EQ(faults.count(disk_operation::append), 3U);
  EXPECT_EQ(faults.count(disk_operation::read), 2U);
  EXPECT_EQ(faults.count(sync), 1U);
  EXPECT_EQ(faults.changes(), 4U);
}

}  // namespace
}  // namespace weir
