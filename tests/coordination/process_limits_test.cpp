// SPDX-License-Identifier: Apache-2.0
// Limits of a process, each tried in one of its own.
#include "coordination/process_limits.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <sched.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

// Whether that much can be had; it is written to, as the compiler would spare it otherwise.
bool can_take(std::size_t bytes) {
  try {
    const std::unique_ptr<char[]> taken{new char[bytes]};
    static_cast<volatile char*>(taken.get())[bytes / 2] = 1;
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

std::size_t core_count() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  return ::sched_getaffinity(0, sizeof allowed, &allowed) == 0
             ? static_cast<std::size_t>(CPU_COUNT(&allowed))
             : 0;
}

[[noreturn]] void end(const std::string& finding) {
  std::fputs(finding.c_str(), stderr);
  std::_Exit(0);
}

std::string yes_or_no(bool is_so) { return is_so ? "yes" : "no"; }

TEST(ProcessLimitsDeathTest, BoundMemory) {
  ASSERT_TRUE(can_take(1024 * mebibyte));
  EXPECT_EXIT(
      {
        const bool done = limit_this_process({.memory = 512 * mebibyte}).ok();
        end(yes_or_no(done) + yes_or_no(can_take(1024 * mebibyte)) +
            yes_or_no(can_take(64 * mebibyte)));
      },
      ::testing::ExitedWithCode(0), "^yesnoyes$");
}

TEST(ProcessLimitsDeathTest, BoundCores) {
  if (core_count() < 2) GTEST_SKIP() << "there is one core only";
  EXPECT_EXIT(
      {
        const bool done = limit_this_process({.cores = 1}).ok();
        end(yes_or_no(done) + std::to_string(core_count()));
      },
      ::testing::ExitedWithCode(0), "^yes1$");
}

TEST(ProcessLimitsDeathTest, MayBeMoreThanThereIs) {
  const auto there = std::to_string(core_count());
  EXPECT_EXIT(
      {
        const bool done = limit_this_process({.cores = 1024}).ok();
        end(yes_or_no(done) + std::to_string(core_count()));
      },
      ::testing::ExitedWithCode(0), "^yes" + there + "$");
}

TEST(ProcessLimitsDeathTest, CanBeLoweredAndNotRaised) {
  EXPECT_EXIT(
      {
        const bool lowered = limit_this_process({.memory = 512 * mebibyte}).ok() &&
                             limit_this_process({.memory = 256 * mebibyte}).ok();
        // Whoever may do everything may do that, too.
        const bool is_root = ::geteuid() == 0;
        const auto raised = limit_this_process({.memory = 512 * mebibyte});
        end(yes_or_no(lowered) + yes_or_no(is_root || !raised.ok()));
      },
      ::testing::ExitedWithCode(0), "^yesyes$");
}

// The kernel would hold it to them; here it is a directory that looks like a group of version 2.
TEST(ProcessLimitsDeathTest, AreWrittenToTheControlGroupIfThereIsOne) {
  const temporary_directory there;
  there.write("memory.max", "max");
  there.write("cpu.max", "max 100000");
  const auto all = std::to_string(core_count());
  EXPECT_EXIT(
      {
        const control_group group{there.path()};
        const auto done = limit_this_process({.memory = 512 * mebibyte, .cores = 1}, group).ok();
        end(yes_or_no(done) + yes_or_no(can_take(1024 * mebibyte)) + std::to_string(core_count()));
      },
      ::testing::ExitedWithCode(0), "^yesno" + all + "$");
  EXPECT_EQ(there.read("memory.max"), "536870912");
  EXPECT_EQ(there.read("cpu.max"), "100000 100000");
}

TEST(ProcessLimits, FailWhereTheControlGroupDoesNotTakeThem) {
  const temporary_directory there;
  const control_group group{there.path()};
  EXPECT_FALSE(limit_this_process({.memory = 512 * mebibyte}, group).ok());
  EXPECT_FALSE(limit_this_process({.cores = 1}, group).ok());
  EXPECT_TRUE(limit_this_process({}, group).ok());
}

TEST(ProcessLimits, GiveAProcessNoMoreThreadsThanItMayHaveCores) {
  EXPECT_EQ(threads_within({.cores = 1}, 0), 1U);
  EXPECT_EQ(threads_within({.cores = 1}, 7), 7U);
  EXPECT_EQ(threads_within({}, 0), 0U);
  EXPECT_EQ(threads_within({.cores = 1024}, 0), 0U);
}

TEST(ProcessLimits, AreNoneUnlessTheOptionsSaySo) {
  EXPECT_EQ(limits_of({}).memory, 0U);
  EXPECT_EQ(limits_of({}).cores, 0U);
  EXPECT_EQ(limits_of({.process_memory = 7}).memory, 7U);
  EXPECT_EQ(limits_of({.process_cores = 3}).cores, 3U);
  EXPECT_TRUE(limit_this_process({}).ok());
}

}  // namespace
}  // namespace weir
