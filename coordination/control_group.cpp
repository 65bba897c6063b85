// SPDX-License-Identifier: Apache-2.0
// Directories and files of the cgroup file system; see coordination/control_group.hpp, and the
// kernel's admin-guide/cgroup-v2.rst and admin-guide/cgroup-v1.
#include "coordination/control_group.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <poll.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "coordination/control_file.hpp"
#include "coordination/size_text.hpp"
#include "state/posix_file_system.hpp"

namespace weir {

namespace {

// Of CPU time, in microseconds: the quota is so many of these for each core.
constexpr std::uint64_t period = 100'000;
constexpr std::chrono::milliseconds pause{10};  // Between two attempts to remove a group.
constexpr std::chrono::seconds usual_patience{1};
constexpr int most_depth = 16;        // Of groups that a job has made in its own.
constexpr std::size_t most_told = 4;  // Of the processes that are in a group still.

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

// "; in it: process 17 (sleep)"; empty if there are none.
std::string told_processes(const std::string& directory) {
  const auto all = processes_in(directory);
  std::string told;
  for (std::size_t i = 0; i < std::min(all.size(), most_told); ++i) {
    const auto id = std::to_string(all[i]);
    auto name = read_control_file("/proc/" + id + "/comm");
    while (name && name->ends_with('\n')) name->pop_back();
    told += (told.empty() ? "; in it: process " : ", ") + id + (name ? " (" + *name + ")" : "");
  }
  if (all.size() > most_told) told += " and " + std::to_string(all.size() - most_told) + " more";
  return told;
}

std::vector<std::string> directories_in(const std::string& directory) {
  posix_file_system files;
  std::vector<std::string> found;
  const auto names = files.list(directory);
  if (!names) return found;
  for (const auto& each : *names) {
    struct ::stat what {};
    const auto path = directory + "/" + each;
    if (::lstat(path.c_str(), &what) == 0 && S_ISDIR(what.st_mode)) found.push_back(path);
  }
  return found;
}

// One attempt. Processes end some time after they are killed, and start others before: both are
// the next one's business.
status remove_tree(const std::string& directory, int depth) {
  for (const auto each : processes_in(directory)) ::kill(each, SIGKILL);
  if (::rmdir(directory.c_str()) == 0 || errno == ENOENT) return {};
  const auto below = depth > 0 ? directories_in(directory) : std::vector<std::string>{};
  status removed;
  for (const auto& each : below) {
    if (auto one = remove_tree(each, depth - 1); !one) removed = one;
  }
  if (!removed || ::rmdir(directory.c_str()) == 0 || errno == ENOENT) return removed;
  auto cause = control_failure("remove the control group " + directory, errno);
  cause.message += told_processes(directory);
  return cause;
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

status control_group::try_to_remove() const {
  status removed;
  for (const auto& each : directories()) {
    if (auto one = remove_tree(each, most_depth); !one) removed = one;
  }
  return removed;
}

std::vector<error> control_group::remove(std::vector<control_group>& groups, duration patience) {
  for (;; patience -= pause) {
    std::vector<error> problems;
    bool is_in_use = false;
    std::erase_if(groups, [&](const control_group& each) {
      const auto removed = each.try_to_remove();
      if (removed) return true;
      problems.push_back(removed.failure());
      is_in_use = is_in_use || removed.failure().code == error_code::in_use;
      return false;
    });
    if (!is_in_use || patience <= duration::zero()) return problems;
    static_cast<void>(::poll(nullptr, 0, static_cast<int>(pause.count())));
  }
}

status control_group::remove() const {
  std::vector<control_group> all{*this};
  const auto problems = remove(all, usual_patience);
  return problems.empty() ? status{} : problems.front();
}

status control_group::limit_memory(std::uint64_t bytes) const {
  WEIR_ASSERT(bytes > 0);
  const auto most = std::to_string(bytes);
  const auto limit = [&]() -> status {
    if (!is_unified()) {
      auto done = write_control_file(memory_ + "/memory.limit_in_bytes", most);
      if (!done) return done;
      // Where the kernel counts swap, it is part of that number. Else there must be none.
      const auto with_swap = memory_ + "/memory.memsw.limit_in_bytes";
      if (is_there(with_swap)) return write_control_file(with_swap, most);
      return write_if_there(memory_ + "/memory.swappiness", "0");
    }
    // What can do without one of its processes is not known here.
    auto done = write_if_there(memory_ + "/memory.oom.group", "1");
    if (done) done = write_if_there(memory_ + "/memory.swap.max", "0");
    return done ? write_control_file(memory_ + "/memory.max", most) : done;
  };
  auto done = limit();
  if (done) return done;
  auto cause = done.failure();
  if (cause.code == error_code::in_use) {
    cause.message += ": it takes more than that before it has begun; raise that setting";
  }
  return within("limit the memory of this process (taskmanager.memory.process.size)",
                std::move(cause));
}

status control_group::limit_cores(std::uint32_t cores) const {
  WEIR_ASSERT(cores > 0);
  const auto quota = std::to_string(cores * period);
  const auto limit = [&]() -> status {
    if (is_unified()) {
      return write_control_file(memory_ + "/cpu.max", quota + " " + std::to_string(period));
    }
    auto done = write_control_file(cpu_ + "/cpu.cfs_period_us", std::to_string(period));
    if (done) done = write_control_file(cpu_ + "/cpu.cfs_quota_us", quota);
    // More than a group above has, whose quota holds, too: this one stays without.
    const bool is_held_above = !done && done.failure().code == error_code::invalid_argument;
    return is_held_above ? status{} : done;
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
  // Those who were killed are counted where they were. Where the limit is that was too low is told
  // by `oom` with version 2. Version 1 counts refusals only, which are usual where files fill the
  // memory: but nobody is killed at a limit that was never reached.
  const auto was_reached = [&](const std::string& kind) {
    const auto most = number_of(kind + "limit_in_bytes");
    return most && number_of(kind + "max_usage_in_bytes").value_or(0) >= *most;
  };
  const bool is_own_limit = is_unified() ? control_number(events, "oom").value_or(0) > 0
                                         : was_reached("memory.") || was_reached("memory.memsw.");
  if (!is_own_limit) {
    return "memory was short on its host or in a group above " + memory_ +
           "; give the node more, or its jobs less (taskmanager.memory.process.size)";
  }
  return "it needed more memory than its limit" +
         (limit ? " of " + size_text(*limit) : std::string{}) +
         "; raise taskmanager.memory.process.size";
}

}  // namespace weir
