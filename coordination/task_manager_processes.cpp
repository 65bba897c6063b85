// SPDX-License-Identifier: Apache-2.0
// Starting and replacing, for coordination/task_manager_processes.hpp.
#include "coordination/task_manager_processes.hpp"

#include <utility>

namespace weir {

namespace {

// A program that cannot run here dies at once, again and again.
constexpr std::uint32_t most_restarts = 10;
constexpr duration within_time = std::chrono::seconds{10};

}  // namespace

task_manager_processes::task_manager_processes(process_command command,
                                               std::function<void(const std::string&)> report)
    : command_{std::move(command)},
      report_{std::move(report)},
      intensity_{most_restarts, within_time} {}

status task_manager_processes::start() {
  const auto number = ++last_number_;
  auto variables = command_.variables;
  variables.push_back(std::string{process_number_variable} + "=" + std::to_string(number));
  auto started = child_process::start(command_.program, command_.arguments, variables);
  if (!started) return within("start a process for task managers", started.failure());
  const std::scoped_lock lock{guard_};
  running_.emplace(number, running_process{*std::move(started)});
  return {};
}

std::size_t task_manager_processes::count() const {
  const std::scoped_lock lock{guard_};
  return running_.size();
}

void task_manager_processes::kill(std::uint32_t number) {
  const std::scoped_lock lock{guard_};
  if (const auto found = running_.find(number); found != running_.end()) {
    found->second.process.kill();
  }
}

void task_manager_processes::has_joined(std::uint32_t number) {
  const std::scoped_lock lock{guard_};
  if (const auto found = running_.find(number); found != running_.end()) {
    found->second.has_joined = true;
  }
}

void task_manager_processes::wait_for_all(duration span) {
  for (auto& [number, each] : running_) static_cast<void>(each.process.end_within(span));
}

std::vector<task_manager_processes::ended_process> task_manager_processes::take_ended() {
  const std::scoped_lock lock{guard_};
  std::vector<ended_process> ends;
  for (auto each = running_.begin(); each != running_.end();) {
    auto& [process, has_joined] = each->second;
    const auto end = process.end();
    if (!end) {
      ++each;
      continue;
    }
    ends.push_back({"process " + std::to_string(each->first) + " (" +
                        std::to_string(process.process()) + ") " + end->how,
                    has_joined});
    each = running_.erase(each);
  }
  return ends;
}

status task_manager_processes::on_child_signal(processing_time now) {
  const auto ends = take_ended();
  if (is_stopping_) return {};
  bool is_counted = false;
  for (const auto& [what, had_joined] : ends) {
    // Those that end together count as one: a host that has stood still takes all with it.
    const bool counts = !had_joined && !std::exchange(is_counted, true);
    if (counts && !intensity_.on_child_ended(now)) {
      is_stopping_ = true;
      return error{error_code::internal,
                   "processes for task managers ended too often before they joined the job: " +
                       what + " was the last"};
    }
    report_(what + "; another takes its place");
    if (auto started = start(); !started) return started;
  }
  return {};
}

}  // namespace weir
