// SPDX-License-Identifier: Apache-2.0
// See coordination/testing/simulation_run.hpp.
#include "coordination/testing/simulation_run.hpp"

#include <algorithm>
#include <exception>

#include "coordination/simulation/protocol_invariants.hpp"
#include "coordination/simulation/simulated_cluster.hpp"

namespace weir {

namespace {

// Behind the last fault, before a run is given up that makes progress but has no end.
constexpr duration longest_ending = std::chrono::minutes{10};
// Of a savepoint that stops the job, before the cluster is killed.
constexpr duration longest_stop = std::chrono::seconds{10};

class simulated_run final : private simulation_view {
public:
  simulated_run(const simulated_job& job, std::uint64_t seed, const simulation_plan& plan,
                std::vector<story_event>* events)
      : job_{job},
        seed_{seed},
        plan_{plan},
        events_{events},
        disk_{std::make_shared<simulated_file_system>(mix(seed))},
        logs_{
            job.logs, mix(seed), [this] { return processing_time{elapsed()}; },
            [this](const std::string& what, processing_time until) { on_log_fault(what, until); }},
        pending_{job.moments},
        waiting_for_{job.eventually},
        story_{[this](const story_event& event, const std::vector<std::string>& names) {
          on_event(event, names);
        }} {
    for (const auto& [path, content] : job.files) disk_->put_given(path, content);
    if (job.background) disk_->put_before(job.background);
    parallelism_ = job.options.parallelism;
  }

  run_outcome run() {
    auto next_end = plan_.ends.begin();
    for (auto next = after_life::end; next != after_life::stop;) {
      next = live_until(next_end == plan_.ends.end() ? std::nullopt : std::optional{*next_end});
      if (next != after_life::end) continue;
      if (next_end->parallelism > 0) parallelism_ = next_end->parallelism;
      ++next_end;
    }
    outcome_.took = elapsed();
    if (outcome_.kind == violation_kind::none) check_end();
    cluster_ = nullptr;
    return std::move(outcome_);
  }

private:
  // --- Lives -------------------------------------------------------------------------------------

  void begin_life() {
    auto options = job_.options;
    options.parallelism = parallelism_;
    options.restore = restore_;
    const bool is_told = events_ != nullptr || !pending_.empty();
    cluster_ = std::make_unique<simulated_cluster>(
        *job_.graph, options,
        simulated_cluster_options{
            .seed = mix(seed_) + ++lives_,
            .task_managers = job_.task_managers,
            .files = disk_,
            .tampering = job_.tampering ? job_.tampering(disk_) : link_tampering{},
            .observer =
                [this, is_told](const seen_message& seen) {
                  if (!cluster_) return;
                  invariants_.on_message(seen);
                  if (is_told) story_.on_message(seen, cluster_->world().now());
                },
            .listener = &invariants_,
            .slots = job_.slots,
            .step_time = job_.step_time,
            .schedule = schedule_of(plan_, seed_)});
    auto& world = cluster_->world();
    started_ = world.now();
    const auto graph = std::make_shared<const execution_graph>(*job_.graph, options);
    invariants_.begin(graph);
    story_.begin(graph, started_, before_);
    std::vector<planned_fault> ahead;
    for (auto each : plan_.faults) {
      if (is_of_clock(each.what) && each.when <= before_) {
        // A machine keeps its clock from one cluster to the next.
        if (each.when == before_) on_fault(each);
        happen(each, *cluster_);
        continue;
      }
      if (each.when < before_) continue;
      each.when -= before_;
      world.after(each.when, [this, each] { on_fault(each); });
      ahead.push_back(each);
    }
    fault_plan{ahead}.apply(*cluster_);
    set_faults();
  }

  void end_life() {
    before_ = elapsed();
    outcome_.steps += cluster_->world().steps();
    former_ = cluster_->job();
    outcome_.trace_hash = mix(outcome_.trace_hash ^ cluster_->world().trace_hash());
    cluster_ = nullptr;
    started_ = {};
  }

  // Of the disk and of the logs, until the first phase is over.
  void set_faults() {
    if (!has_faults_by_chance() || before_ >= job_.fault_span) return;
    if (plan_.has_disk_faults) disk_->faults().set(rates_of(*job_.faults.disk));
    if (plan_.has_log_faults) logs_.set_faults(*job_.faults.log);
    cluster_->world().after(job_.fault_span - before_, [this] {
      disk_->faults().set({});
      logs_.set_faults({});
      quiet_since_ = std::max(quiet_since_, elapsed());
    });
  }

  bool has_faults_by_chance() const { return plan_.has_disk_faults || plan_.has_log_faults; }

  // Another life follows behind a planned end, and behind a job that the disk or a log has
  // failed.
  enum class after_life : std::uint8_t { stop, end, again };

