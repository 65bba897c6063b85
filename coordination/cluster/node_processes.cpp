// SPDX-License-Identifier: Apache-2.0
// Starting, reading and reaping; see coordination/cluster/node_processes.hpp.
#include "coordination/cluster/node_processes.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string_view>
#include <sys/stat.h>
#include <tuple>

#include "coordination/cluster/job_arguments.hpp"
#include "coordination/given_secret.hpp"
#include "coordination/hexadecimal.hpp"
#include "coordination/task_manager_processes.hpp"

namespace weir {

namespace {

constexpr std::size_t most_log_bytes = std::size_t{256} << 10;
// With control groups that are in use still. A look has the node's only thread, which must be heard
// of more often to lead; nothing else waits for the end.
constexpr std::chrono::milliseconds patience_of_a_look{200};
constexpr std::chrono::seconds patience_at_the_end{1};

int signal_of(process_signal what) { return what == process_signal::terminate ? SIGTERM : SIGKILL; }

// "job-manager-1.log", as log_of has it.
bool is_log(std::string_view name) {
  constexpr std::string_view ending = ".log";
  if (!name.ends_with(ending)) return false;
  name.remove_suffix(ending.size());
  for (const std::string_view kind : {"job-manager-", "task-manager-"}) {
    if (!name.starts_with(kind)) continue;
    const auto number = name.substr(kind.size());
    return !number.empty() && std::all_of(number.begin(), number.end(),
                                          [](char each) { return each >= '0' && each <= '9'; });
  }
  return false;
}

// A signal alone does not tell that the kernel has sent it, and why: for memory it is SIGKILL.
process_ended how_it_ended(const process_end& end, const std::optional<control_group>& group) {
  const auto why = group && end.signal == SIGKILL ? group->memory_death() : std::string{};
  return {.job = {},
          .number = 0,
          .how = why.empty() ? end.how : end.how + ": " + why,
          .exit_status = end.status,
          .was_started = true,
          .is_explained = !why.empty()};
}

}  // namespace

std::string job_secret(const cluster_secret& cluster, const std::string& job) {
  std::string digits;
  for (const char each : cluster.prove("secret of job " + job)) {
    digits += hexadecimal(static_cast<unsigned char>(each)).substr(14);
  }
  return digits;
}

node_processes::node_processes(file_system& files, node_processes_settings settings)
    : files_{&files}, settings_{std::move(settings)} {}

node_processes::~node_processes() {
  for (auto& [key, each] : running_) {
    each.process.kill();
    if (each.group) left_groups_.push_back(*each.group);
  }
  running_.clear();
  // What cannot be removed is, when the node is started again.
  static_cast<void>(control_group::remove(left_groups_, patience_at_the_end));
}

result<std::optional<control_group>> node_processes::make_group(const process_order& order) const {
  if (!settings_.groups) return std::optional<control_group>{};
  auto made = settings_.groups->make(order.job, order.number);
  if (!made) return within("start a process", made.failure());
  return std::optional{*std::move(made)};
}

std::string node_processes::directory_of(const std::string& job) const {
  return settings_.directory + "/jobs/" + job;
}

std::string node_processes::log_of(const std::string& job, const process_place& process) const {
  return directory_of(job) + "/" + process_name(process) + ".log";
}

result<pid_t> node_processes::start(const process_order& order, const std::string& program) {
  if (!is_job_id(order.job)) {
    return error{error_code::invalid_argument, "start a process: its job has no proper id"};
  }
  if (auto made = files_->make_directories(directory_of(order.job)); !made) return made.failure();
  if (::chmod(program.c_str(), S_IRUSR | S_IXUSR) != 0) {
    return error{error_code::io_failure,
                 "start " + program + ": make it executable: " + std::strerror(errno)};
  }
  const bool is_job_manager = order.slots == 0;
  running_process what{.job = order.job,
                       .place = {order.number, is_job_manager, settings_.node},
                       .job_manager = order.job_manager,
                       .slots = order.slots,
                       .pid = 0};
  auto arguments = arguments_on_node(order.arguments, settings_.tls);
  if (!arguments) return within("start a process", arguments.failure());
  arguments->insert(arguments->begin(), order.name);
  std::vector<std::string> variables{
      std::string{secret_variable} + "=" + job_secret(settings_.secret, order.job),
      std::string{process_number_variable} + "=" + std::to_string(order.number),
      std::string{report_variable} + "="};
  child_place place{.directory = directory_of(order.job),
                    .output = log_of(order.job, what.place),
                    .descriptor = -1,
                    .control_groups = {}};
  auto sockets = report_socket::make_pair();
  if (!sockets) return sockets.failure();
  if (is_job_manager) {
    place.descriptor = sockets->second.descriptor();
    variables.back() += std::to_string(place.descriptor);
  }
  auto group = make_group(order);
  if (!group) return group.failure();
  variables.push_back(std::string{control_group_variable} + "=");
  if (*group) {
    place.control_groups = (*group)->directories();
    variables.back() += (*group)->variable();
  }
  auto started = child_process::start(program, *arguments, variables, place);
  if (!started) {
    if (*group) left_groups_.push_back(**group);
    static_cast<void>(control_group::remove(left_groups_, duration::zero()));
    return started.failure();
  }
  const auto pid = started->process();
  what.pid = pid;
  std::optional<report_socket> reports;
  if (is_job_manager) reports.emplace(std::move(sockets->first));
  running_.emplace(
      process_key{order.job, order.number},
      started_process{std::move(what), *std::move(started), std::move(reports), *std::move(group)});
  return pid;
}

void node_processes::signal(const std::string& job, std::uint32_t number, process_signal what) {
  const auto found = running_.find({job, number});
  if (found != running_.end()) found->second.process.send(signal_of(what));
}

void node_processes::order(const std::string& job, std::uint32_t number,
                           const savepoint_order& what) {
  const auto found = running_.find({job, number});
  if (found != running_.end() && found->second.reports) found->second.reports->send(what);
}

void node_processes::kill_job_managers() {
  for (auto& [key, each] : running_) {
    if (each.what.place.is_job_manager) each.process.kill();
  }
}

void node_processes::read_reports(started_process& from, news& into) {
  while (from.reports) {
    auto report = from.reports->receive();
    if (!report) {
      into.problems.push_back(within("job " + from.what.job, report.failure()));
      continue;
    }
    if (!*report) return;
    auto& told = **report;
    into.reports.push_back({.job = from.what.job,
                            .number = from.what.place.number,
                            .report = std::move(told.job),
                            .node = settings_.node,
                            .tasks = std::move(told.tasks),
                            .answers = std::move(told.answers)});
  }
}

void node_processes::remove_groups(std::vector<control_group> ended, news& into) {
  // Of these it has been told.
  static_cast<void>(control_group::remove(left_groups_, duration::zero()));
  for (auto& each : control_group::remove(ended, patience_of_a_look)) {
    each.message += "; the node will try again";
    into.problems.push_back(std::move(each));
  }
  left_groups_.insert(left_groups_.end(), ended.begin(), ended.end());
}

node_processes::news node_processes::look() {
  news found;
  std::vector<control_group> ended_groups;
  for (auto each = running_.begin(); each != running_.end();) {
    // The end is asked for first: what was reported before it is there then.
    const auto end = each->second.process.end();
    read_reports(each->second, found);
    if (!end) {
      ++each;
      continue;
    }
    auto& ended = found.ends.emplace_back(how_it_ended(*end, each->second.group));
    std::tie(ended.job, ended.number) = each->first;
    if (const auto& group = each->second.group) ended_groups.push_back(*group);
    each = running_.erase(each);
  }
  remove_groups(std::move(ended_groups), found);
  return found;
}

std::vector<running_process> node_processes::running() const {
  std::vector<running_process> all;
  for (const auto& [key, each] : running_) all.push_back(each.what);
  return all;
}

result<log_read> node_processes::read_log(const std::string& job, const process_place& process,
                                          std::uint64_t offset) {
  if (!is_job_id(job)) {
    return error{error_code::invalid_argument, "read a log: the job has no proper id"};
  }
  const auto file = files_->open_for_reading(log_of(job, process));
  if (!file) return within("read a log", file.failure());
  log_read part{.text = std::string(most_log_bytes, '\0'), .next = offset};
  const auto read = (*file)->read_at(offset, part.text);
  if (!read) return within("read a log", read.failure());
  part.text.resize(*read);
  part.next += *read;
  return part;
}

status node_processes::forget(const std::string& job) {
  if (!is_job_id(job)) {
    return error{error_code::invalid_argument, "remove the logs of a job: it has no proper id"};
  }
  const bool runs = std::any_of(running_.begin(), running_.end(),
                                [&](const auto& each) { return each.first.first == job; });
  struct ::stat found {};
  const auto directory = directory_of(job);
  if (runs || ::lstat(directory.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) return {};
  const auto names = files_->list(directory);
  if (!names) return within("remove the logs of job " + job, names.failure());
  std::size_t others = 0;
  for (const auto& each : *names) {
    if (!is_log(each)) {
      ++others;
    } else if (auto removed = files_->remove(directory + "/" + each); !removed) {
      return within("remove the logs of job " + job, removed.failure());
    }
  }
  if (others > 0) return {};
  auto removed = files_->remove_directory(directory);
  return removed ? removed : within("remove the logs of job " + job, removed.failure());
}

}  // namespace weir
