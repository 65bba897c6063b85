// SPDX-License-Identifier: Apache-2.0
// Starting and replacing, for coordination/task_manager_processes.hpp.
#include "coordination/task_manager_processes.hpp"

#include <utility>

namespace weir {

namespace {

// A process that cannot live dies at once, again and again; one that is killed for a test, or by a
// machine that is short of memory, less often.
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
  running_.emplace(number, *std::move(started));
  return {};
}

std::size_t task_manager_processes::count() const {
  const std::scoped_lock lock{guard_};
  return running_.size();
}

void task_manager_processes::kill(std::uint32_t number) {
  const std::scoped_lock lock{guard_};
  if (const auto found = running_.find(number); found != running_.end()) found->second.kill();
}

void task_manager_processes::wait_for_all(duration span) {
  for (auto& [number, each] : running_) static_cast<void>(each.end_within(span));
}

std::vector<std::string> task_manager_processes::take_ended() {
  const std::scoped_lock lock{guard_};
  std::vector<std::string> ends;
  for (auto each = running_.begin(); each != running_.end();) {
    const auto end = each->second.end();
    if (!end) {
      ++each;
      continue;
    }
    ends.push_back("process " + std::to_string(each->first) + " (" +
                   std::to_string(each->second.process()) + ") " + end->how);
    each = running_.erase(each);
  }
  return ends;
}

status task_manager_processes::on_child_signal(processing_time now) {
  const auto ends = take_ended();
  if (is_stopping_) return {};
  bool is_first = true;
  for (const auto& end : ends) {
    // Those that end together count as one: a host that has stood still takes all with it.
    if (std::exchange(is_first, false) && !intensity_.on_child_ended(now)) {
      is_stopping_ = true;
      return error{error_code::internal,
                   "processes for task managers ended too often: " + end + " was the last"};
    }
    report_(end + "; another takes its place");
    if (auto started = start(); !started) return started;
  }
  return {};
}

}  // namespace weir
