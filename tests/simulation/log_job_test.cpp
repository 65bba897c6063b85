// SPDX-License-Identifier: Apache-2.0
// Jobs from a log to a log, on clusters and brokers that fail: each record is written exactly once.
// And with one rule of the sink's protocol undone, the same simulation notices.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "api/codec.hpp"
#include "api/sometimes.hpp"
#include "connectors/log_sink.hpp"
#include "connectors/log_source.hpp"
#include "coordination/testing/simulate.hpp"
#include "samples/fraud_alerts.hpp"
#include "tests/simulation/flawed_log.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t reading_count = 5000;

// Numbers the records of each key.
class counting {
public:
  void open(keyed_state<std::string>& state) { seen_ = state.value<std::uint64_t>("seen"); }
  void process(const std::string&, keyed_process_context<std::string, std::string>& context) {
    context.emit(context.key() + ":" + std::to_string(++seen_.value()));
  }

private:
  value_state<std::uint64_t> seen_;
};

log_record keyed(const std::string& counted) {
  return {.key = counted.substr(0, counted.find(':')), .value = counted};
}

auto count_job(std::shared_ptr<replayable_log> log, bool is_exactly_once = true) {
  return [log, is_exactly_once](environment& env) {
    const auto counts = log_sink(log, "counts", keyed);
    env.from(log_source(log, "readings"))
        .uid("readings")
        .key_by([](const std::string& key) { return key; })
        .process<std::string>(counting{})
        .uid("count")
        .sink(is_exactly_once ? counts : counts.at_least_once())
        .uid("counts");
  };
}

void fill_readings(simulated_log& log) {
  log.create_topic("readings", 4).create_topic("counts", 3);
  for (std::uint64_t i = 0; i < reading_count; ++i) {
    const auto key = "k" + std::to_string(mix(i) % 7);
    log.put("readings",
            {.key = key, .value = key, .time = event_time{std::chrono::milliseconds{i}}});
  }
}

std::string key_of(std::string_view line) { return std::string{line.substr(0, line.find('='))}; }

// Everything that can go wrong. The job is short, so it goes wrong often.
template <class Simulation>
Simulation& with_all_faults(Simulation& job) {
  job.task_managers(3)
      .parallelism(2)
      .checkpoint_every(20ms)
      .crash_random_process({.every = 100ms, .restart_after = {10ms, 300ms}})
      .pause_random_process({.every = 200ms, .lasting = {10ms, 400ms}})
      .partition({.every = 150ms, .lasting = {5ms, 400ms}})
      .disturb_links({.every = 150ms, .lasting = {5ms, 300ms}})
      .kill_cluster({.every = 300ms, .power_loss = 0.5, .rescales = true})
      .disk_faults({.torn_write = 1e-4, .no_space = 1e-4, .io_error = 1e-4})
      .log_faults({.broker_error = 2e-2, .unknown_commit = 0.2, .outage = 1e-3})
      .rescale_at(100ms, 3);
  return job;
}

TEST(LogJob, WritesEachCountExactlyOnceThroughEveryFault) {
  const auto seeds = seeds_for(300);
  const auto log = std::make_shared<simulated_log>();
  auto job = simulate(count_job(log));
  with_all_faults(job)
      .log(log, fill_readings)
      .seeds(seeds.front(), seeds.back())
      .expect_exactly_once()
      .expect_order_per_key("counts", key_of)
      .expect("all are there", [](const simulation_view& run) {
        const auto records = run.committed_records("counts").size();
        return records == reading_count ? "" : std::to_string(records) + " counts";
      });
}

std::uint64_t times_passed(std::string_view mark) {
  std::uint64_t passed = 0;
  for (const auto& each : sometimes_marks()) passed += mark == each.what ? each.passed.load() : 0;
  return passed;
}

// Or the seeds would say nothing of them.
TEST(LogJob, TakesEachOfTheRarePaths) {
  const auto log = std::make_shared<simulated_log>();
  simulation job{count_job(log)};
  const auto report = with_all_faults(job).log(log, fill_readings).seeds(1, 300).run();
  EXPECT_TRUE(report.passed()) << to_string(report);
  for (const auto* each : {"a commit to a log without an answer had taken place",
                           "a former attempt had committed to a log before it failed",
                           "a transaction was sent to a log again"}) {
    EXPECT_GT(times_passed(each), 0U) << each;
  }
}

// The sample's detector, with payments and alerts in topics.
void detect_in_log(environment& env, const std::shared_ptr<replayable_log>& log) {
  const auto payments = env.from(log_source(log, "payments",
                                            [](const log_record& record) {
                                              std::string_view bytes = *record.value;
                                              return codec<fraud::payment>::decode(bytes);
                                            }),
                                 bounded_out_of_orderness(30s))
                            .uid("payments");
  const auto alerts = fraud::detect(payments);
  alerts
      .sink(log_sink(log, "alerts",
                     [](const fraud::alert& each) {
                       return log_record{.key = each.account,
                                         .value = std::to_string(each.payment)};
                     }))
      .uid("alerts");
  alerts.side_output(fraud::unjudged)
      .sink(log_sink(log, "unjudged",
                     [](const fraud::unjudged_payment& each) {
                       return log_record{.key = each.account, .value = each.reason};
                     }))
      .uid("unjudged");
}

void fill_payments(simulated_log& log) {
  log.create_topic("payments", 3).create_topic("alerts", 2).create_topic("unjudged");
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const auto made = fraud::make_payment(i, 20);
    std::string bytes;
    codec<fraud::payment>::encode(made, bytes);
    log.put("payments", {.key = made.account, .value = bytes, .time = made.time});
  }
}

