// SPDX-License-Identifier: Apache-2.0
// Runs one job in every way there is: on real threads at parallelism 1, 2, 4 and 7, with operator
// chains and without, and on a simulated cluster for a number of seeds, which also choose the
// parallelism, the chains and the number of task managers.
//
//   WEIR_SIMULATION_SEEDS=200 build/dev/tests/coordination_tests --gtest_filter='Jobs*'
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/environment.hpp"
#include "api/text.hpp"
#include "connectors/collect_sink.hpp"
#include "coordination/local_cluster.hpp"
#include "coordination/simulation/simulated_cluster.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {

struct way_to_run {
  job_options options;
  std::optional<simulated_cluster_options> simulation;  // None: on real threads.
};

inline std::string to_string(const way_to_run& way) {
  std::string text = "parallelism " + std::to_string(way.options.parallelism) +
                     (way.options.operator_chaining ? ", chains" : ", no chains");
  if (way.options.state_backend == state_backend_type::rocksdb) {
    text += ", " + std::to_string(way.options.rocksdb_cache) + " bytes of state in memory";
  }
  if (way.simulation) {
    text += ", " + std::to_string(way.simulation->task_managers) + " task managers, seed " +
            std::to_string(way.simulation->seed);
  }
  return text;
}

inline way_to_run on_threads(std::uint32_t parallelism, bool operator_chaining = true) {
  return {{.parallelism = parallelism, .operator_chaining = operator_chaining, .threads = 2}, {}};
}

inline way_to_run simulated(std::uint64_t seed) {
  constexpr std::uint32_t parallelisms[] = {1, 2, 4, 7};
  random_numbers random{seed};
  way_to_run way;
  way.options.parallelism = parallelisms[random.below(std::size(parallelisms))];
  way.options.operator_chaining = random.below(2) == 0;
  way.simulation.emplace();
  way.simulation->seed = seed;
  way.simulation->task_managers = 1 + static_cast<std::uint32_t>(random.below(3));
  if (random.below(3) == 0) {
    way.options.state_backend = state_backend_type::rocksdb;
    way.options.rocksdb_cache = random.below(2) * 2000;
  }
  return way;
}

inline std::vector<way_to_run> simulated_ways() {
  std::vector<way_to_run> ways;
  const auto seeds = number_from_environment("WEIR_SIMULATION_SEEDS", 20);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) ways.push_back(simulated(seed));
  return ways;
}

inline std::vector<way_to_run> every_way() {
  auto ways = simulated_ways();
  for (const std::uint32_t parallelism : {1U, 2U, 4U, 7U}) {
    for (const bool chaining : {true, false}) ways.push_back(on_threads(parallelism, chaining));
  }
  return ways;
}

// One run of one job, with a disk of its own: a temporary directory or that of the simulation.
class job_run {
public:
  explicit job_run(way_to_run way) : way_{std::move(way)} {}

  environment& env() { return env_; }
  const way_to_run& way() const { return way_; }
  std::uint32_t parallelism() const { return way_.options.parallelism; }

  std::string path_of(std::string_view name) const {
    return way_.simulation ? "/disk/" + std::string{name} : disk_ / name;
  }
  // REQUIRES: run() has not been called.
  void write(const std::string& name, std::string content) {
    if (way_.simulation) {
      given_[path_of(name)] = std::move(content);
    } else {
      disk_.write(name, content);
    }
  }

  // Checks, runs and tells how it went; the time limit of a simulation is a failure.
  job_outcome run() {
    if (auto valid = env_.check(way_.options); !valid) {
      return {job_state::failed, valid.failure(), {}};
    }
    if (!way_.simulation) return run_locally(env_.graph(), way_.options);
    cluster_ = std::make_unique<simulated_cluster>(env_.graph(), way_.options, *way_.simulation);
    for (const auto& [path, content] : given_) cluster_->world().files().put(path, content);
    if (on_start) on_start(*cluster_);
    return cluster_->run().job;
  }

  // The names of all files on the disk, sorted. REQUIRES (both): run() has been called.
  std::vector<std::string> files() {
    if (!way_.simulation) return disk_.files();
    if (!cluster_) return {};
    auto names = cluster_->world().files().list("/disk");
    return names ? *names : std::vector<std::string>{};
  }
  std::string read(const std::string& name) {
    return way_.simulation ? cluster_->world().files().content_of(path_of(name)) : disk_.read(name);
  }

  // Called before the first step of a simulation.
  std::function<void(simulated_cluster&)> on_start;

private:
  way_to_run way_;
  environment env_{"job"};
  temporary_directory disk_;
  std::map<std::string, std::string> given_;
  std::unique_ptr<simulated_cluster> cluster_;
};

// Calls `body(run)` with a fresh run for each of `ways`, until one fails the test.
inline void in_each_of(const std::vector<way_to_run>& ways,
                       const std::function<void(job_run&)>& body) {
  for (const auto& way : ways) {
    SCOPED_TRACE(to_string(way));
    job_run run{way};
    body(run);
    if (testing::Test::HasFailure()) return;
  }
}

inline void in_every_way(const std::function<void(job_run&)>& body) {
  in_each_of(every_way(), body);
}

// Runs the job and fails the test unless it finishes.
inline job_outcome finish(job_run& run) {
  auto outcome = run.run();
  EXPECT_EQ(to_string(outcome.state), "finished")
      << (outcome.cause ? outcome.cause->message : "no cause was reported");
  return outcome;
}

// Runs the job and answers why it failed; fails the test if it did not.
inline std::string failure_of(job_run& run) {
  const auto outcome = run.run();
  EXPECT_EQ(to_string(outcome.state), "failed");
  return outcome.cause ? outcome.cause->message : "no cause was reported";
}

// The records as text, sorted: those of several subtasks mix in any order.
template <class Records>
std::vector<std::string> sorted_texts(const Records& records) {
  std::vector<std::string> texts;
  for (const auto& record : records) texts.push_back(to_text(record));
  std::sort(texts.begin(), texts.end());
  return texts;
}

// Defines a job whose results are the stream it answers. A plain function type: what runs jobs is
// compiled once for each type of record, not for each job.
template <class T>
using job_definition = std::type_identity_t<std::function<stream<T>(environment&)>>;

// The stream that `define(env)` answers consists of `expected`, in every way to run it.
template <class T>
void expect_results(const std::vector<T>& expected, const job_definition<T>& define) {
  in_every_way([&](job_run& run) {
    std::vector<T> results;
    define(run.env()).sink(collect_into(results));
    const auto outcome = finish(run);
    EXPECT_EQ(sorted_texts(results), sorted_texts(expected));
    EXPECT_EQ(outcome.totals.records_written, expected.size());
  });
}

// The same with the time of each record.
template <class T>
void expect_timed_results(const std::vector<std::pair<T, event_time>>& expected,
                          const job_definition<T>& define) {
  in_every_way([&](job_run& run) {
    std::vector<std::pair<T, event_time>> results;
    define(run.env()).sink(collect_with_times_into(results));
    finish(run);
    EXPECT_EQ(sorted_texts(results), sorted_texts(expected));
  });
}

}  // namespace weir
