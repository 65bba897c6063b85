// SPDX-License-Identifier: Apache-2.0
// One run of a job through one plan of faults, from its first cluster to its last; and whether that
// went as it should.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/job_graph.hpp"
#include "coordination/simulation/link_tampering.hpp"
#include "coordination/simulation/story.hpp"
#include "coordination/testing/bounded_exploration.hpp"
#include "coordination/testing/committed_output.hpp"
#include "coordination/testing/job_logs.hpp"
#include "coordination/testing/simulation_plan.hpp"

namespace weir {

struct named_checker {
  std::string name;
  simulation_checker check;
};
struct ordered_output {
  std::string path;
  std::function<std::string(std::string_view line)> key;
  std::optional<lines_by_key> expected;
};
// What happens when something is in the story for the first time.
struct planned_moment {
  std::string event;
  planned_fault fault;  // Its time does not count.
};

// What all runs of a simulation have in common.
struct simulated_job {
  const job_graph* graph = nullptr;
  job_options options;
  std::uint32_t task_managers = 2;
  std::uint32_t slots = 0;
  duration step_time{8};

  std::vector<std::pair<std::string, std::string>> files;
  std::shared_ptr<file_system> background;
  std::vector<filled_log> logs;

  fault_settings faults;
  std::vector<planned_moment> moments;
  duration fault_span{};                                   // Faults happen before that.
  duration restart_after = std::chrono::milliseconds{10};  // Of a crash among run_changes.

  // Of each cluster, made for its disk; none: messages arrive as they were sent. For checks of the
  // checks.
  std::function<link_tampering(std::shared_ptr<simulated_file_system> disk)> tampering;

  std::optional<committed_output> expected;
  std::vector<ordered_output> ordered;
  std::optional<duration> progress_limit;
  std::vector<named_checker> at_end;
  std::vector<named_checker> always;
  std::vector<named_checker> eventually;
};

struct run_outcome {
  violation_kind kind = violation_kind::none;
  std::string violation;
  std::uint64_t steps = 0;
  std::uint64_t trace_hash = 0;
  duration took{};
  std::set<std::string> moments;  // That have come.
  committed_output output;
  std::vector<lines_by_key> ordered;  // Of simulated_job::ordered.
  // Of a run with simulation_plan::changes: what each step could have been, and how many of its
  // changes there were.
  std::vector<step_choices> choices;
  std::size_t changes_made = 0;
};

// The directory for what the engine itself writes.
inline constexpr const char* simulation_directory = "/weir-simulation";

// `events`: where the story goes, if anybody wants it.
run_outcome run_once(const simulated_job& job, std::uint64_t seed, const simulation_plan& plan,
                     std::vector<story_event>* events = nullptr);

}  // namespace weir
