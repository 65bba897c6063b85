// SPDX-License-Identifier: Apache-2.0
// Directories and files of the cgroup file system; see coordination/control_group.hpp, and the
// kernel's admin-guide/cgroup-v2.rst and admin-guide/cgroup-v1.
#include "coordination/control_group.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "coordination/control_file.hpp"
#include "coordination/size_text.hpp"

namespace weir {

namespace {

// Of CPU time, in microseconds: the quota is so many of these for each core.
constexpr std::uint64_t period = 100'000;
constexpr int most_rounds = 5;         // Of killing processes that start others meanwhile.
constexpr int patience_millis = 1000;  // With one that was killed.

bool is_there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

status write_if_there(const std::string& path, std::string_view text) {
  return is_there(path) ? write_control_file(path, text) : status{};
}

std::vector<pid_t> processes_in(const std::string& directory) {
  std::vector<pid_t> all;
  const auto text = read_control_file(directory + "/cgroup.procs");
  if (!text) return all;
  const char* at = text->data();
  const char* const end = at + text->size();
  while (at < end) {
    pid_t process = 0;
    const auto [next, wrong] = std::from_chars(at, end, process);
    if (wrong != std::errc{}) return all;
    if (process > 0) all.push_back(process);  // 0: of a container that this one cannot see.
    at = next + 1;
  }
  return all;
}

// Not a child of this process, perhaps: its end is not to be had from waitpid.
void kill_and_wait(pid_t process) {
  const auto descriptor = static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
  if (descriptor < 0) return;  // It has ended.
  ::kill(process, SIGKILL);
  pollfd ended{.fd = descriptor, .events = POLLIN, .revents = 0};
  static_cast<void>(::poll(&ended, 1, patience_millis));
  ::close(descriptor);
}

void empty(const std::string& directory) {
  for (int round = 0; round < most_rounds; ++round) {
    const auto left = processes_in(directory);
    if (left.empty()) return;
    for (const auto each : left) kill_and_wait(each);
  }
}

}  // namespace

result<std::optional<control_group>> control_group::read(const std::string& value) {
  if (value.empty()) return std::optional<control_group>{};
  // The kernel allows no line's end in the name of a group.
  const auto end = value.find('\n');
  auto group = end == std::string::npos
                   ? control_group{value}
                   : control_group{value.substr(0, end), value.substr(end + 1)};
  for (const auto& each : group.directories()) {
    if (is_there(each + "/cgroup.procs")) continue;
    return error{error_code::invalid_argument,
                 std::string{control_group_variable} + ": '" + each +
                     "' is no control group; only weir node sets this variable"};
  }
  return std::optional{std::move(group)};
}

std::string control_group::variable() const {
  return is_unified() ? memory_ : memory_ + "\n" + cpu_;
}

control_group control_group::below(const std::string& name) const {
  if (is_unified()) return control_group{memory_ + "/" + name};
  return {memory_ + "/" + name, cpu_ + "/" + name};
}

std::vector<std::string> control_group::directories() const {
  if (is_unified() || memory_ == cpu_) return {memory_};
  return {memory_, cpu_};
}

status control_group::make() const {
  std::vector<std::string> made;
  for (const auto& each : directories()) {
    if (::mkdir(each.c_str(), S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH) == 0) {
      made.push_back(each);
      continue;
    }
    const int why = errno;
    for (const auto& one : made) ::rmdir(one.c_str());
    return control_failure("make the control group " + each, why);
  }
  return {};
}

status control_group::remove() const {
  status removed;
  for (const auto& each : directories()) {
    empty(each);
    if (::rmdir(each.c_str()) != 0 && errno != ENOENT) {
      removed = control_failure("remove the control group " + each, errno);
    }
  }
  return removed;
}

status control_group::limit_memory(std::uint64_t bytes) const {
  WEIR_ASSERT(bytes > 0);
  const auto most = std::to_string(bytes);
  const auto limit = [&]() -> status {
    if (!is_unified()) {
      auto done = write_control_file(memory_ + "/memory.limit_in_bytes", most);
      // Where the kernel counts swap; it is part of that number.
      return done ? write_if_there(memory_ + "/memory.memsw.limit_in_bytes", most) : done;
    }
    // What can do without one of its processes is not known here.
    auto done = write_if_there(memory_ + "/memory.oom.group", "1");
    if (done) done = write_if_there(memory_ + "/memory.swap.max", "0");
    return done ? write_control_file(memory_ + "/memory.max", most) : done;
  };
  auto done = limit();
  if (done) return done;
  return within("limit the memory of this process (taskmanager.memory.process.size)",
                done.failure());
}

status control_group::limit_cores(std::uint32_t cores) const {
  WEIR_ASSERT(cores > 0);
  const auto quota = std::to_string(cores * period);
  const auto limit = [&]() -> status {
    if (is_unified()) {
      return write_control_file(memory_ + "/cpu.max", quota + " " + std::to_string(period));
    }
    auto done = write_control_file(cpu_ + "/cpu.cfs_period_us", std::to_string(period));
    return done ? write_control_file(cpu_ + "/cpu.cfs_quota_us", quota) : done;
  };
  auto done = limit();
  if (done) return done;
  return within("limit the CPU time of this process (taskmanager.cpu.cores)", done.failure());
}

std::string control_group::memory_death() const {
  const auto text_of = [this](const std::string& file) {
    auto text = read_control_file(memory_ + "/" + file);
    return text ? *std::move(text) : std::string{};
  };
  const auto number_of = [&](const std::string& file) {
    return control_number("is " + text_of(file), "is");
  };
  const auto events = text_of(is_unified() ? "memory.events" : "memory.oom_control");
  if (control_number(events, "oom_kill").value_or(0) == 0) return "";
  const auto limit = number_of(is_unified() ? "memory.max" : "memory.limit_in_bytes");
  // Those who were killed are counted where they were, refused charges where the limit is. Version
  // 1 does not count those of memory with swap in all kernels.
  const bool is_own_limit =
      is_unified() ? control_number(events, "oom").value_or(0) > 0
                   : number_of("memory.failcnt").value_or(0) > 0 ||
                         (limit && number_of("memory.max_usage_in_bytes").value_or(0) >= *limit);
  if (!is_own_limit) {
    return "memory was short on its host or in a group above " + memory_ +
           "; give the node more, or its jobs less (taskmanager.memory.process.size)";
  }
  return "it needed more memory than its limit" +
         (limit ? " of " + size_text(*limit) : std::string{}) +
         "; raise taskmanager.memory.process.size";
}

}  // namespace weir
