// SPDX-License-Identifier: Apache-2.0
// Starting, reading and reaping; see coordination/cluster/node_processes.hpp.
#include "coordination/cluster/node_processes.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/stat.h>

#include "coordination/cluster/job_arguments.hpp"
#include "coordination/given_secret.hpp"
#include "coordination/hexadecimal.hpp"
#include "coordination/task_manager_processes.hpp"

namespace weir {

namespace {

constexpr std::size_t most_log_bytes = std::size_t{256} << 10;

int signal_of(process_signal what) {
  switch (what) {
    case process_signal::terminate:
      return SIGTERM;
    case process_signal::savepoint:
      return SIGUSR1;
    case process_signal::stop_with_savepoint:
      return SIGUSR2;
    default:
      return SIGKILL;
  }
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
                       .pid = 0,
                       .report = {}};
  auto arguments = arguments_on_node(order.arguments, settings_.tls);
  if (!arguments) return within("start a process", arguments.failure());
  arguments->insert(arguments->begin(), order.name);
  std::vector<std::string> variables{
      std::string{secret_variable} + "=" + job_secret(settings_.secret, order.job),
      std::string{process_number_variable} + "=" + std::to_string(order.number),
      std::string{report_variable} + "="};
  child_place place{.directory = directory_of(order.job),
                    .output = log_of(order.job, what.place),
                    .descriptor = -1};
  auto sockets = report_socket::make_pair();
  if (!sockets) return sockets.failure();
  if (is_job_manager) {
    place.descriptor = sockets->second.descriptor();
    variables.back() += std::to_string(place.descriptor);
  }
  auto started = child_process::start(program, *arguments, variables, place);
  if (!started) return started.failure();
  const auto pid = started->process();
  what.pid = pid;
  std::optional<report_socket> reports;
  if (is_job_manager) reports.emplace(std::move(sockets->first));
  running_.emplace(process_key{order.job, order.number},
                   started_process{std::move(what), *std::move(started), std::move(reports)});
  return pid;
}

void node_processes::signal(const std::string& job, std::uint32_t number, process_signal what) {
  const auto found = running_.find({job, number});
  if (found != running_.end()) found->second.process.send(signal_of(what));
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
    from.what.report = (*report)->job;
    from.what.tasks = (*report)->tasks;
    into.reports.push_back({.job = from.what.job,
                            .number = from.what.place.number,
                            .report = from.what.report,
                            .node = settings_.node,
                            .tasks = from.what.tasks});
  }
}

node_processes::news node_processes::look() {
  news found;
  for (auto each = running_.begin(); each != running_.end();) {
    // The end is asked for first: what was reported before it is there then.
    const auto end = each->second.process.end();
    read_reports(each->second, found);
    if (!end) {
      ++each;
      continue;
    }
    found.ends.push_back({.job = each->first.first,
                          .number = each->first.second,
                          .how = end->how,
                          .exit_status = end->status,
                          .was_started = true});
    each = running_.erase(each);
  }
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

}  // namespace weir
