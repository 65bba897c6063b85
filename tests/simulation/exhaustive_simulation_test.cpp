// SPDX-License-Identifier: Apache-2.0
// All runs of a job within a bound: what seeds hardly find is found, by its name it is found again,
// and a job that is right stands all of them.
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "connectors/collection_source.hpp"
#include "connectors/file_sink.hpp"
#include "coordination/testing/simulation_run.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

// The numbers from 0 on, one each millisecond: so all of them are ready at the same time.
class slow_reader final : public source_reader<std::uint64_t> {
public:
  explicit slow_reader(std::vector<source_split> splits) : splits_{std::move(splits)} {
    if (!splits_.empty() && !splits_[0].position.empty()) next_ = std::stoull(splits_[0].position);
  }

  result<poll_status> poll(processing_time now, polled<std::uint64_t>& out) override {
    if (splits_.empty() || next_ == count) return poll_status::end_of_input;
    if (std::exchange(has_read_, !has_read_)) {
      constexpr duration each{1'000};
      out.retry_at = now - now.time_since_epoch() % each + each;
      return poll_status::nothing_available;
    }
    out.records.push(next_++, beginning_of_time);
    out.split_ended = next_ == count;
    return poll_status::more_available;
  }
  std::vector<source_split> positions() const override {
    auto splits = splits_;
    for (auto& each : splits) each.position = std::to_string(next_);
    return splits;
  }

  static constexpr std::uint64_t count = 24;

private:
  std::vector<source_split> splits_;
  std::uint64_t next_ = 0;
  bool has_read_ = false;
};

struct slow_numbers {
  using value_type = std::uint64_t;

