// SPDX-License-Identifier: Apache-2.0
// A job on a disk, over several lives of its cluster: killed, without power, with another
// parallelism; and what its committed output then is, compared with what it must be.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "coordination/simulation/fault_plan.hpp"
#include "coordination/simulation/simulated_cluster.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/story_job.hpp"

namespace weir {

// What has been committed in /out. Of "/out/counts.part-1-..." every line begins with "counts: ".
inline lines committed_lines(simulated_file_system& files) {
  lines found;
  const auto names = files.list("/out");
  if (!names) return found;
  for (const auto& name : *names) {
    if (name.find("in-progress") != std::string::npos) continue;
    const auto sink = name.substr(0, name.find(".part"));
    std::istringstream content{files.content_of("/out/" + name)};
    for (std::string line; std::getline(content, line);) ++found[sink + ": " + line];
  }
  return found;
}

// "3 lines differ: numbers: 12:3: missing", and so on, the first few; empty if none does.
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

class long_story {
public:
  explicit long_story(std::uint64_t seed, const story_job& job = numbers_and_counts)
      : random_{mix(seed)},
        seed_{seed},
        job_{&job},
        disk_{std::make_shared<simulated_file_system>(seed)} {
    job.define(env_);
    options_.max_parallelism = 64;
    options_.checkpoint_directory = "/checkpoints";
    options_.checkpoint_interval = std::chrono::milliseconds{20};
    options_.initial_backoff = std::chrono::milliseconds{10};
    options_.restore = "latest";
    draw_parallelism();
  }

  job_options& options() { return options_; }
  job_graph& graph() { return env_.graph(); }
  simulated_file_system& disk() { return *disk_; }
  std::shared_ptr<simulated_file_system> shared_disk() { return disk_; }
  // Of a life that was asked for some.
  std::vector<savepoint_outcome>& savepoints() { return savepoints_; }
  random_numbers& random() { return random_; }
  void draw_parallelism() {
    options_.parallelism = 1 + static_cast<std::uint32_t>(random_.below(4));
  }