  // Runs to the end of the job or to `end`.
  after_life live_until(const std::optional<planned_end>& end) {
    begin_life();
    const bool ended_early = run_steps(end ? end->when : duration::max());
    if (outcome_.kind != violation_kind::none || !ended_early) {
      const bool is_to_start_again = has_failed_by_chance();
      if (is_to_start_again) restore_ = "latest";
      end_life();
      return is_to_start_again ? after_life::again : after_life::stop;
    }
    story_.on_fault(to_string(*end), 0, cluster_->world().now());
    restore_ = "latest";
    if (end->what == planned_end::kind::savepoint && !stop_with_savepoint()) {
      // Or a fault has failed it: then the next life begins as after a kill.
      const bool has_finished = state() == job_state::finished;
      if (has_finished || outcome_.kind != violation_kind::none) {
        end_life();
        return after_life::stop;
      }
    }
    end_life();
    if (end->what == planned_end::kind::power_loss) disk_->crash();
    quiet_since_ = last_progress_ = before_;
    patience_ends_ = {};
    return after_life::end;
  }

  // A job that cannot use its disk or its log says so and ends; its user starts it again.
  bool has_failed_by_chance() const {
    // It takes a while to fail.
    constexpr duration longest_failing = std::chrono::seconds{1};
    if (state() != job_state::failed || !has_faults_by_chance()) return false;
    const auto& cause = cluster_->job().cause;
    return cause && cause->code == error_code::io_failure &&
           elapsed() < job_.fault_span + longest_failing;
  }

  // Whether there is one to go on from.
  bool stop_with_savepoint() {
    cluster_->stop_with_savepoint();
    run_steps(elapsed() + longest_stop);
    const auto& ended = cluster_->savepoints();
    if (ended.empty() || ended.back().cause || state() != job_state::finished) return false;
    restore_ = ended.back().path;
    return true;
  }

  // Until the job has ended, something is wrong or the time has come: then true.
  bool run_steps(duration until) {
    auto& world = cluster_->world();
    while (!is_final(state()) && outcome_.kind == violation_kind::none) {
      if (elapsed() >= until) return true;
      if (plan_.changes) before_explored_step();
      const bool has_stepped = world.step();
      if (plan_.changes) after_explored_step();
      if (!has_stepped) {
        violate(violation_kind::stuck,
                "nothing is left to do, and the job is " + std::string{to_string(state())});
        break;
      }
      check_step();
    }
    if (is_final(state()) && state() != job_state::finished && !has_failed_by_chance()) {
      const auto& cause = cluster_->job().cause;
      violate(violation_kind::failed, "the job is " + std::string{to_string(state())} +
                                          (cause ? ": " + cause->message : std::string{}));
    }
    return false;
  }

  enum job_state state() const { return cluster_ ? cluster_->job().state : former_.state; }

  // --- A run of a bounded search -----------------------------------------------------------------

  void before_explored_step() {
    auto& world = cluster_->world();
    step_choices seen;
    for (std::uint32_t n = 0; n < job_.task_managers; ++n) {
      seen.living |= std::uint64_t{world.is_alive({n + 1}) ? 1U : 0U} << n;
    }
    outcome_.choices.push_back(seen);
    const auto& changes = *plan_.changes;
    for (; next_change_ < changes.size(); ++next_change_) {
      const auto& next = changes[next_change_];
      if (next.step != outcome_.choices.size()) return;
      make(next);
    }
  }

  void after_explored_step() {
    auto& seen = outcome_.choices.back();
    seen.ready = static_cast<std::uint32_t>(cluster_->world().last_choices());
    if (waiting_ > 0 && waiting_ < seen.ready) ++outcome_.changes_made;
    cluster_->world().pass_over(waiting_ = 0);
  }

  void make(const run_change& change) {
    auto& world = cluster_->world();
    if (change.what == run_change::kind::delay) {
      world.pass_over(change.number);
      waiting_ = change.number;
      story_.add(story_event::kind::fault, line_of(change), world.now());
      return;
    }
    if (!world.is_alive({change.number})) return;
    const planned_fault crash{.when = elapsed(),
                              .what = planned_fault::kind::crash_at_once,
                              .process = {change.number},
                              .span = job_.restart_after};
    ++outcome_.changes_made;
    on_fault(crash);
    happen(crash, *cluster_);
  }

  // --- What happens ------------------------------------------------------------------------------

  void on_fault(const planned_fault& fault) {
    quiet_since_ = std::max(quiet_since_, elapsed() + length_of(fault));
    const auto text = to_string(fault);  // With its time, which the story has already.
    story_.on_fault(text.substr(text.find(": ") + 2), fault.process.value, cluster_->world().now());
  }

  void on_log_fault(const std::string& what, processing_time until) {
    quiet_since_ = std::max(quiet_since_, until.time_since_epoch());
    if (cluster_) story_.on_fault("log: " + what, 0, cluster_->world().now());
  }

  void on_event(const story_event& event, const std::vector<std::string>& names) {
    if (!cluster_) return;  // Its end: what its actors still do is never done.
    if (events_ != nullptr) events_->push_back(event);
    for (auto each = pending_.begin(); each != pending_.end();) {
      if (std::find(names.begin(), names.end(), each->event) == names.end()) {
        ++each;
        continue;
      }
      // Not now: an actor may be at work.
      cluster_->world().after({}, [this, fault = each->fault] {
        on_fault(fault);
        fault_plan{{fault}}.apply(*cluster_);
      });
      outcome_.moments.insert(each->event);
      each = pending_.erase(each);
    }
    if (event.what == story_event::kind::checkpoint && event.text.ends_with(" completed")) {
      ++completed_checkpoints_;
      last_progress_ = event.at;
    }
  }

