// SPDX-License-Identifier: Apache-2.0
// What was asked for; see coordination/testing/simulation.hpp.
#include "coordination/testing/simulation.hpp"

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

#include "coordination/testing/dropping_operator.hpp"
#include "coordination/testing/simulation_machinery.hpp"
#include "state/posix_file_system.hpp"

namespace weir {

result<seed_range> seed_range_of(const std::string& text) {
  const auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failed != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
  };
  const auto dots = text.find("..");
  const auto first = number(std::string_view{text}.substr(0, dots));
  const auto last =
      dots == std::string::npos ? first : number(std::string_view{text}.substr(dots + 2));
  if (!first || !last || *last < *first) {
    return error{error_code::invalid_argument,
                 "'" + text + "' is no range of seeds; write FIRST..LAST or SEED, as in 1..1000"};
  }
  return seed_range{*first, *last};
}

// --- What was asked for --------------------------------------------------------------------------

simulation::simulation(const std::function<void(environment&)>& define,
                       std::map<std::string, std::string> parameters)
    : machinery_{std::make_unique<machinery>()} {
  machinery_->own = std::make_unique<environment>("simulated", std::move(parameters));
  machinery_->env = machinery_->own.get();
  try {
    define(*machinery_->own);
  } catch (const std::exception& thrown) {
    machinery_->note(thrown.what());
  }
  machinery_->graph = machinery_->own->graph();
  machinery_->job.options = machinery_->own->options();
  machinery_->job.options.checkpoint_interval = std::chrono::milliseconds{50};
}

simulation::simulation(const environment& defined, const job_options& options)
    : machinery_{std::make_unique<machinery>()} {
  machinery_->env = &defined;
  machinery_->graph = defined.graph();
  machinery_->job.options = options;
}

simulation::simulation(simulation&&) noexcept = default;
simulation& simulation::operator=(simulation&&) noexcept = default;
simulation::~simulation() = default;

simulation& simulation::task_managers(std::uint32_t count) {
  if (count == 0) machinery_->note("task_managers: at least 1 is needed");
  machinery_->job.task_managers = count;
  return *this;
}

simulation& simulation::slots(std::uint32_t count) {
  machinery_->job.slots = count;
  return *this;
}

simulation& simulation::parallelism(std::uint32_t subtasks) {
  machinery_->job.options.parallelism = subtasks;
  return *this;
}

simulation& simulation::checkpoint_every(duration interval) {
  machinery_->job.options.checkpoint_interval = interval;
  return *this;
}

simulation& simulation::rocksdb() {
  return options([](job_options& options) {
    options.state_backend = state_backend_type::rocksdb;
    options.rocksdb_cache = 0;
  });
}

simulation& simulation::options(const std::function<void(job_options&)>& change) {
  change(machinery_->job.options);
  return *this;
}

simulation& simulation::lasting(duration span) {
  if (span <= duration{}) machinery_->note("lasting: needs a span above zero");
  machinery_->lasting = span;
  return *this;
}

simulation& simulation::file(std::string path, std::string content) {
  machinery_->job.files.emplace_back(std::move(path), std::move(content));
  return *this;
}

simulation& simulation::real_files() {
  machinery_->job.background = std::make_shared<posix_file_system>();
  return *this;
}

simulation& simulation::log(std::shared_ptr<simulated_log> log,
                            std::function<void(simulated_log&)> fill) {
  if (!log) {
    machinery_->note("log: there is none; give it the one that the job has");
    return *this;
  }
  machinery_->job.logs.push_back({std::move(log), std::move(fill)});
  return *this;
}

simulation& simulation::replace(const std::string& name, graph_node end) {
  for (auto& node : machinery_->graph.nodes) {
    if (node.kind != end.kind || (node.name != name && node.uid != name)) continue;
    if (node.input_types != end.input_types || node.output_types != end.output_types) {
      machinery_->note("'" + name +
                       "': its records are of another type than those of its simulated end");
      return *this;
    }
    node.make_operator = std::move(end.make_operator);
    node.discover_splits = std::move(end.discover_splits);
    node.is_bounded = end.is_bounded;
    node.keeps_state = end.keeps_state;
    node.parallelism_limit = end.parallelism_limit;
    node.problem = std::move(end.problem);
    return *this;
  }
  note_missing(end.kind, name);
  return *this;
}

