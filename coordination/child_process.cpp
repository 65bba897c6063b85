// SPDX-License-Identifier: Apache-2.0
// fork, exec and waitpid; see coordination/child_process.hpp.
#include "coordination/child_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "coordination/control_file.hpp"

namespace weir {

namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& each : texts) pointers.push_back(each.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

std::vector<std::string> environment_with(const std::vector<std::string>& variables) {
  std::vector<std::string> all = variables;
  for (char** each = environ; *each != nullptr; ++each) {
    const bool is_replaced = std::any_of(
        variables.begin(), variables.end(),
        [&](const std::string& variable) { return name_of(variable) == name_of(*each); });
    if (!is_replaced) all.emplace_back(*each);
  }
  return all;
}

error not_joined(const std::string& group, int why) {
  return control_failure("put a process into the control group " + group, why);
}

// Descriptors that are closed in time.
struct opened_place {
  opened_place() = default;
  opened_place(const opened_place&) = delete;
  opened_place& operator=(const opened_place&) = delete;
  ~opened_place() {
    if (input >= 0) ::close(input);
    if (output >= 0) ::close(output);
    for (const int each : groups) ::close(each);
  }

  const char* directory = nullptr;  // Null: there is no place.
  int input = -1;
  int output = -1;
  int inherited = -1;
  std::vector<int> groups{};  // Where it is to write that it joins them.
};

// Why a new process has not become the program.
struct start_failure {
  int why = 0;
  std::size_t group = 0;
  bool is_of_group = false;  // It could not join that one.
};

status open_groups(const std::vector<std::string>& directories, opened_place& opened) {
  for (const auto& each : directories) {
    const int file = ::open((each + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0) return not_joined(each, errno);
    opened.groups.push_back(file);
  }
  return {};
}

status open_place(const child_place& place, opened_place& opened) {
  opened.directory = place.directory.c_str();
  opened.inherited = place.descriptor;
  opened.input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  opened.output =
      ::open(place.output.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (opened.input < 0 || opened.output < 0) {
    return error{error_code::io_failure, "open " + place.output + ": " + std::strerror(errno)};
  }
  return open_groups(place.control_groups, opened);
}

bool take_place(const opened_place& place) {
  return setpgid(0, 0) == 0 && ::chdir(place.directory) == 0 &&
         ::dup2(place.input, STDIN_FILENO) >= 0 && ::dup2(place.output, STDOUT_FILENO) >= 0 &&
         ::dup2(place.output, STDERR_FILENO) >= 0 &&
         (place.inherited < 0 || ::fcntl(place.inherited, F_SETFD, 0) == 0);
}

// What a process needs to become a program. Without a program it ends when it has its place.
struct program_start {
  const char* program = nullptr;
  char** arguments = nullptr;
  char** variables = nullptr;
  const opened_place* place = nullptr;
};

[[noreturn]] void give_up(int report, const start_failure& failure) {
  static_cast<void>(!::write(report, &failure, sizeof failure));
  _exit(127);
}

// In the new process, before it is another program: only calls that are safe between the two.
[[noreturn]] void become(const program_start& start, pid_t parent, int report) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // It has ended meanwhile.
  const auto& place = *start.place;
  for (std::size_t i = 0; i < place.groups.size(); ++i) {
    // 0 is whoever writes it.
    if (::write(place.groups[i], "0", 1) < 0) give_up(report, {errno, i, true});
  }
  if (start.program == nullptr) _exit(0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (place.directory == nullptr || take_place(place)) {
    execve(start.program, start.arguments, start.variables);
  }
  give_up(report, {errno, 0, false});
}

// The process, or why there is none.
result<pid_t> launch(const program_start& start, const std::vector<std::string>& groups) {
  const auto failed = [](int why) { return error{error_code::io_failure, std::strerror(why)}; };
  // Closes by itself when the other program begins; otherwise says why it does not.
  std::array<int, 2> report{};
  if (pipe2(report.data(), O_CLOEXEC) != 0) return failed(errno);
  const pid_t parent = getpid();
  const pid_t made = fork();
  if (made == 0) become(start, parent, report[1]);
  const int why = errno;
  ::close(report[1]);
  start_failure failure;
  if (made > 0) {
    while (::read(report[0], &failure, sizeof failure) < 0 && errno == EINTR) {
    }
  }
  ::close(report[0]);
  if (made < 0) return failed(why);
  if (failure.why == 0) return made;
  waitpid(made, nullptr, 0);
  if (failure.is_of_group) return not_joined(groups[failure.group], failure.why);
  return failed(failure.why);
}

process_end explained(int found) {
  if (WIFEXITED(found)) {
    const int code = WEXITSTATUS(found);
    return {.is_success = code == 0,
            .how = "exited with " + std::to_string(code),
            .status = code,
            .signal = 0};
  }
  const int signal = WTERMSIG(found);
  return {.is_success = false,
          .how = "was killed by signal " + std::to_string(signal) + " (" + strsignal(signal) + ")",
          .status = {},
          .signal = signal};
}

}  // namespace

result<child_process> child_process::start(const std::string& program,
                                           const std::vector<std::string>& arguments,
                                           const std::vector<std::string>& variables,
                                           const std::optional<child_place>& place) {
  opened_place opened;
  if (place) {
    auto done = open_place(*place, opened);
    if (!done) return within("start " + program, done.failure());
  }
  auto words = arguments;
  auto environment = environment_with(variables);
  auto word_pointers = pointers_to(words);
  auto variable_pointers = pointers_to(environment);
  const auto made =
      launch({program.c_str(), word_pointers.data(), variable_pointers.data(), &opened},
             place ? place->control_groups : std::vector<std::string>{});
  if (!made) return within("start " + program, made.failure());
  return child_process{*made};
}

status child_process::try_to_join(const std::vector<std::string>& control_groups) {
  opened_place opened;
  if (auto done = open_groups(control_groups, opened); !done) return done;
  const auto made = launch({.place = &opened}, control_groups);
  if (!made) return made.failure();
  waitpid(*made, nullptr, 0);
  return {};
}

child_process::~child_process() {
  if (process_ == 0 || end_) return;
  ::kill(process_, SIGKILL);
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void child_process::kill() { send(SIGKILL); }

void child_process::send(int signal) {
  if (!end()) ::kill(process_, signal);
}

std::optional<process_end> child_process::end() {
  if (end_) return end_;
  int found = 0;
  if (waitpid(process_, &found, WNOHANG) == process_) end_ = explained(found);
  return end_;
}

std::optional<process_end> child_process::end_within(duration span) {
  if (auto known = end()) return known;
  // Readable when the process has ended.
  const auto descriptor = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
  if (descriptor < 0) return std::nullopt;
  pollfd ended{.fd = descriptor, .events = POLLIN, .revents = 0};
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(span);
  static_cast<void>(::poll(&ended, 1, static_cast<int>(millis.count())));
  ::close(descriptor);
  return end();
}

}  // namespace weir
