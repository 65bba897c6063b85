// SPDX-License-Identifier: Apache-2.0
// A job with state, windows and files, on a disk that outlives its clusters, and what it must have
// written in the end, whatever happened to it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "api/aggregates.hpp"
#include "api/environment.hpp"
#include "api/keyed_stream.hpp"
#include "api/windowed_stream.hpp"
#include "connectors/file_sink.hpp"
#include "connectors/generator_source.hpp"
#include "coordination/simulation/fault_plan.hpp"
#include "coordination/simulation/simulated_cluster.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {

inline constexpr std::uint64_t record_count = 1200;
inline constexpr std::uint64_t key_count = 13;
inline constexpr double records_per_second = 3000;

struct reading {
  std::uint64_t key = 0;
  event_time time;
};
WEIR_FIELDS(reading, key, time)

inline reading reading_number(std::uint64_t i) {
  return {mix(i) % key_count, event_time{std::chrono::milliseconds{i}}};
}

// Says of each reading the how-manieth of its key it is.
class numbering {
public:
  void open(keyed_state<std::uint64_t>& state) { seen_ = state.value<std::uint64_t>("seen"); }
  void process(const reading&, keyed_process_context<std::uint64_t, std::string>& context) {
    context.emit(std::to_string(context.key()) + ":" + std::to_string(++seen_.value()));
  }

private:
  value_state<std::uint64_t> seen_;
};

// Into files in `directory`.
inline void define_story(environment& env, const std::string& directory) {
  const auto readings =
      env.from(generator(record_count, reading_number).at_rate(records_per_second),
               monotonous(&reading::time));
  readings.key_by(&reading::key)
      .process<std::string>(numbering{})
      .uid("number")
      .sink(file_sink(directory + "/numbers"));
  readings.key_by(&reading::key)
      .window(tumbling(std::chrono::milliseconds{100}))
      .aggregate(count())
      .uid("count")
      .sink(file_sink(directory + "/counts"));
}

// The lines that the job writes in whatever order, with how often.
using lines = std::map<std::string, int>;

inline lines expected_lines() {
  lines expected;
  std::map<std::uint64_t, int> seen;
  std::map<std::pair<std::uint64_t, std::int64_t>, std::uint64_t> counts;
  for (std::uint64_t i = 0; i < record_count; ++i) {
    const auto each = reading_number(i);
    ++expected[std::to_string(each.key) + ":" + std::to_string(++seen[each.key])];
    ++counts[{each.key, static_cast<std::int64_t>(i) / 100}];
  }
  for (const auto& [place, number] : counts) {
    const event_time start{std::chrono::milliseconds{place.second * 100}};
    ++expected[to_text(window_result<std::uint64_t, std::uint64_t>{
        place.first, {start, start + std::chrono::milliseconds{100}}, number})];
  }
  return expected;
}

inline lines committed_lines(simulated_file_system& files) {
  lines found;
  const auto names = files.list("/out");
  if (!names) return found;
  for (const auto& name : *names) {
    if (name.find("in-progress") != std::string::npos) continue;
    std::istringstream content{files.content_of("/out/" + name)};
    for (std::string line; std::getline(content, line);) ++found[line];
  }
  return found;
}

// "12:3 twice, 7:1 missing", the first few.
inline std::string difference(const lines& found, const lines& expected) {
  std::string text;
  std::size_t told = 0;
  const auto tell = [&](const std::string& what) {
    if (++told <= 5) text += "\n  " + what;
  };
  for (const auto& [line, times] : expected) {
    const auto there = found.find(line);
    if (there == found.end()) {
      tell(line + ": missing");
    } else if (there->second != times) {
      tell(line + ": " + std::to_string(there->second) + " times");
    }
  }
  for (const auto& [line, times] : found) {
    if (!expected.contains(line)) tell(line + ": never should have been");
  }
  return told == 0 ? "" : std::to_string(told) + " lines differ:" + text;
}

// A job on a disk, over several lives of its cluster.
class long_story {
public:
  explicit long_story(std::uint64_t seed)
      : random_{mix(seed)}, seed_{seed}, disk_{std::make_shared<simulated_file_system>(seed)} {
    define_story(env_, "/out");
    options_.max_parallelism = 64;
    options_.checkpoint_directory = "/checkpoints";
    options_.checkpoint_interval = std::chrono::milliseconds{20};
    options_.initial_backoff = std::chrono::milliseconds{10};
    options_.restore = "latest";
    draw_parallelism();
  }

  job_options& options() { return options_; }
  simulated_file_system& disk() { return *disk_; }
  random_numbers& random() { return random_; }
  void draw_parallelism() {
    options_.parallelism = 1 + static_cast<std::uint32_t>(random_.below(4));
  }

  std::unique_ptr<simulated_cluster> new_life() {
    EXPECT_TRUE(env_.check(options_));
    return std::make_unique<simulated_cluster>(
        env_.graph(), options_,
        simulated_cluster_options{.seed = seed_ * 1000 + ++lives_,
                                  .task_managers = task_managers,
                                  .time_limit = std::chrono::minutes{2},
                                  .files = disk_});
  }
  // Lives some time and is killed.
  void live_for(duration span) {
    const auto cluster = new_life();
    step_for(*cluster, span);
  }
  static void step_for(simulated_cluster& cluster, duration span) {
    auto& world = cluster.world();
    const auto until = world.now() + span;
    while (world.now() < until && world.step()) {
    }
  }
  // Lives to the end.
  void expect_to_finish_right() {
    const auto cluster = new_life();
    expect_to_finish_right(*cluster);
  }
  void expect_to_finish_right(simulated_cluster& cluster) {
    if (plan) plan->apply(cluster);
    const auto outcome = cluster.run();
    ASSERT_EQ(to_string(outcome.job.state), "finished")
        << (outcome.job.cause ? outcome.job.cause->message : "");
    ASSERT_EQ(difference(committed_lines(*disk_), expected_lines()), "");
  }

  static constexpr std::uint32_t task_managers = 2;
  std::optional<fault_plan> plan;

private:
  random_numbers random_;
  std::uint64_t seed_;
  std::uint64_t lives_ = 0;
  std::shared_ptr<simulated_file_system> disk_;
  environment env_{"story"};
  job_options options_;
};

}  // namespace weir