void simulation::note_missing(operator_kind kind, const std::string& name) {
  std::string all;
  for (const auto& node : machinery_->graph.nodes) {
    if (node.kind == kind) all += (all.empty() ? "" : ", ") + node.name;
  }
  machinery_->note("the job has no " +
                   std::string{kind == operator_kind::source ? "source" : "sink"} + " '" + name +
                   "'; there are: " + all);
}

simulation& simulation::silence(const std::string& name) {
  bool has_found = false;
  for (auto& node : machinery_->graph.nodes) {
    if (node.kind != operator_kind::sink || (node.name != name && node.uid != name)) continue;
    node.make_operator = [] { return std::make_unique<dropping_operator>(); };
    node.keeps_state = false;
    has_found = true;
  }
  if (!has_found) note_missing(operator_kind::sink, name);
  return *this;
}

simulation& simulation::crash_random_process(crash_faults faults) {
  machinery_->job.faults.crashes = faults;
  return *this;
}

simulation& simulation::pause_random_process(pause_faults faults) {
  machinery_->job.faults.pauses = faults;
  return *this;
}

simulation& simulation::partition(partition_faults faults) {
  machinery_->job.faults.partitions = faults;
  return *this;
}

simulation& simulation::disturb_links(link_faults faults) {
  machinery_->job.faults.links = faults;
  return *this;
}

simulation& simulation::skew_clocks(clock_faults faults) {
  if (faults.most < duration{} || faults.jump_every < duration{}) {
    machinery_->note("skew_clocks: most and jump_every are not below zero");
  }
  if (!(faults.drift >= 0 && faults.drift < 1)) {
    machinery_->note("skew_clocks: drift is from 0 to below 1: 1e-4 is 100 us a second");
  }
  machinery_->job.faults.clocks = faults;
  return *this;
}

simulation& simulation::kill_cluster(outage_faults faults) {
  machinery_->job.faults.outages = faults;
  return *this;
}

simulation& simulation::disk_faults(disk_fault_chances chances) {
  for (const double each : {chances.torn_write, chances.no_space, chances.io_error}) {
    if (!(each >= 0 && each <= 1)) machinery_->note("disk_faults: a chance is from 0 to 1");
  }
  machinery_->job.faults.disk = chances;
  return *this;
}

simulation& simulation::log_faults(log_fault_chances chances) {
  for (const double each : {chances.broker_error, chances.unknown_commit, chances.outage}) {
    if (!(each >= 0 && each <= 1)) machinery_->note("log_faults: a chance is from 0 to 1");
  }
  if (chances.shortest_outage < duration{} || chances.longest_outage < chances.shortest_outage) {
    machinery_->note("log_faults: the longest outage is shorter than the shortest");
  }
  machinery_->job.faults.log = chances;
  return *this;
}

simulation& simulation::rescale_at(duration when, std::uint32_t subtasks) {
  if (subtasks == 0) machinery_->note("rescale_at: the parallelism is at least 1");
  machinery_->job.faults.rescales.push_back({when, planned_end::kind::savepoint, subtasks});
  return *this;
}

simulation& simulation::default_faults() {
  crash_random_process();
  pause_random_process();
  partition();
  disturb_links();
  skew_clocks();
  kill_cluster();
  log_faults({.broker_error = 1e-2, .unknown_commit = 1e-2, .outage = 1e-4});
  return disk_faults({.torn_write = 1e-4, .no_space = 1e-4, .io_error = 1e-4});
}

simulation_moment simulation::on(std::string event) { return {*this, std::move(event)}; }

simulation& simulation_moment::crash(const std::string& process, duration restart_after) && {
  return whole_->add_moment(
      {event_, {.what = planned_fault::kind::crash, .span = std::max(restart_after, duration{1})}},
      process, {});
}

simulation& simulation_moment::pause(const std::string& process, duration span) && {
  return whole_->add_moment({event_, {.what = planned_fault::kind::pause, .span = span}}, process,
                            {});
}

simulation& simulation_moment::partition(const std::string& process, const std::string& other,
                                         duration span) && {
  return whole_->add_moment({event_, {.what = planned_fault::kind::stall, .span = span}}, process,
                            other);
}

