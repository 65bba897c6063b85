// SPDX-License-Identifier: Apache-2.0
// See coordination/testing/simulate_command.hpp.
#include "coordination/testing/simulate_command.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "coordination/run.hpp"
#include "coordination/testing/simulation_report.hpp"

namespace weir {

namespace {

struct named_faults {
  std::string_view name;
  void (*add)(simulation& to);
};

constexpr std::array known_faults{
    named_faults{"crash", [](simulation& to) { to.crash_random_process(); }},
    named_faults{"pause", [](simulation& to) { to.pause_random_process(); }},
    named_faults{"partition", [](simulation& to) { to.partition(); }},
    named_faults{"links", [](simulation& to) { to.disturb_links(); }},
    named_faults{"clocks", [](simulation& to) { to.skew_clocks(); }},
    named_faults{"kill", [](simulation& to) { to.kill_cluster(); }},
    named_faults{"disk",
                 [](simulation& to) {
                   to.disk_faults({.torn_write = 1e-4, .no_space = 1e-4, .io_error = 1e-4});
                 }},
};

std::string progress_text(const seed_range& seeds, std::uint64_t run, std::uint64_t failed) {
  const auto all = seeds.last - seeds.first + 1;
  return std::to_string(run) + " of " + std::to_string(all) + " seeds, " + std::to_string(failed) +
         " failed";
}

}  // namespace

std::vector<std::string_view> fault_names() {
  std::vector<std::string_view> names;
  for (const auto& each : known_faults) names.push_back(each.name);
  return names;
}

result<std::vector<std::string>> parse_faults(const std::string& text) {
  std::vector<std::string> chosen;
  if (text == "none") return chosen;
  const auto names = fault_names();
  if (text == "default") return std::vector<std::string>{names.begin(), names.end()};
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const auto name = text.substr(begin, end - begin);
    begin = end + 1;
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      std::string all;
      for (const auto each : names) all += std::string{each} + ", ";
      return error{error_code::invalid_argument,
                   "'" + name + "' is no kind of fault; there are " + all + "default and none"};
    }
    chosen.push_back(name);
  }
  return chosen;
}

result<exhaustive_bounds> parse_bounds(const std::string& text) {
  exhaustive_bounds bounds;
  if (text == "default") return bounds;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const auto part = std::string_view{text}.substr(begin, end - begin);
    begin = end + 1;
    const auto equals = std::min(part.find('='), part.size());
    const auto name = part.substr(0, equals);
    const auto digits = part.substr(std::min(equals + 1, part.size()));
    const auto read = [&digits](auto& value) {
      const auto* const last = digits.data() + digits.size();
      const auto [stop, failed] = std::from_chars(digits.data(), last, value);
      return failed == std::errc{} && stop == last;
    };
    const bool is_read = (name == "deviations" && read(bounds.deviations)) ||
                         (name == "crashes" && read(bounds.crashes)) ||
                         (name == "runs" && read(bounds.most_runs)) ||
                         (name == "steps" && read(bounds.first_steps));
    if (is_read) continue;
    return error{error_code::invalid_argument,
                 "'" + std::string{part} +
                     "' is no bound; there are deviations=N, crashes=N, runs=N, steps=N and "
                     "default"};
  }
  return bounds;
}

int simulate_job(const environment& env, const job_options& options,
                 const simulate_request& request, const simulate_output& output) {
  simulation simulated{env, options};
  simulated.task_managers(std::max(2U, options.task_managers))
      .slots(options.slots_per_task_manager)
      .checkpoint_every(std::chrono::milliseconds{50})
      .seeds(request.seeds.first, request.seeds.last)
      .real_files()
      .expect_exactly_once_if_comparable()
      .on_progress([&](std::uint64_t run, std::uint64_t failed) {
        output.progress(request.exhaustive
                            ? std::to_string(run) + " runs, " + std::to_string(failed) + " failed"
                            : progress_text(request.seeds, run, failed));
      });
  for (const auto& node : env.graph().nodes) {
    if (node.kind == operator_kind::sink && node.name == "print") simulated.silence(node.name);
  }
  if (request.exhaustive) simulated.exhaustive(*request.exhaustive);
  if (!request.replay.empty()) simulated.replay(request.replay);
  for (const auto& each : known_faults) {
    if (std::find(request.faults.begin(), request.faults.end(), each.name) !=
        request.faults.end()) {
      each.add(simulated);
    }
  }
  const auto report = simulated.run();
  output.line(to_string(report));
  if (report.problem) return exit_usage;
  if (!report.compares) {
    output.line("no file sink has written anything: the output was not compared\n");
  }
  if (!report.first) return exit_finished;
  const auto saved = save_timeline(*report.first, {}, env.graph().name);
  output.line("timeline: " + (saved ? *saved : saved.failure().message) + "\n");
  output.line("replay: --simulate " + replay_options(*report.first) + " with the same settings\n");
  return exit_failed;
}

}  // namespace weir
