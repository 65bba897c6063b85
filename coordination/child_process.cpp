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

// Descriptors that are closed in time.
struct opened_place {
  opened_place() = default;
  opened_place(const opened_place&) = delete;
  opened_place& operator=(const opened_place&) = delete;
  ~opened_place() {
    if (input >= 0) ::close(input);
    if (output >= 0) ::close(output);
  }

  const char* directory = nullptr;  // Null: there is no place.
  int input = -1;
  int output = -1;
  int inherited = -1;
};

status open_place(const child_place& place, opened_place& opened) {
  opened.directory = place.directory.c_str();
  opened.inherited = place.descriptor;
  opened.input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  opened.output =
      ::open(place.output.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (opened.input >= 0 && opened.output >= 0) return {};
  return error{error_code::io_failure, "open " + place.output + ": " + std::strerror(errno)};
}

bool take_place(const opened_place& place) {
  return setpgid(0, 0) == 0 && ::chdir(place.directory) == 0 &&
         ::dup2(place.input, STDIN_FILENO) >= 0 && ::dup2(place.output, STDOUT_FILENO) >= 0 &&
         ::dup2(place.output, STDERR_FILENO) >= 0 &&
         (place.inherited < 0 || ::fcntl(place.inherited, F_SETFD, 0) == 0);
}

// In the new process, before it is another program: only calls that are safe between the two.
[[noreturn]] void become(const char* program, char** arguments, char** variables, pid_t parent,
                         int report, const opened_place& place) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // It has ended meanwhile.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (place.directory == nullptr || take_place(place)) execve(program, arguments, variables);
  const int why = errno;
  static_cast<void>(!::write(report, &why, sizeof why));
  _exit(127);
}

process_end explained(int found) {
  if (WIFEXITED(found)) {
    const int code = WEXITSTATUS(found);
    return {code == 0, "exited with " + std::to_string(code), code};
  }
  const int signal = WTERMSIG(found);
  return {.is_success = false,
          .how = "was killed by signal " + std::to_string(signal) + " (" + strsignal(signal) + ")",
          .status = {}};
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
  const auto failed = [&](int why) {
    return error{error_code::io_failure, "start " + program + ": " + std::strerror(why)};
  };
  // Closes by itself when the other program begins; otherwise says why it does not.
  std::array<int, 2> report{};
  if (pipe2(report.data(), O_CLOEXEC) != 0) return failed(errno);
  const pid_t parent = getpid();
  const pid_t made = fork();
  if (made == 0) {
    become(program.c_str(), word_pointers.data(), variable_pointers.data(), parent, report[1],
           opened);
  }
  int why = made < 0 ? errno : 0;
  ::close(report[1]);
  if (made > 0) {
    while (::read(report[0], &why, sizeof why) < 0 && errno == EINTR) {
    }
  }
  ::close(report[0]);
  if (made < 0) return failed(why);
  if (why != 0) {
    waitpid(made, nullptr, 0);
    return failed(why);
  }
  return child_process{made};
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
