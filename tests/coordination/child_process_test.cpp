// SPDX-License-Identifier: Apache-2.0
// Real processes: what they are started with, how they end, and that none is left behind.
#include "coordination/child_process.hpp"

#include <csignal>
#include <optional>

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr duration long_enough = std::chrono::seconds{20};

child_process shell(const std::string& script, const std::vector<std::string>& variables = {}) {
  auto started = child_process::start("/bin/sh", {"sh", "-c", script}, variables);
  WEIR_ASSERT(started.ok());
  return *std::move(started);
}

std::string end_of(const std::string& script, const std::vector<std::string>& variables = {}) {
  const auto end = shell(script, variables).end_within(long_enough);
  return end ? end->how : "runs";
}

TEST(ChildProcess, TellsHowItEnded) {
  EXPECT_EQ(end_of("exit 0"), "exited with 0");
  EXPECT_EQ(end_of("exit 3"), "exited with 3");
  EXPECT_EQ(end_of("kill -9 $$"), "was killed by signal 9 (Killed)");
  EXPECT_TRUE(shell("exit 0").end_within(long_enough)->is_success);
  EXPECT_FALSE(shell("exit 3").end_within(long_enough)->is_success);
}

TEST(ChildProcess, HasTheVariablesThatItIsGivenAndTheOthers) {
  EXPECT_EQ(end_of("test \"$HOME\" = /nowhere", {"HOME=/nowhere"}), "exited with 0");
  EXPECT_EQ(end_of("test -n \"$PATH\"", {"HOME=/nowhere"}), "exited with 0");
  EXPECT_EQ(end_of("test \"$1\" = ''"), "exited with 0");
}

// Signals that this thread has blocked, as the main thread of a job does, reach it all the same.
TEST(ChildProcess, HasNoSignalBlocked) {
  sigset_t some;
  sigset_t before;
  sigemptyset(&some);
  sigaddset(&some, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &some, &before);
  const auto how = end_of("kill -15 $$; exit 0");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(how, "was killed by signal 15 (Terminated)");
}

TEST(ChildProcess, RunsUntilItIsKilledWithItsHandle) {
  std::optional<child_process> sleeping{shell("exec sleep 1000")};
  EXPECT_FALSE(sleeping->end());
  EXPECT_FALSE(sleeping->end_within(duration::zero()));
  const auto process = sleeping->process();
  EXPECT_EQ(kill(process, 0), 0);
  sleeping.reset();
  EXPECT_NE(kill(process, 0), 0);
}

TEST(ChildProcess, SaysWhyItCannotBeStarted) {
  const auto started = child_process::start("/nowhere/program", {"program"}, {});
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.failure().message, "start /nowhere/program: No such file or directory");
}

}  // namespace
}  // namespace weir
