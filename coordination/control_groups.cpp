// SPDX-License-Identifier: Apache-2.0
// From the root of the cgroup file system down to the groups of processes; see
// coordination/control_groups.hpp.
#include "coordination/control_groups.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "coordination/child_process.hpp"
#include "coordination/cluster/job_record.hpp"
#include "coordination/control_file.hpp"
#include "state/posix_file_system.hpp"

namespace weir {

namespace {

constexpr std::array<std::string_view, 2> controllers{"memory", "cpu"};
constexpr const char* node_leaf = "node";
constexpr const char* tried_group = "weir-probe";
// So that nobody else's groups, and the processes in them, are taken for what is left of jobs.
constexpr std::string_view prefix = "weir-";

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char each : text) {
    if (each == at) {
      parts.emplace_back();
    } else {
      parts.back() += each;
    }
  }
  return parts;
}

// A list of words, as the kernel writes it.
bool lists(const std::string& text, std::string_view word) {
  auto line = text;
  std::replace(line.begin(), line.end(), '\n', ' ');
  const auto words = split(line, ' ');
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The name of a group that control_groups::make has made.
bool is_of_a_process(std::string_view name) {
  const auto dash = name.rfind('-');
  if (!name.starts_with(prefix) || dash == std::string_view::npos || dash < prefix.size()) {
    return false;
  }
  const auto number = name.substr(dash + 1);
  return is_job_id(name.substr(prefix.size(), dash - prefix.size())) && !number.empty() &&
         std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

error with_hint(error cause) {
  if (cause.code == error_code::permission_denied) {
    cause.message +=
        "; run the node as root, or as a service that systemd lets have its group (Delegate=cpu "
        "memory), with --control-group own";
  }
  return cause;
}

status make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH) == 0) return {};
  if (errno == EEXIST) return {};
  return with_hint(control_failure("make the control group " + path, errno));
}

// Version 2: groups below this one can have limits.
status enable_below(const std::string& group) {
  const auto available = read_control_file(group + "/cgroup.controllers");
  if (!available) return available.failure();
  const auto file = group + "/cgroup.subtree_control";
  const auto enabled = read_control_file(file);
  if (!enabled) return enabled.failure();
  std::string missing;
  for (const auto each : controllers) {
    if (!lists(*available, each)) {
      return error{error_code::not_found,
                   "the control group " + group + " does not have the controller " +
                       std::string{each} +
                       "; let the group above pass it on (cgroup.subtree_control; with systemd "
                       "Delegate=cpu memory), and see that no hierarchy of version 1 has it"};
    }
    if (!lists(*enabled, each)) missing += (missing.empty() ? "+" : " +") + std::string{each};
  }
  if (missing.empty()) return {};
  auto written = write_control_file(file, missing);
  if (written) return {};
  auto cause = written.failure();
  if (cause.code == error_code::in_use) {
    cause.message +=
        ": there are processes in that group itself; use another --control-group, or "
        "start the node alone in it and say own";
  }
  return with_hint(std::move(cause));
}

status prepare_unified(const control_group_hierarchy& host, const std::string& name) {
  if (name == own_control_group) {
    const auto leaf = host.own + "/" + node_leaf;
    if (auto made = make_directory(leaf); !made) return made;
    // All threads of this process.
    auto moved = write_control_file(leaf + "/cgroup.procs", "0");
    return moved ? enable_below(host.own) : with_hint(moved.failure());
  }
  auto group = host.root;
  if (auto enabled = enable_below(group); !enabled) return enabled;
  for (const auto& word : split(name, '/')) {
    group += "/" + word;
    if (auto made = make_directory(group); !made) return made;
    if (auto enabled = enable_below(group); !enabled) return enabled;
  }
  return {};
}

status prepare_split(const control_group_hierarchy& host, const std::string& name) {
  if (name == own_control_group) return {};
  auto group = host.root;
  for (const auto& word : split(name, '/')) {
    group += "/" + word;
    if (auto made = make_directory(group); !made) return made;
  }
  return {};
}