  // The next cluster on this disk. REQUIRES: the one before is gone.
  std::unique_ptr<simulated_cluster> new_life() {
    draw_state_backend();
    EXPECT_TRUE(env_.check(options_));
    return std::make_unique<simulated_cluster>(
        env_.graph(), options_,
        simulated_cluster_options{
            .seed = seed_ * 1000 + ++lives_,
            .task_managers = task_managers,
            .time_limit = patience,
            .files = disk_,
            .tampering = tampering_of_life ? tampering_of_life() : link_tampering{},
            .listener = listener,
            .backup = backup,
            .schedule = schedule});
  }
  static void step_for(simulated_cluster& cluster, duration span) {
    auto& world = cluster.world();
    const auto until = world.now() + span;
    while (world.now() < until && world.step()) {
    }
  }
  // Lives up to 200 ms and is killed.
  void live_for_a_while() {
    const auto cluster = new_life();
    step_for(*cluster, duration{static_cast<std::int64_t>(random_.below(200'000))});
  }
  // Lives to the end, through `plan`. Empty if the output is right; else what is wrong.
  std::string finish() { return finish(*new_life()); }
  std::string finish(simulated_cluster& cluster) {
    if (plan) plan->apply(cluster);
    const auto outcome = cluster.run();
    trace_hash = outcome.trace_hash;
    if (outcome.job.state != job_state::finished) {
      return "the job is " + std::string{to_string(outcome.job.state)} + ": " +
             (outcome.job.cause ? outcome.job.cause->message : "no cause");
    }
    return difference(committed_lines(*disk_), job_->expected());
  }

  static constexpr std::uint32_t task_managers = 2;
  std::optional<fault_plan> plan;
  // Makes what happens to the messages of one life; none: nothing.
  std::function<link_tampering()> tampering_of_life;
  job_listener* listener = nullptr;  // Of all lives.
  // Makes the local backups of processes; none: as the options say.
  std::function<std::shared_ptr<local_backup>(file_system&)> backup;
  duration patience = std::chrono::minutes{2};  // Of virtual time, for one life.
  schedule_options schedule;
  std::uint64_t trace_hash = 0;  // Of the life that went to the end.

private:
  // Of every three lives one has nothing in memory from one batch to the next.
  void draw_state_backend() {
    const bool spills = mix(seed_ * 1000 + lives_) % 3 == 0;
    options_.state_backend = spills ? state_backend_type::rocksdb : state_backend_type::memory;
    options_.rocksdb_cache = 0;
  }

  random_numbers random_;
  std::uint64_t seed_;
  std::uint64_t lives_ = 0;
  const story_job* job_;
  std::shared_ptr<simulated_file_system> disk_;
  std::vector<savepoint_outcome> savepoints_;
  environment env_{"story"};
  job_options options_;
};

// --- What happens in a story, each drawn from its seed
// ---------------------------------------------

inline std::string tell_of_crashes(long_story& story, std::uint64_t seed) {
  story.plan = fault_plan::random(seed, {.task_managers = story.task_managers,
                                         .faults = 4,
                                         .within = std::chrono::milliseconds{600},
                                         .longest_pause = std::chrono::milliseconds{200},
                                         .longest_outage = std::chrono::milliseconds{300}});
  const auto wrong = story.finish();
  return wrong.empty() ? wrong : wrong + "\n" + to_string(*story.plan);
}

// Which processes have tasks, though the job has ended.
inline std::string tasks_left_in(simulated_world& world) {
  std::string text;
  for (std::uint32_t n = 0; n < world.process_count(); ++n) {
    const auto tasks = world.actors_of({n}, "task").size();
    if (tasks > 0)
      text += std::to_string(tasks) + " tasks are left in process " + std::to_string(n);
  }
  return text;
}

// Every kind of fault, of links and processes, the job manager's too. Every third story is told by
// priorities.
inline std::string tell_of_faults(long_story& story, std::uint64_t seed,
                                  std::vector<fault_share> kinds = every_kind_of_fault()) {
  if (seed % 3 == 0) story.schedule.how = schedule_options::strategy::priorities;
  story.plan = fault_plan::random(seed, {.task_managers = story.task_managers,
                                         .faults = 6,
                                         .within = std::chrono::milliseconds{800},
                                         .longest_pause = std::chrono::milliseconds{800},
                                         .longest_outage = std::chrono::milliseconds{500},
                                         .kinds = std::move(kinds),
                                         .longest_link_fault = std::chrono::milliseconds{800},
                                         .spares_job_manager = false});
  const auto cluster = story.new_life();
  auto wrong = story.finish(*cluster);
  if (wrong.empty()) {
    story.step_for(*cluster, std::chrono::seconds{3});  // Links heal, and zombies learn it.
    wrong = tasks_left_in(cluster->world());
  }
  return wrong.empty() ? wrong : wrong + "\n" + to_string(*story.plan);
}

inline std::string tell_of_kills(long_story& story) {
  for (auto kills = 1 + story.random().below(4); kills > 0; --kills) story.live_for_a_while();
  return story.finish();
}

inline std::string tell_of_power_failures(long_story& story) {
  for (auto kills = 1 + story.random().below(4); kills > 0; --kills) {
    story.live_for_a_while();
    story.disk().crash();
    story.draw_parallelism();
  }
  return story.finish();
}

// Is stopped with a savepoint while there are faults, and goes on from it, if there is one.
inline std::string tell_of_a_stop(long_story& story, std::uint64_t seed,
                                  fault_plan_options faults = {}) {
  faults.task_managers = story.task_managers;
  faults.faults = 3;
  faults.within = std::chrono::milliseconds{200};
  faults.longest_pause = std::chrono::milliseconds{100};
  faults.longest_outage = std::chrono::milliseconds{100};
  const auto plan = fault_plan::random(seed, faults);
  {
    const auto cluster = story.new_life();
    plan.apply(*cluster);
    story.step_for(*cluster, duration{static_cast<std::int64_t>(story.random().below(200'000))});
    cluster->stop_with_savepoint();
    const auto outcome = cluster->run();
    if (outcome.job.state != job_state::finished) return "it is not finished\n" + to_string(plan);
    story.savepoints() = cluster->savepoints();
  }
  if (!story.savepoints().empty() && !story.savepoints()[0].cause) {
    story.options().restore = story.savepoints()[0].path;
  }
  story.draw_parallelism();
  const auto wrong = story.finish();
  return wrong.empty() ? wrong : wrong + "\n" + to_string(plan);
}

}  // namespace weir
