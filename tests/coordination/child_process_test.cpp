// SPDX-License-Identifier: Apache-2.0
// Real processes: what they are started with, how they end, and that none is left behind.
#include "coordination/child_process.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

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

TEST(ChildProcess, HasAPlaceOfItsOwnIfItIsGivenOne) {
  const temporary_directory there;
  const child_place place{
      .directory = there.path(), .output = there / "log", .descriptor = -1, .control_groups = {}};
  const auto script = "pwd; echo wrong >&2; read line || echo no input; ps -o pgid= -p $$ >group";
  for (int round = 0; round < 2; ++round) {
    auto started = child_process::start("/bin/sh", {"sh", "-c", script}, {}, place);
    ASSERT_TRUE(started.ok()) << started.failure().message;
    ASSERT_EQ(started->end_within(long_enough)->status, 0);
    EXPECT_EQ(std::stoi(there.read("group")), started->process());
  }
  const auto said = there.path() + "\nwrong\nno input\n";
  EXPECT_EQ(there.read("log"), said + said);
}

TEST(ChildProcess, InheritsTheDescriptorThatItIsGiven) {
  const temporary_directory there;
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const child_place place{.directory = there.path(),
                          .output = there / "log",
                          .descriptor = ends[1],
                          .control_groups = {}};
  const auto script = "echo told >&" + std::to_string(ends[1]);
  auto started = child_process::start("/bin/bash", {"bash", "-c", script}, {}, place);
  ASSERT_TRUE(started.ok());
  EXPECT_TRUE(started->end_within(long_enough)->is_success);
  std::string told(10, ' ');
  told.resize(static_cast<std::size_t>(::read(ends[0], told.data(), told.size())));
  EXPECT_EQ(told, "told\n");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(ChildProcess, SaysWhatItCannotOpenOrEnter) {
  const temporary_directory there;
  const auto why = [&](const std::string& directory, const std::string& output) {
    const auto started = child_process::start(
        "/bin/sh", {"sh"}, {},
        child_place{
            .directory = directory, .output = output, .descriptor = -1, .control_groups = {}});
    return started ? "" : started.failure().message;
  };
  EXPECT_EQ(why(there.path(), there / "none/log"),
            "start /bin/sh: open " + there / "none/log" + ": No such file or directory");
  EXPECT_EQ(why(there / "none", there / "log"), "start /bin/sh: No such file or directory");
}

// A write of 0 to such a file puts the writer into the group, if it is one.
TEST(ChildProcess, JoinsControlGroupsBeforeItRunsTheProgram) {
  const temporary_directory there;
  there.write("memory/cgroup.procs", "");
  there.write("cpu/cgroup.procs", "");
  const child_place place{.directory = there.path(),
                          .output = there / "log",
                          .descriptor = -1,
                          .control_groups = {there / "memory", there / "cpu"}};
  auto started = child_process::start("/bin/sh", {"sh", "-c", "cat memory/* cpu/*"}, {}, place);
  ASSERT_TRUE(started.ok()) << started.failure().message;
  EXPECT_TRUE(started->end_within(long_enough)->is_success);
  EXPECT_EQ(there.read("log"), "00");
}

TEST(ChildProcess, SaysWhichControlGroupItCannotJoin) {
  const temporary_directory there;
  there.write("memory/cgroup.procs", "");
  const std::vector<std::string> groups{there / "memory", there / "cpu"};
  const auto tried = child_process::try_to_join(groups);
  ASSERT_FALSE(tried.ok());
  EXPECT_EQ(tried.failure().message, "put a process into the control group " + there / "cpu" +
                                         ": No such file or directory");
  EXPECT_EQ(there.read("memory/cgroup.procs"), "");
  there.write("cpu/none", "");
  std::filesystem::create_symlink("/dev/full", there / "cpu/cgroup.procs");
  const auto started = child_process::start("/bin/sh", {"sh"}, {},
                                            child_place{.directory = there.path(),
                                                        .output = there / "log",
                                                        .descriptor = -1,
                                                        .control_groups = groups});
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.failure().message, "start /bin/sh: put a process into the control group " +
                                           there / "cpu" + ": No space left on device");
  EXPECT_FALSE(child_process::try_to_join(groups).ok());
  EXPECT_TRUE(child_process::try_to_join({there / "memory"}).ok());
  EXPECT_EQ(there.read("memory/cgroup.procs"), "0");
}

TEST(ChildProcess, HearsTheSignalsThatItIsSent) {
  auto started = shell("trap 'exit 7' USR1; echo; while :; do sleep 0.01; done");
  while (!started.end_within(std::chrono::milliseconds{20})) started.send(SIGUSR1);
  const auto end = started.end();
  EXPECT_TRUE(end->status == 7 || !end->status) << end->how;
}

}  // namespace
}  // namespace weir
