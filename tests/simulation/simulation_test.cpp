// SPDX-License-Identifier: Apache-2.0
// Simulations as a user writes them: jobs that are right pass, jobs that are not are caught and
// explained, and what cannot be simulated is said.
#include "coordination/testing/simulation.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "connectors/collection_source.hpp"
#include "connectors/discard_sink.hpp"
#include "connectors/file_sink.hpp"
#include "connectors/generator_source.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/story_job.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

std::string problem_of(simulation& of) {
  const auto report = of.run();
  EXPECT_FALSE(report.passed());
  return report.problem ? report.problem->message : to_string(report);
}

std::string problem_of(simulation&& of) { return problem_of(of); }

// Numbers the records of each key in a member, which no checkpoint knows.
class forgetful {
public:
  void process(const reading&, keyed_process_context<std::uint64_t, std::string>& context) {
    context.emit(std::to_string(context.key()) + ":" + std::to_string(++seen_[context.key()]));
  }

private:
  std::map<std::uint64_t, std::uint64_t> seen_;
};

void forgetful_job(environment& env) {
  env.from(story_source(reading_number))
      .key_by(&reading::key)
      .process<std::string>(forgetful{})
      .uid("number")
      .sink(file_sink("/out/numbers"));
}

TEST(Simulation, PassesAJobThatIsRightThroughEveryFault) {
  const auto seed = every_seed_of(1)[0];
  const auto report =
      simulation{numbers_and_counts.define}
          .task_managers(3)
          .parallelism(2)
          .seeds(seed, seed + static_cast<std::uint64_t>(seeds_for(40).size()) - 1)
          .crash_random_process({.every = 200ms, .restart_after = {10ms, 500ms}})
          .pause_random_process({.every = 500ms, .lasting = {10ms, 300ms}})
          .partition({.every = 300ms, .lasting = {5ms, 400ms}, .one_way = 0.3})
          .disturb_links()
          .kill_cluster({.every = 700ms, .power_loss = 0.5, .rescales = true})
          .disk_faults({.torn_write = 1e-3, .no_space = 1e-3, .io_error = 1e-3})
          .rescale_at(200ms, 4)
          .expect_exactly_once()
          .expect_order_per_key(
              "/out/numbers",
              [](std::string_view line) { return std::string{line.substr(0, line.find(':'))}; })
          .expect_progress_within(10s)
          .run();
  EXPECT_TRUE(report.passed()) << to_string(report);
  EXPECT_TRUE(report.compares);
  EXPECT_GT(report.faults, report.seeds);
}

TEST(Simulation, CatchesAFunctionThatForgetsAndExplainsIt) {
  const auto report = simulation{forgetful_job}
                          .seeds(1, 1000)
                          .crash_random_process({.every = 60ms, .restart_after = {10ms, 50ms}})
                          .expect_exactly_once()
                          .run();
  ASSERT_EQ(report.failed, 1U) << to_string(report);
  ASSERT_TRUE(report.first);
  EXPECT_TRUE(report.first->kind == violation_kind::lost ||
              report.first->kind == violation_kind::duplicated);
  ASSERT_EQ(report.first->plan.size(), 1U) << to_string(report);
  EXPECT_NE(report.first->plan[0].find("crash tm-"), std::string::npos);
  EXPECT_GE(report.first->faults_drawn, 1U);
  EXPECT_NE(to_string(report).find("/out/numbers: "), std::string::npos) << to_string(report);
  EXPECT_NE(report.first->timeline.find("job restarting"), std::string::npos);
  const auto has = [&](const std::string& what) {
    return std::any_of(
        report.first->events.begin(), report.first->events.end(),
        [&](const std::string& each) { return each.find(what) != std::string::npos; });
  };
  EXPECT_TRUE(has("FAULT  ") && has("checkpoint 1 completed") && has("deploy generator/0"));
  // The seed alone leads there again.
  const auto again = simulation{forgetful_job}
                         .seeds(report.first->seed, report.first->seed)
                         .crash_random_process({.every = 60ms, .restart_after = {10ms, 50ms}})
                         .expect_exactly_once()
                         .run();
  ASSERT_TRUE(again.first);
  EXPECT_EQ(again.first->events, report.first->events);
}

TEST(Simulation, RunsTheSameForTheSameSeeds) {
  const auto run = [] {
    return to_string(simulation{numbers_and_counts.define}
                         .seeds(5, 9)
                         .default_faults()
                         .expect_exactly_once()
                         .run());
  };
  EXPECT_EQ(run(), run());
}

