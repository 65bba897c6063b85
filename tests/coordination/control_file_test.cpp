// SPDX-License-Identifier: Apache-2.0
// Files that are asked and told, and what is said of those that cannot be.
#include "coordination/control_file.hpp"

#include <cerrno>

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

TEST(ControlFile, IsReadWholeWhateverItsSizeIsSaidToBe) {
  const auto status = read_control_file("/proc/self/status");
  ASSERT_TRUE(status.ok()) << status.failure().message;
  EXPECT_NE(status->find("Pid:"), std::string::npos);
  const temporary_directory there;
  const std::string long_text(100'000, 'x');
  EXPECT_EQ(*read_control_file(there.write("long", long_text)), long_text);
}

TEST(ControlFile, IsWrittenToAndNotCreated) {
  const temporary_directory there;
  const auto path = there.write("memory.max", "max and more");
  ASSERT_TRUE(write_control_file(path, "4096").ok());
  EXPECT_EQ(there.read("memory.max"), "4096");
  const auto missing = write_control_file(there / "cpu.max", "1");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.failure().code, error_code::not_found);
  EXPECT_EQ(missing.failure().message,
            "write '1' to " + there / "cpu.max" + ": No such file or directory");
  EXPECT_FALSE(there.has("cpu.max"));
}

TEST(ControlFile, SaysWhatTheKernelSays) {
  const temporary_directory there;
  EXPECT_EQ(read_control_file(there / "none").failure().message,
            "read " + there / "none" + ": No such file or directory");
  EXPECT_EQ(read_control_file(there.path()).failure().message,
            "read " + there.path() + ": Is a directory");
  // The kernel takes no bytes there, whoever writes them.
  const auto refused = write_control_file("/dev/full", "1");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().message, "write '1' to /dev/full: No space left on device");
  EXPECT_EQ(refused.failure().code, error_code::io_failure);
}

TEST(ControlFile, TellsApartWhatKeepsItFromBeingWritten) {
  EXPECT_EQ(control_failure("make g", ENOENT).code, error_code::not_found);
  for (const int why : {EACCES, EPERM, EROFS}) {
    EXPECT_EQ(control_failure("make g", why).code, error_code::permission_denied);
  }
  for (const int why : {EBUSY, EEXIST, EWOULDBLOCK}) {
    EXPECT_EQ(control_failure("make g", why).code, error_code::in_use);
  }
  EXPECT_EQ(control_failure("make g", EINVAL).code, error_code::invalid_argument);
  EXPECT_EQ(control_failure("make g", EINVAL).message, "make g: Invalid argument");
}

TEST(ControlFile, HasNumbersBehindNames) {
  const std::string events = "low 0\noom 12\noom_kill 3\noom_group_kill x\n";
  EXPECT_EQ(control_number(events, "oom"), 12U);
  EXPECT_EQ(control_number(events, "oom_kill"), 3U);
  EXPECT_EQ(control_number(events, "low"), 0U);
  EXPECT_EQ(control_number(events, "oom_group_kill"), std::nullopt);
  EXPECT_EQ(control_number(events, "max"), std::nullopt);
  EXPECT_EQ(control_number("", "low"), std::nullopt);
  EXPECT_EQ(control_number("low", "low"), std::nullopt);
}

}  // namespace
}  // namespace weir
