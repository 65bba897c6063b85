// SPDX-License-Identifier: Apache-2.0
// From the first run without faults to the least that is needed for a failure; see
// coordination/testing/simulation_machinery.hpp.
#include "coordination/testing/simulation_machinery.hpp"

#include <algorithm>
#include <utility>

#include "coordination/testing/timeline.hpp"

namespace weir {

namespace {

// Runs without faults, which everything else is compared with.
constexpr std::uint64_t reference_seed = 0xC0FFEE;
constexpr std::size_t most_shrinking_runs = 300;
// Each so many seeds one runs twice, to see that it is the same run.
constexpr std::uint64_t seeds_to_a_repetition = 20;
constexpr duration shortest_step{8};
constexpr duration longest_step = std::chrono::milliseconds{2};

error wrong(std::string what) { return {error_code::invalid_argument, std::move(what)}; }

}  // namespace

status simulation::machinery::prepare() {
  if (problem) return *problem;
  const std::string own_directory{simulation_directory};
  job.graph = &graph;
  auto& options = job.options;
  options.checkpoint_directory = own_directory + "/checkpoints";
  options.rocksdb_directory = own_directory + "/rocksdb";
  options.savepoint_directory.clear();
  options.initial_backoff =
      std::min<duration>(options.initial_backoff, std::chrono::milliseconds{50});
  if (env->parameters().problem()) return *env->parameters().problem();
  if (auto valid = validate(graph, options); !valid) return valid;
  for (const auto& node : job.graph->nodes) {
    if (node.kind != operator_kind::source || node.is_bounded) continue;
    return wrong("source '" + node.name +
                 "' never ends, and what a run should have written is not known before its end; "
                 "give it a bounded end: .source(\"" +
                 node.name + "\", collection(...), ...)");
  }
  if (job.logs.empty()) job.faults.log.reset();
  for (const auto& each : job.moments) {
    if (std::max(each.fault.process, each.fault.other).value <= job.task_managers) continue;
    return wrong("on(\"" + each.event + "\"): there are only " + std::to_string(job.task_managers) +
                 " task managers");
  }
  if (bounds) {
    job.restart_after = bounds->restart_after;
    if (auto possible = check_bounds(); !possible) return possible;
  }
  return run_references();
}

// Twice, with different chance: what then differs is not the faults' doing.
status simulation::machinery::run_references() {
  // What is wrong without any fault is found by the first seed, and explained.
  simulated_job bare = job;
  bare.moments.clear();
  bare.progress_limit.reset();
  bare.at_end.clear();
  bare.always.clear();
  bare.eventually.clear();
  auto first = run_once(bare, reference_seed, {});
  if (!bounds && first.kind == violation_kind::none && first.steps > 0) {
    const auto step = 2 * lasting / static_cast<std::int64_t>(first.steps);
    bare.step_time = job.step_time = std::clamp(step, shortest_step, longest_step);
  }
  const auto second = run_once(bare, reference_seed + 1, {});
  for (const auto& each : {std::cref(first), std::cref(second)}) {
    if (each.get().kind == violation_kind::none) continue;
    return wrong("without any fault: " + each.get().violation);
  }
  job.fault_span = second.took;
  for (std::size_t i = 0; i < job.ordered.size(); ++i) {
    auto& each = job.ordered[i];
    if (first.ordered[i].empty()) {
      return wrong("expect_order_per_key: without faults nothing is committed in " + each.path);
    }
    const auto differs = order_difference(second.ordered[i], first.ordered[i]);
    if (!differs.empty()) {
      return wrong("expect_order_per_key: two runs without faults have different orders in " +
                   each.path + ", so they do not follow from the input alone: " + differs);
    }
    each.expected = std::move(first.ordered[i]);
  }
  if (!is_exactly_once_expected) return {};
  if (first.output.empty()) {
    if (may_have_no_output) return {};
    return wrong(
        "expect_exactly_once: without faults nothing has been committed, in a file or in a log, "
        "that "
        "could be compared");
  }
  if (const auto differs = difference(second.output, first.output); !differs.text.empty()) {
    return wrong(
        "expect_exactly_once: two runs without faults have different output, so it does "
        "not follow from the input alone: " +
        differs.text);
  }
  job.expected = std::move(first.output);
  return {};
}

simulation_failure simulation::machinery::explain(std::uint64_t seed, const simulation_plan& plan,
                                                  const run_outcome& outcome) const {
  // The same kind of failure: another one is another story.
  const auto still_fails = [&](const simulation_plan& fewer) {
    return run_once(job, seed, fewer).kind == outcome.kind;
  };
  // A run of a bounded search is the smallest already: those with fewer changes came before it.
  const bool is_shrunk = outcome.kind != violation_kind::unrepeatable && !plan.changes;
  const auto least = is_shrunk ? shrink(plan, still_fails, most_shrinking_runs) : plan;
  std::vector<story_event> events;
  const auto shown = run_once(job, seed, least, &events);
  simulation_failure failure;
  failure.seed = seed;
  failure.kind = outcome.kind;
  failure.violation = is_shrunk ? shown.violation : outcome.violation;
  if (is_shrunk && shown.kind != outcome.kind) {
    failure.kind = violation_kind::unrepeatable;
    failure.violation = "it failed, and then it did not: " + outcome.violation;
  }
  failure.plan = lines_of(least, job.faults);
  if (plan.changes) {
    failure.run = to_string(*plan.changes);
    for (const auto& each : *plan.changes) failure.plan.push_back(line_of(each));
  }
  for (const auto& each : job.moments) {
    auto line = to_string(each.fault);
    failure.plan.push_back("on \"" + each.event + "\"" + line.substr(line.find(": ")));
  }
  failure.faults_drawn = plan.size();
  for (const auto& each : events) failure.events.push_back(to_string(each));
  const auto which = plan.changes ? ", run " + failure.run : ", seed " + std::to_string(seed);
  failure.timeline = timeline_page({.title = job.graph->name + which,
                                    .violation = failure.violation,
                                    .faults = failure.plan,
                                    .processes = job.task_managers + 1,
                                    .events = std::move(events)});
  return failure;
}

bool simulation::machinery::add(simulation_report& report, std::uint64_t seed,
                                const simulation_plan& plan, const run_outcome& outcome) {
  moments.insert(outcome.moments.begin(), outcome.moments.end());
  const auto drawn = static_cast<std::uint64_t>(plan.size());
  report.fewest_faults = report.seeds == 0 ? drawn : std::min(report.fewest_faults, drawn);
  ++report.seeds;
  report.faults += plan.size();
  report.steps += outcome.steps;
  report.simulated += outcome.took;
  if (outcome.kind != violation_kind::none) {
    ++report.failed;
    report.lost += outcome.kind == violation_kind::lost ? 1 : 0;
    report.duplicated += outcome.kind == violation_kind::duplicated ? 1 : 0;
    report.stuck += outcome.kind == violation_kind::stuck ? 1 : 0;
    if (!report.first) report.first = explain(seed, plan, outcome);
  }
  if (listener) listener(report.seeds, report.failed);
  return report.failed == 0 || keeps_going;
}

void simulation::machinery::run_seeds(simulation_report& report) {
  for (auto seed = seeds.first;; ++seed) {
    const auto plan = draw_plan(seed, job.faults, job.task_managers, job.fault_span);
    auto outcome = run_once(job, seed, plan);
    if (seed % seeds_to_a_repetition == 0 && outcome.kind == violation_kind::none &&
        run_once(job, seed, plan).trace_hash != outcome.trace_hash) {
      outcome.kind = violation_kind::unrepeatable;
      outcome.violation =
          "two runs of the seed differ: the job draws from something that is not simulated, such "
          "as a clock, a random device, an address or an unordered container of pointers";
    }
    if (!add(report, seed, plan, outcome) || seed == seeds.last) return;
  }
}

status simulation::machinery::check_bounds() const {
  if (job.faults.any()) {
    return wrong(
        "exhaustive: the job also has faults by chance, and there are no seeds to draw them from; "
        "leave them out, and say .crashes = 1 for crashes at every step");
  }
  constexpr auto most = bounded_exploration::most_task_managers;
  if (job.task_managers > most) {
    return wrong("exhaustive: it can be searched with " + std::to_string(most) +
                 " task managers at most, and there are " + std::to_string(job.task_managers));
  }
  for (const auto& each : replayed.value_or(run_changes{})) {
    if (each.what != run_change::kind::crash || each.number <= job.task_managers) continue;
    return wrong("replay: " + to_string(*replayed) + ": there are only " +
                 std::to_string(job.task_managers) + " task managers");
  }
  return {};
}

void simulation::machinery::explore(simulation_report& report) {
  if (replayed) return replay(report);
  bounded_exploration search{*bounds, job.task_managers};
  while (auto changes = search.next()) {
    const simulation_plan plan{.changes = *changes};
    const auto outcome = run_once(job, seeds.first, plan);
    search.on_run(*changes, outcome.choices);
    if (!add(report, seeds.first, plan, outcome)) break;
  }
  report.explored = search.summary();
}

void simulation::machinery::replay(simulation_report& report) {
  const simulation_plan plan{.changes = *replayed};
  const auto outcome = run_once(job, seeds.first, plan);
  if (outcome.changes_made < replayed->size()) {
    const auto& missed = (*replayed)[outcome.changes_made];
    report.problem = wrong("replay: " + to_string(*replayed) + ": there was no such choice in " +
                           std::to_string(outcome.choices.size()) + " steps: " + line_of(missed) +
                           "; a run has its name only with the settings with which it was found");
    return;
  }
  add(report, seeds.first, plan, outcome);
}

}  // namespace weir