TEST(Simulation, HasFaultsAtExactMoments) {
  const auto report = simulation{forgetful_job}
                          .seeds(1, 10)  // Not in each the task is there.
                          .on("checkpoint 2 acknowledged by number/0")
                          .crash("tm-1")
                          .expect_exactly_once()
                          .run();
  ASSERT_TRUE(report.first) << to_string(report);
  EXPECT_EQ(report.first->plan,
            std::vector<std::string>{"on \"checkpoint 2 acknowledged by number/0\": crash tm-1, "
                                     "restart it after 10ms"});
  const auto& events = report.first->events;
  const auto place_of = [&](const std::string& what) {
    return std::find_if(
               events.begin(), events.end(),
               [&](const std::string& each) { return each.find(what) != std::string::npos; }) -
           events.begin();
  };
  EXPECT_LT(place_of("checkpoint 2 acknowledged by process"), place_of("FAULT"));
  EXPECT_LT(place_of("FAULT"), place_of("job restarting"));
}

TEST(Simulation, GivesAJobSimulatedEnds) {
  const auto endless = [](environment& env) {
    env.from(generator(unbounded, [](std::uint64_t i) { return i; }))
        .uid("numbers")
        .sink(discard())
        .uid("result");
  };
  EXPECT_EQ(problem_of(simulation{endless}),
            "source 'generator' never ends, and what a run should have written is not known before "
            "its end; give it a bounded end: .source(\"generator\", collection(...), ...)");
  std::vector<std::uint64_t> numbers(500);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = i * i;
  const auto report = simulation{endless}
                          .source("numbers", collection(numbers), ingestion_time())
                          .sink<std::uint64_t>("result", file_sink("/out/result"))
                          .crash_random_process()
                          .seeds(1, 10)
                          .expect_exactly_once()
                          .expect("all are there",
                                  [](const simulation_view& run) {
                                    const auto lines = run.committed_lines("/out/result").size();
                                    return lines == 500 ? "" : std::to_string(lines) + " lines";
                                  })
                          .run();
  EXPECT_TRUE(report.passed()) << to_string(report);
}

TEST(Simulation, AsksCheckersAtEveryStepAndAtTheEnd) {
  const auto run = [](auto add) {
    simulation simulated{numbers_and_counts.define};
    simulated.seeds(1, 1);
    add(simulated);
    return simulated.run();
  };
  const auto never = run([](simulation& to) {
    to.eventually("a hundred checkpoints", [](const simulation_view& view) {
      return view.completed_checkpoints() >= 100 ? "" : "not yet";
    });
  });
  ASSERT_TRUE(never.first);
  EXPECT_EQ(never.first->violation, "a hundred checkpoints: has not come true");
  const auto broken = run([](simulation& to) {
    to.always("at most two checkpoints", [](const simulation_view& view) {
      return view.completed_checkpoints() <= 2 ? "" : "three";
    });
  });
  ASSERT_TRUE(broken.first);
  EXPECT_EQ(broken.first->kind, violation_kind::checker);
  EXPECT_EQ(broken.first->violation, "at most two checkpoints: three");
  const auto right = run([](simulation& to) {
    to.eventually("it runs", [](const simulation_view& view) {
      return view.job_state() == "running" ? "" : "not yet";
    });
    to.always("time passes", [](const simulation_view& view) {
      return view.elapsed() >= duration{} ? "" : "backwards";
    });
  });
  EXPECT_TRUE(right.passed()) << to_string(right);
}

TEST(Simulation, NoticesAMomentThatNeverComes) {
  EXPECT_EQ(problem_of(simulation{forgetful_job}
                           .seeds(1, 2)
                           .on("checkpoint 2 acknowledged by nubmer/0")
                           .crash("tm-1")),
            "on(\"checkpoint 2 acknowledged by nubmer/0\"): that has come in no run; "
            "docs/testing_with_simulation.md lists what there is");
}