simulation& simulation::add_moment(planned_moment moment, const std::string& process,
                                   const std::string& other) {
  const auto find = [&](const std::string& name) -> process_id {
    std::uint32_t number = 0;
    if (name == "jm") return {0};
    const auto* const end = name.data() + name.size();
    const auto* const digits = name.data() + std::min<std::size_t>(name.size(), 3);
    if (!name.starts_with("tm-") || std::from_chars(digits, end, number).ptr != end ||
        number == 0) {
      machinery_->note("on(\"" + moment.event + "\"): there is no process '" + name +
                       "'; there are jm, tm-1, tm-2 and so on");
    }
    return {number};
  };
  moment.fault.process = find(process);
  if (!other.empty()) moment.fault.other = find(other);
  if (moment.fault.what == planned_fault::kind::crash && process == "jm") {
    machinery_->note("on(\"" + moment.event +
                     "\"): the job manager's process does not crash alone; kill_cluster crashes "
                     "all");
  }
  machinery_->job.moments.push_back(std::move(moment));
  return *this;
}

simulation& simulation::expect_exactly_once() {
  machinery_->is_exactly_once_expected = true;
  return *this;
}

simulation& simulation::expect_exactly_once_if_comparable() {
  machinery_->may_have_no_output = true;
  return expect_exactly_once();
}

simulation& simulation::expect_order_per_key(
    std::string path, std::function<std::string(std::string_view line)> key) {
  machinery_->job.ordered.push_back({std::move(path), std::move(key), {}});
  return *this;
}

simulation& simulation::expect_progress_within(duration span) {
  machinery_->job.progress_limit = span;
  return *this;
}

simulation& simulation::expect(std::string name, simulation_checker checker) {
  machinery_->job.at_end.push_back({std::move(name), std::move(checker)});
  return *this;
}

simulation& simulation::always(std::string name, simulation_checker checker) {
  machinery_->job.always.push_back({std::move(name), std::move(checker)});
  return *this;
}

simulation& simulation::eventually(std::string name, simulation_checker checker) {
  machinery_->job.eventually.push_back({std::move(name), std::move(checker)});
  return *this;
}

simulation& simulation::seeds(std::uint64_t first, std::uint64_t last) {
  if (last < first) machinery_->note("seeds: the last is below the first");
  machinery_->seeds = {first, last};
  return *this;
}

simulation& simulation::exhaustive(exhaustive_bounds bounds) {
  if (bounds.most_runs == 0) machinery_->note("exhaustive: most_runs is at least 1");
  if (bounds.restart_after <= duration{}) {
    machinery_->note("exhaustive: restart_after needs a span above zero");
  }
  machinery_->bounds = bounds;
  return *this;
}

simulation& simulation::replay(std::string run) {
  auto changes = run_changes_of(run);
  if (!changes) {
    machinery_->note("replay: " + changes.failure().message);
  } else {
    machinery_->replayed = *std::move(changes);
    if (!machinery_->bounds) exhaustive();
  }
  return *this;
}

simulation& simulation::keep_going() {
  machinery_->keeps_going = true;
  return *this;
}

simulation& simulation::on_progress(std::function<void(std::uint64_t, std::uint64_t)> listener) {
  machinery_->listener = std::move(listener);
  return *this;
}

// --- Running -------------------------------------------------------------------------------------

result<std::string> save_timeline(const simulation_failure& failure, const std::string& directory,
                                  const std::string& job) {
  const auto which =
      failure.run.empty() ? "seed-" + std::to_string(failure.seed) : "run-" + failure.run;
  const auto path = directory + (directory.empty() ? "" : "/") + job + "-" + which + ".html";
  posix_file_system files;
  auto file = files.create(path);
  if (!file) return file.failure();
  if (auto written = (*file)->append(failure.timeline); !written) return written.failure();
  if (auto closed = (*file)->close(); !closed) return closed.failure();
  return path;
}

simulation_report simulation::run() {
  simulation_report report;
  if (auto ready = machinery_->prepare(); !ready) {
    report.problem = ready.failure();
    return report;
  }
  report.compares = machinery_->job.expected.has_value();
  machinery_->bounds ? machinery_->explore(report) : machinery_->run_seeds(report);
  for (const auto& each : machinery_->job.moments) {
    if (report.problem || report.failed > 0 || machinery_->moments.contains(each.event)) continue;
    report.problem = error{error_code::invalid_argument,
                           "on(\"" + each.event + "\"): that has come in no run; " +
                               "docs/testing_with_simulation.md lists what there is"};
  }
  return report;
}

}  // namespace weir