result<std::string> group_of(const control_group_hierarchy& host, const std::string& name) {
  if (name != own_control_group) return host.root + "/" + name;
  if (!host.own.empty()) return host.own;
  return error{error_code::not_found,
               "the control group of this process is not below " + host.root +
                   ", as /proc/self/cgroup and /proc/self/mountinfo say; name another"};
}

result<control_group> prepare(const control_group_mounts& host, const std::string& name) {
  if (host.memory && host.cpu) {
    for (const auto* each : {&*host.memory, &*host.cpu}) {
      const auto group = group_of(*each, name);
      if (!group) return group.failure();
      if (auto prepared = prepare_split(*each, name); !prepared) return prepared.failure();
    }
    return control_group{*group_of(*host.memory, name), *group_of(*host.cpu, name)};
  }
  if (!host.unified) {
    return error{error_code::not_found,
                 "no cgroup file system with memory and cpu is mounted here, as "
                 "/proc/self/mountinfo says; mount one (mount -t cgroup2 none /sys/fs/cgroup)"};
  }
  const auto group = group_of(*host.unified, name);
  if (!group) return group.failure();
  if (auto prepared = prepare_unified(*host.unified, name); !prepared) return prepared.failure();
  return control_group{*group};
}

}  // namespace

status check_control_group_name(const std::string& name) {
  const auto words = split(name, '/');
  const bool is_path = std::none_of(words.begin(), words.end(), [](const std::string& word) {
    return word.empty() || word == "." || word == ".." || word.find('\n') != std::string::npos;
  });
  if (is_path) return {};
  return error{error_code::invalid_argument,
               "'" + name +
                   "' is neither own nor a path below the root of the cgroup file system, "
                   "such as weir or services/weir"};
}

control_groups::control_groups(control_groups&& other) noexcept
    : all_{std::move(other.all_)}, lock_{std::exchange(other.lock_, -1)} {}

control_groups::~control_groups() {
  if (lock_ >= 0) ::close(lock_);
}

status control_groups::lock() {
  const auto group = all_.directories().front();
  lock_ = ::open(group.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ >= 0 && ::flock(lock_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno == EWOULDBLOCK) {
    return error{error_code::in_use, "another node uses the control group " + group +
                                         "; give each node of a host its own"};
  }
  return control_failure("lock the control group " + group, errno);
}

status control_groups::remove_left() const {
  posix_file_system files;
  for (const auto& directory : all_.directories()) {
    const auto names = files.list(directory);
    if (!names) return names.failure();
    for (const auto& name : *names) {
      const bool is_ours = is_of_a_process(name) || name == tried_group;
      const auto what = files.stat(directory + "/" + name);
      if (!is_ours || !what || what->what != file_status::kind::directory) continue;
      if (auto removed = all_.below(name).remove(); !removed) return removed;
    }
  }
  return {};
}

status control_groups::try_one() const {
  const auto group = all_.below(tried_group);
  if (auto made = group.make(); !made) return with_hint(made.failure());
  auto joined = child_process::try_to_join(group.directories());
  auto removed = group.remove();
  if (!joined) return with_hint(joined.failure());
  return removed;
}

result<control_groups> control_groups::open(const std::string& name,
                                            const control_group_mounts& host) {
  WEIR_ASSERT(check_control_group_name(name).ok());
  auto prepared = prepare(host, name);
  if (!prepared) return prepared.failure();
  control_groups made{*std::move(prepared)};
  if (auto locked = made.lock(); !locked) return locked.failure();
  if (auto removed = made.remove_left(); !removed) return removed.failure();
  if (auto tried = made.try_one(); !tried) return tried.failure();
  return made;
}

result<control_group> control_groups::make(const std::string& job, std::uint32_t number) const {
  auto group = all_.below(std::string{prefix} + job + "-" + std::to_string(number));
  if (auto made = group.make(); !made) return made.failure();
  return group;
}

result<control_groups> open_control_groups(const std::string& name) {
  const auto mounts = read_control_file("/proc/self/mountinfo");
  if (!mounts) return mounts.failure();
  const auto groups = read_control_file("/proc/self/cgroup");
  if (!groups) return groups.failure();
  return control_groups::open(name, read_control_group_mounts(*mounts, *groups));
}

}  // namespace weir