TEST(Simulation, BearsCheckersThatThrowAndEndsThatComeAtAnyMoment) {
  const auto report = simulation{numbers_and_counts.define}
                          .seeds(1, 1)
                          .expect("numbers",
                                  [](const simulation_view&) -> std::string {
                                    throw std::runtime_error{"no number"};
                                  })
                          .run();
  ASSERT_TRUE(report.first);
  EXPECT_EQ(report.first->violation, "numbers: it threw: no number");
  // The end of a cluster is no moment, whatever its actors do on their way out.
  const auto killed = simulation{numbers_and_counts.define}
                          .seeds(1, seeds_for(100).size())
                          .kill_cluster({.every = 20ms})
                          .crash_random_process({.every = 30ms})
                          .on("job failing")
                          .crash("tm-1")
                          .expect_exactly_once()
                          .run();
  EXPECT_TRUE(killed.passed()) << to_string(killed);
}

TEST(Simulation, ComparesNothingThatWasGiven) {
  EXPECT_EQ(
      problem_of(simulation{[](environment& env) {
                   env.from(story_source(reading_number)).sink(discard());
                 }}.file("/in/book.txt", "words")
                     .expect_exactly_once()),
      "expect_exactly_once: without faults nothing has been committed, in a file or in a log, "
      "that could be compared");
}

TEST(Simulation, NoticesAJobThatIsNotTheSameEachTime) {
  const auto restless = [](environment& env) {
    env.from(story_source(reading_number))
        .filter([](const reading& each) {
          // Of the first runs, of 1200 records each, none gets there.
          static std::uint64_t calls = 0;
          if (++calls % 5000 == 0) throw std::runtime_error{"tired"};
          return each.key < 100;
        })
        .key_by(&reading::key)
        .process<std::string>(numbering{})
        .uid("number")
        .sink(discard());
  };
  const auto report = simulation{restless}.seeds(20, 60).crash_random_process().run();
  ASSERT_TRUE(report.first) << to_string(report);
  EXPECT_EQ(report.first->kind, violation_kind::unrepeatable) << to_string(report);
  EXPECT_TRUE(report.first->violation.starts_with("two runs of the seed differ: ") ||
              report.first->violation.starts_with("it failed, and then it did not: "))
      << report.first->violation;
}

TEST(Simulation, SaysWhatCannotBeSimulated) {
  const auto job = numbers_and_counts.define;
  EXPECT_EQ(problem_of(simulation{job}.seeds(5, 4)), "seeds: the last is below the first");
  EXPECT_EQ(problem_of(simulation{job}.task_managers(0)), "task_managers: at least 1 is needed");
  EXPECT_EQ(problem_of(simulation{job}.disk_faults({.torn_write = 1.5})),
            "disk_faults: a chance is from 0 to 1");
  EXPECT_EQ(problem_of(simulation{job}.on("job running").crash("tm-0")),
            "on(\"job running\"): there is no process 'tm-0'; there are jm, tm-1, tm-2 and so on");
  EXPECT_EQ(problem_of(simulation{job}.on("job running").crash("tm-3")),
            "on(\"job running\"): there are only 2 task managers");
  EXPECT_EQ(problem_of(simulation{job}.silence("nobody")),
            "the job has no sink 'nobody'; there are: file_sink(/out/numbers), "
            "file_sink(/out/counts)");
  EXPECT_EQ(problem_of(simulation{job}.sink<int>("file_sink(/out/counts)", discard())),
            "'file_sink(/out/counts)': its records are of another type than those of its simulated "
            "end");
  EXPECT_EQ(problem_of(simulation{[](environment&) { throw std::runtime_error{"no luck"}; }}),
            "no luck");
}

TEST(Simulation, SaysWhenTheOutputCannotBeCompared) {
  const auto writes_nothing = [](environment& env) {
    env.from(story_source(reading_number)).sink(discard());
  };
  EXPECT_EQ(
      problem_of(simulation{writes_nothing}.expect_exactly_once()),
      "expect_exactly_once: without faults nothing has been committed, in a file or in a log, "
      "that could be compared");
  EXPECT_TRUE(
      simulation{writes_nothing}.seeds(1, 1).expect_exactly_once_if_comparable().run().passed());
  // What is where depends on chance.
  const auto depends = [](environment& env) {
    env.from(story_source(reading_number))
        .shuffle()
        .map([n = std::uint64_t{0}](const reading& each) mutable { return each.key * 1000 + ++n; })
        .sink(file_sink("/out/x"));
  };
  EXPECT_TRUE(
      problem_of(simulation{depends}.parallelism(3).expect_exactly_once())
          .starts_with("expect_exactly_once: two runs without faults have different output, "
                       "so it does not follow from the input alone: "));
}

}  // namespace
}  // namespace weir