  // --- Checks ------------------------------------------------------------------------------------

  std::string ask(const named_checker& checker) const {
    try {
      return checker.check(*this);
    } catch (const std::exception& thrown) {
      return std::string{"it threw: "} + thrown.what();
    }
  }

  void violate(violation_kind kind, std::string text) {
    if (outcome_.kind != violation_kind::none) return;
    outcome_.kind = kind;
    outcome_.violation = std::move(text);
  }

  // Progress can only make it later.
  void check_progress() {
    const auto since = std::max(
        {last_progress_, quiet_since_, job_.progress_limit ? duration{} : job_.fault_span});
    const auto limit = job_.progress_limit.value_or(longest_ending);
    patience_ends_ = since + limit;
    const bool has_faults_left = has_faults_by_chance() && elapsed() < job_.fault_span;
    if (has_faults_left || elapsed() <= patience_ends_) return;
    violate(violation_kind::stuck, "no checkpoint and no end within " + to_string(limit) +
                                       "; the job is " + std::string{to_string(state())});
  }

  void check_step() {
    if (elapsed() > patience_ends_) check_progress();
    invariants_.on_longest_mailbox(cluster_->world().longest_mailbox());
    const auto& broken = invariants_.violation();
    if (!broken.empty()) violate(violation_kind::invariant, broken);
    for (const auto& each : job_.always) {
      const auto wrong = ask(each);
      if (!wrong.empty()) violate(violation_kind::checker, each.name + ": " + wrong);
    }
    std::erase_if(waiting_for_, [this](const named_checker& each) { return ask(each).empty(); });
  }

  void check_end() {
    logs_.settle();
    if (can_tidy_up(plan_) && job_.moments.empty()) invariants_.on_undisturbed_end();
    if (!invariants_.violation().empty()) {
      violate(violation_kind::invariant, invariants_.violation());
    }
    outcome_.output = read_committed(*disk_, {simulation_directory});
    logs_.add_to(outcome_.output);
    if (job_.expected) {
      const auto differs = difference(outcome_.output, *job_.expected);
      if (!differs.text.empty()) {
        violate(differs.lost > 0 ? violation_kind::lost : violation_kind::duplicated, differs.text);
      }
    }
    for (const auto& each : job_.ordered) {
      outcome_.ordered.push_back(ordered_by_key(committed_lines(each.path), each.key));
      if (!each.expected) continue;
      if (const auto wrong = order_difference(outcome_.ordered.back(), *each.expected);
          !wrong.empty()) {
        violate(violation_kind::checker, "order in " + each.path + ": " + wrong);
      }
    }
    for (const auto& each : job_.at_end) {
      if (auto wrong = ask(each); !wrong.empty()) {
        violate(violation_kind::checker, each.name + ": " + wrong);
      }
    }
    for (const auto& each : waiting_for_) {
      violate(violation_kind::checker, each.name + ": has not come true");
    }
  }

  // --- simulation_view ---------------------------------------------------------------------------

  duration elapsed() const override {
    return cluster_ ? before_ + (cluster_->world().now() - started_) : before_;
  }
  std::string_view job_state() const override { return to_string(state()); }
  std::uint64_t completed_checkpoints() const override { return completed_checkpoints_; }
  std::vector<std::string> committed_lines(const std::string& path) const override {
    if (auto lines = logs_.lines_of(path)) return *std::move(lines);
    return weir::committed_lines(*disk_, path);
  }
  std::vector<log_record> committed_records(const std::string& topic) const override {
    return logs_.records_of(topic).value_or(std::vector<log_record>{});
  }

  const simulated_job& job_;
  std::uint64_t seed_;
  const simulation_plan& plan_;
  std::vector<story_event>* events_;
  std::shared_ptr<simulated_file_system> disk_;
  job_logs logs_;
  std::vector<planned_moment> pending_;
  std::vector<named_checker> waiting_for_;
  story story_;
  protocol_invariants invariants_{story_, *disk_};
  std::uint32_t parallelism_ = 1;
  std::string restore_ = "latest";
  std::uint64_t lives_ = 0;
  duration before_{};  // The life that goes on.
  processing_time started_;
  std::unique_ptr<simulated_cluster> cluster_;

  job_outcome former_;  // Of the life that has ended last.
  duration last_progress_{};
  duration quiet_since_{};    // No fault goes on behind that.
  duration patience_ends_{};  // Before that, it is not stuck.
  std::uint64_t completed_checkpoints_ = 0;
  std::size_t next_change_ = 0;  // Of the plan's.
  std::uint32_t waiting_ = 0;    // Actors that this step passes over.
  run_outcome outcome_;
};

}  // namespace

run_outcome run_once(const simulated_job& job, std::uint64_t seed, const simulation_plan& plan,
                     std::vector<story_event>* events) {
  return simulated_run{job, seed, plan, events}.run();
}

}  // namespace weir