TEST(LogJob, AlertsOfTheFraudSampleAreNeitherLostNorRepeated) {
  const auto seeds = seeds_for(200);
  const auto log = std::make_shared<simulated_log>();
  auto job = simulate([log](environment& env) { detect_in_log(env, log); });
  with_all_faults(job)
      .log(log, fill_payments)
      .seeds(seeds.front(), seeds.back())
      .expect_exactly_once()
      .expect_order_per_key("alerts", key_of)
      .always("each alert is of a payment of its own", [](const simulation_view& run) {
        return run.committed_records("alerts").size() <= 2000 ? "" : "more alerts than payments";
      });
}

// A record that is counted again has the same line: what is repeated is there twice.
TEST(LogJob, LosesNothingWithoutTransactionsAndRepeatsSome) {
  const auto log = std::make_shared<simulated_log>();
  std::size_t repeated = 0;
  simulation job{count_job(log, false)};
  const auto report =
      with_all_faults(job)
          .log(log, fill_readings)
          .seeds(1, 100)
          .expect("nothing is lost",
                  [&repeated](const simulation_view& run) -> std::string {
                    auto lines = run.committed_lines("counts");
                    const auto all = lines.size();
                    std::sort(lines.begin(), lines.end());
                    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
                    repeated += all - lines.size();
                    return lines.size() == reading_count ? "" : std::to_string(lines.size());
                  })
          .run();
  EXPECT_TRUE(report.passed()) << to_string(report);
  EXPECT_GT(repeated, 0U) << "or nothing was at stake";
}

TEST(LogJob, TellsWhatTheLogHasDoneToIt) {
  const auto log = std::make_shared<simulated_log>();
  simulation job{count_job(log, false)};
  const auto report = job.log(log, fill_readings)
                          .log_faults({.unknown_commit = 0.3})
                          .seeds(1, 100)
                          .expect_exactly_once()
                          .run();
  ASSERT_TRUE(report.first) << to_string(report);
  EXPECT_EQ(report.first->plan,
            std::vector<std::string>{"log: broker errors 0 %, unknown commits 30 %, outages 0 %"});
  const auto& events = report.first->events;
  EXPECT_TRUE(std::any_of(events.begin(), events.end(), [](const std::string& each) {
    return each.find("log: append to counts is not answered") != std::string::npos;
  }));
}

TEST(LogJob, SaysWhatCannotBeSimulated) {
  const auto log = std::make_shared<simulated_log>();
  const auto problem_of = [](simulation& job) {
    const auto report = job.run();
    return report.problem ? report.problem->message : to_string(report);
  };
  simulation without{count_job(log)};
  EXPECT_EQ(problem_of(without.log(nullptr)),
            "log: there is none; give it the one that the job has");
  simulation chances{count_job(log)};
  EXPECT_EQ(problem_of(chances.log(log, fill_readings).log_faults({.outage = 2})),
            "log_faults: a chance is from 0 to 1");
  simulation outages{count_job(log)};
  EXPECT_EQ(problem_of(outages.log_faults({.shortest_outage = 2s})),
            "log_faults: the longest outage is shorter than the shortest");
  simulation empty{count_job(log)};
  const auto none = problem_of(empty.log(log));
  EXPECT_NE(none.find("there is no topic 'readings'; there are: none; create it first"),
            std::string::npos)
      << none;
}

simulation_report search_with(log_flaw flaw, std::uint64_t seeds) {
  const auto log = std::make_shared<simulated_log>();
  const auto flawed = std::make_shared<flawed_log>(log, flaw);
  simulation job{count_job(flawed)};
  with_all_faults(job)
      .log(log,
           [flawed](simulated_log& to) {
             flawed->restart();
             fill_readings(to);
           })
      .seeds(1, seeds)
      .expect_exactly_once();
  return job.run();
}

// Or the sink itself notices a marker that cannot be, and fails the job.
void expect_to_be_noticed(log_flaw flaw, violation_kind kind) {
  const auto report = search_with(flaw, 1000);
  ASSERT_TRUE(report.first) << to_string(report);
  const auto& first = *report.first;
  const bool is_noticed_by_the_sink =
      first.kind == violation_kind::failed &&
      first.violation.find("it was removed, or has expired") != std::string::npos;
  EXPECT_TRUE(first.kind == kind || is_noticed_by_the_sink) << to_string(report);
  std::cout << "noticed by seed " << first.seed << ": " << to_string(first.kind) << "\n";
}

TEST(LogJob, PassesWithAFlawlessLogInBetween) {
  const auto report = search_with(log_flaw::none, 200);
  EXPECT_TRUE(report.passed()) << to_string(report);
  std::cout << to_string(report);
}

TEST(LogJob, NoticesASinkWithoutAMarker) {
  expect_to_be_noticed(log_flaw::no_marker, violation_kind::duplicated);
}

TEST(LogJob, NoticesAMarkerBehindTheTransaction) {
  expect_to_be_noticed(log_flaw::marker_outside, violation_kind::duplicated);
}

TEST(LogJob, NoticesAMarkerBeforeTheTransaction) {
  expect_to_be_noticed(log_flaw::marker_before, violation_kind::lost);
}

TEST(LogJob, NoticesAnUnknownResultTakenForAFailure) {
  expect_to_be_noticed(log_flaw::unknown_taken_for_lost, violation_kind::duplicated);
}

TEST(LogJob, NoticesAnUnknownResultTakenForASuccess) {
  expect_to_be_noticed(log_flaw::unknown_taken_for_done, violation_kind::lost);
}

TEST(LogJob, NoticesProducersThatAreNotFenced) {
  expect_to_be_noticed(log_flaw::no_fencing, violation_kind::duplicated);
}

}  // namespace
}  // namespace weir