  static std::string name() { return "numbers"; }
  static bool is_bounded() { return true; }
  static result<std::vector<source_split>> discover_splits(const source_context&) {
    return std::vector<source_split>{{"all", ""}};
  }
  static result<std::unique_ptr<source_reader<std::uint64_t>>> open(
      const source_context&, std::vector<source_split> splits) {
    return std::unique_ptr<source_reader<std::uint64_t>>{
        std::make_unique<slow_reader>(std::move(splits))};
  }
};

// Two tasks share a variable, as no functions should, and the second one relies on how far the
// first has come. That shows only when they have kept in step for long, and then do not.
struct shared_progress {
  std::uint64_t of_first = 0;
  std::uint64_t lead = 0;
  bool was_in_step = true;
};
shared_progress progress;

std::uint64_t lead_on(std::uint64_t number) {
  progress.of_first = number;
  return number;
}

std::uint64_t follow(std::uint64_t number) {
  constexpr std::uint64_t first_compared = 3;
  constexpr std::uint64_t critical = 18;
  const auto lead = progress.of_first - number;
  if (number == first_compared) progress = {progress.of_first, lead, true};
  const bool is_in_step = lead == progress.lead;
  const bool fails = number == critical && progress.was_in_step && !is_in_step;
  progress.was_in_step = progress.was_in_step && is_in_step;
  return fails ? 0 : number;
}

void two_in_step(environment& env) {
  env.from(slow_numbers{}).map(lead_on).sink(file_sink("/out/first"));
  env.from(slow_numbers{}).map(follow).sink(file_sink("/out/second"));
}

void two_numbers(environment& env) {
  env.from(collection(std::vector<std::uint64_t>{7, 8}))
      .key_by([](std::uint64_t i) { return i; })
      .reduce([](std::uint64_t sum, std::uint64_t i) { return sum + i; })
      .uid("sum")
      .sink(file_sink("/out/sums"));
}

simulation compared(void (*job)(environment&)) {
  simulation simulated{job};
  simulated.expect_exactly_once();
  return simulated;
}

TEST(ExhaustiveSimulation, FindsAnOrderThatSeedsMissAndTellsItsRun) {
  const auto seeds = compared(two_in_step).seeds(1, 200).run();
  EXPECT_TRUE(seeds.passed()) << to_string(seeds);
  const auto found = compared(two_in_step).exhaustive({.deviations = 1}).run();
  ASSERT_TRUE(found.first) << to_string(found);
  const auto& failure = *found.first;
  EXPECT_EQ(failure.kind, violation_kind::lost);
  EXPECT_TRUE(failure.run.starts_with("delay-1@")) << failure.run;
  EXPECT_LT(found.explored->runs, 100U);
  EXPECT_EQ(failure.plan.size(), 1U);
  EXPECT_NE(failure.timeline.find(failure.plan[0]), std::string::npos);
  EXPECT_NE(to_string(found).find("run " + failure.run + ": lost: "), std::string::npos);
  EXPECT_EQ(replay_environment(failure), "WEIR_RUN=" + failure.run);
  EXPECT_EQ(replay_options(failure), "--replay " + failure.run);

  const auto again = compared(two_in_step).replay(failure.run).run();
  ASSERT_TRUE(again.first) << to_string(again);
  EXPECT_EQ(again.seeds, 1U);
  EXPECT_EQ(again.first->events, failure.events);
  EXPECT_TRUE(compared(two_in_step).replay("base").run().passed());
}

TEST(ExhaustiveSimulation, RunsAllThereAreOfAJobThatIsRight) {
  const auto report = compared(two_numbers)
                          .checkpoint_every(300us)
                          .exhaustive({.deviations = 1, .crashes = 1})
                          .run();
  EXPECT_TRUE(report.passed()) << to_string(report);
  ASSERT_TRUE(report.explored);
  EXPECT_TRUE(report.explored->is_covered);
  EXPECT_EQ(report.explored->runs, report.explored->known);
  EXPECT_EQ(report.explored->runs, report.seeds);
  EXPECT_GT(report.seeds, 1000U);
  EXPECT_TRUE(to_string(report).starts_with("all " + std::to_string(report.seeds) +
                                            " runs within the bounds, "))
      << to_string(report);
}

// Nothing is checked before the last step, so each step of the base run is one at which the task
// manager crashes, and those with a choice are one more each.
TEST(ExhaustiveSimulation, RunsAsManyAsTheStepsOfTheFirstRunSay) {
  environment env{"numbers"};
  two_numbers(env);
  simulated_job job;
  job.graph = &env.graph();
  job.task_managers = 1;
  job.options.checkpoint_directory = "/weir-simulation/checkpoints";
  const auto base = run_once(job, 1, {.changes = run_changes{}});
  std::uint64_t expected = 1;
  for (const auto& each : base.choices) {
    expected += (each.ready > 1 ? 1U : 0U) + (each.living == 1 ? 1U : 0U);
  }
  EXPECT_GT(expected, 50U);
  bounded_exploration search{{.deviations = 1, .crashes = 1}, 1};
  std::set<run_changes> runs;
  std::set<std::uint64_t> traces;
  for (std::uint64_t i = 0; i < expected; ++i) {
    const auto run = *search.next();
    const auto outcome = run_once(job, 1, {.changes = run});
    EXPECT_EQ(outcome.changes_made, run.size()) << to_string(run);
    search.on_run(run, outcome.choices);
    EXPECT_TRUE(runs.insert(run).second) << to_string(run);
    traces.insert(outcome.trace_hash);
  }
  // All with one change have come; those with two are next.
  EXPECT_EQ(search.summary().covered_changes, 1U);
  EXPECT_EQ(search.next()->size(), 2U);
  // They differ not only by their names.
  EXPECT_GT(traces.size(), expected * 9 / 10);
}

TEST(ExhaustiveSimulation, SaysHowFarItHasCome) {
  const auto report =
      compared(two_numbers).exhaustive({.deviations = 2, .crashes = 1, .most_runs = 300}).run();
  EXPECT_TRUE(report.passed()) << to_string(report);
  EXPECT_EQ(report.seeds, 300U);
  EXPECT_FALSE(report.explored->is_covered);
  EXPECT_EQ(report.explored->covered_changes, 1U);
  EXPECT_NE(to_string(report).find("300 of at least "), std::string::npos) << to_string(report);
  EXPECT_NE(to_string(report).find(" runs within the bounds, all with up to 1 changes, "),
            std::string::npos);
}

TEST(ExhaustiveSimulation, HasCrashesAtTheMomentsThatWereAskedFor) {
  const auto report = compared(two_numbers)
                          .on("job finishing")
                          .pause("tm-1", 300ms)
                          .exhaustive({.deviations = 1})
                          .run();
  EXPECT_TRUE(report.passed()) << to_string(report);
}

std::string problem_of(simulation& of) {
  const auto report = of.run();
  return report.problem ? report.problem->message : to_string(report);
}

TEST(ExhaustiveSimulation, SaysWhatItCannotDo) {
  const auto job = [] { return compared(two_numbers); };
  EXPECT_EQ(problem_of(job().exhaustive().crash_random_process()),
            "exhaustive: the job also has faults by chance, and there are no seeds to draw them "
            "from; leave them out, and say .crashes = 1 for crashes at every step");
  EXPECT_EQ(problem_of(job().exhaustive({.most_runs = 0})), "exhaustive: most_runs is at least 1");
  EXPECT_EQ(problem_of(job().exhaustive({.restart_after = 0s})),
            "exhaustive: restart_after needs a span above zero");
  EXPECT_EQ(problem_of(job().task_managers(65).exhaustive()),
            "exhaustive: it can be searched with 64 task managers at most, and there are 65");
  EXPECT_EQ(problem_of(job().replay("delay@3")),
            "replay: 'delay@3' is no name of a run; one is 'base', or changes in the order of "
            "their steps, as in crash-tm-1@12,delay-2@40");
  EXPECT_EQ(problem_of(job().replay("crash-tm-3@7")),
            "replay: crash-tm-3@7: there are only 2 task managers");
  const auto no_choice = problem_of(job().replay("delay-60@1"));
  EXPECT_TRUE(no_choice.starts_with("replay: delay-60@1: there was no such choice in "))
      << no_choice;
  const auto no_step = problem_of(job().replay("delay-1@99999"));
  EXPECT_TRUE(
      no_step.ends_with(": at step 99999: the actor that has waited longest waits for "
                        "another turn; a run has its name only with the settings with "
                        "which it was found"))
      << no_step;
}

}  // namespace
}  // namespace weir
