// SPDX-License-Identifier: Apache-2.0
// From the root of the cgroup file system down to the groups of processes; see
// coordination/control_groups.hpp.
#include "coordination/control_groups.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <set>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "coordination/child_process.hpp"
#include "coordination/control_file.hpp"
#include "state/posix_file_system.hpp"

namespace weir {

namespace {

constexpr std::array<std::string_view, 2> controllers{"memory", "cpu"};
constexpr const char* node_leaf = "node";
// So that nobody else's groups, and the processes in them, are taken for what is left of jobs.
constexpr std::string_view prefix = "weir-job-";
constexpr std::string_view tried_job = "probe";  // In the place of a job.
constexpr std::uint32_t most_tried = 16;         // One of an earlier run may be there still.
constexpr std::uint64_t tried_bytes = std::uint64_t{64} << 20;
// Memory takes its time to be given back.
constexpr std::chrono::seconds patience_with_left{3};

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

// What fresh_id draws for a job (coordination/cluster/cluster_client.hpp).
bool is_drawn_id(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string name_of(std::string_view job, std::uint32_t number) {
  return std::string{prefix} + std::string{job} + "-" + std::to_string(number);
}

// Whether `name_of` has such names.
bool is_of_a_process(std::string_view name) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  const auto dash = name.rfind('-');
  if (dash == std::string_view::npos) return false;
  const auto job = name.substr(0, dash);
  const auto number = name.substr(dash + 1);
  return (is_drawn_id(job) || job == tried_job) && !number.empty() &&
         number.find_first_not_of("0123456789") == std::string_view::npos;
}

// Systemd gives no group of version 1 to another user.
error with_hint(error cause, bool is_unified) {
  if (cause.code != error_code::permission_denied) return cause;
  cause.message += is_unified
                       ? "; run the node as root, or as a service that systemd lets have its group "
                         "(Delegate=cpu memory), with --control-group own"
                       : "; run the node as root, as nobody else may do this with version 1, or "
                         "without --control-group";
  return cause;
}

status make_directory(const std::string& path, bool is_unified) {
  if (::mkdir(path.c_str(), S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH) == 0) return {};
  if (errno == EEXIST) return {};
  return with_hint(control_failure("make the control group " + path, errno), is_unified);
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
  return with_hint(std::move(cause), true);
}

status prepare_unified(const control_group_hierarchy& host, const std::string& name) {
  if (name == own_control_group) {
    const auto leaf = host.own + "/" + node_leaf;
    if (auto made = make_directory(leaf, true); !made) return made;
    // All threads of this process.
    auto moved = write_control_file(leaf + "/cgroup.procs", "0");
    return moved ? enable_below(host.own) : with_hint(moved.failure(), true);
  }
  auto group = host.root;
  if (auto enabled = enable_below(group); !enabled) return enabled;
  for (const auto& word : split(name, '/')) {
    group += "/" + word;
    if (auto made = make_directory(group, true); !made) return made;
    if (auto enabled = enable_below(group); !enabled) return enabled;
  }
  return {};
}

status prepare_split(const control_group_hierarchy& host, const std::string& name) {
  if (name == own_control_group) return {};
  auto group = host.root;
  for (const auto& word : split(name, '/')) {
    group += "/" + word;
    if (auto made = make_directory(group, false); !made) return made;
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
  if (!is_path) {
    return error{error_code::invalid_argument,
                 "'" + name +
                     "' is neither own nor a path below the root of the cgroup file system, "
                     "such as weir or services/weir"};
  }
  const auto taken = std::find_if(words.begin(), words.end(), is_of_a_process);
  if (taken == words.end()) return {};
  return error{
      error_code::invalid_argument,
      "'" + name + "': nodes name groups like " + *taken +
          " for the processes of jobs, and remove them with what is in them; take another"};
}

control_groups::~control_groups() {
  for (const int each : locks_) ::close(each);
}

// With `own` and version 1, nodes in different groups for memory may be in one for CPU time.
status control_groups::lock() {
  for (const auto& group : all_.directories()) {
    const int opened = ::open(group.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) return control_failure("lock the control group " + group, errno);
    locks_.push_back(opened);
    if (::flock(opened, LOCK_EX | LOCK_NB) == 0) continue;
    if (errno != EWOULDBLOCK) return control_failure("lock the control group " + group, errno);
    return error{error_code::in_use, "another node uses the control group " + group +
                                         "; give each node of a host its own"};
  }
  return {};
}

status control_groups::remove_left() {
  posix_file_system files;
  std::set<std::string> names;
  for (const auto& directory : all_.directories()) {
    const auto listed = files.list(directory);
    if (!listed) return listed.failure();
    for (const auto& name : *listed) {
      const auto what = files.stat(directory + "/" + name);
      const bool is_group = what && what->what == file_status::kind::directory;
      if (is_group && is_of_a_process(name)) names.insert(name);
    }
  }
  std::vector<control_group> groups;
  for (const auto& name : names) groups.push_back(all_.below(name));
  for (auto& each : control_group::remove(groups, patience_with_left)) {
    each.message += "; the next start of the node tries again";
    left_.push_back(within("what an earlier run has left", std::move(each)));
  }
  return {};
}

status control_groups::try_one() const {
  std::uint32_t number = 0;
  auto group = all_.below(name_of(tried_job, number));
  auto done = group.make();
  while (!done && done.failure().code == error_code::in_use && ++number < most_tried) {
    group = all_.below(name_of(tried_job, number));
    done = group.make();
  }
  if (!done) return with_hint(done.failure(), all_.is_unified());
  done = child_process::try_to_join(group.directories());
  if (done) {
    done = group.limit_memory(tried_bytes);
    if (done) done = group.limit_cores(1);
    if (!done) done = within("try a control group", done.failure());
  }
  auto removed = group.remove();
  return done ? removed : with_hint(done.failure(), all_.is_unified());
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
  if (!is_drawn_id(job)) {
    return error{error_code::invalid_argument,
                 "make a control group: the job's id '" + job + "' is not 12 hexadecimal digits"};
  }
  auto group = all_.below(name_of(job, number));
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
