// SPDX-License-Identifier: Apache-2.0
// A job as the leader of a cluster sees it: its record, and the processes that it has now.
//
//   waiting --slots--> running --its job manager has ended--> clearing --all have ended--> ended
//      ^                                                        |
//      +------- another job manager may go on with it ----------+
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/time.hpp"
#include "coordination/cluster/job_record.hpp"
#include "coordination/restart_intensity.hpp"

namespace weir {

// How often processes of a job are replaced before the job is given up.
inline constexpr std::uint32_t most_replacements = 10;
inline constexpr duration replacement_window = std::chrono::minutes{1};

struct cluster_process {
  process_place place{};
  std::uint32_t slots = 0;  // 0: the job manager.
  bool is_started = false;  // Its node was told to; before, its slots are kept for it.
  std::int64_t pid = 0;     // 0: the node has not said so yet.
  // Its node cannot be reached since then; it may live.
  std::optional<processing_time> out_of_sight{};
  // Its node has just joined, and has still to tell what this job manager has reported last.
  bool owes_report = false;
};

struct cluster_job {
  job_record record{};
  std::map<std::uint32_t, cluster_process> processes{};  // By their number.
  std::vector<listed_task> tasks{};                      // As its job manager has last said.
  restart_intensity replacements{most_replacements, replacement_window};
  std::optional<processing_time> last_replacement{};
  // It was taken over from a former leader then, and not all of its processes have been seen yet:
  // none is replaced before their nodes had the time to join.
  std::optional<processing_time> recovered_at{};
  // Its task managers were told that it has ended: those that end are not replaced.
  bool is_dismissed = false;
  std::optional<processing_time> clearing_since{};  // Or since they were killed.

  // One more process has ended. False: too many have. Those that end at once count as one: a node
  // takes all with it that it has.
  bool may_replace(processing_time now) {
    if (last_replacement == now) return true;
    last_replacement = now;
    return replacements.on_child_ended(now);
  }
  // Those that are planned on that node and not started: their slots are free again.
  void drop_unstarted_on(const std::string& node) {
    std::erase_if(processes, [&](const auto& each) {
      return each.second.place.node == node && !each.second.is_started;
    });
  }
  bool has_ended() const { return !record.ended.empty(); }
  bool is_running() const { return !has_ended() && !clearing_since && job_manager() != nullptr; }
  bool is_waiting() const { return !has_ended() && !clearing_since && job_manager() == nullptr; }
  const cluster_process* job_manager() const {
    const auto found = processes.find(record.job_manager);
    return found == processes.end() ? nullptr : &found->second;
  }
};

}  // namespace weir
