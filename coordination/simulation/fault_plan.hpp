// SPDX-License-Identifier: Apache-2.0
// What happens to the processes and links of a simulated cluster, and when: drawn from a seed,
// printed with a failure, and made smaller fault by fault until it shows what matters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/time.hpp"
#include "coordination/simulation/simulated_cluster.hpp"

namespace weir {

// Process 0 is the job manager's, process n that of task manager n - 1. What each kind does is in
// coordination/simulation/simulated_world.hpp and simulated_links.hpp.
struct planned_fault {
  enum class kind : std::uint8_t {
    crash,          // Noticed after the detection delay.
    crash_at_once,  // Noticed within a millisecond.
    crash_again,    // Twice: once more `interval` after it came back, while the job restarts.
    pause,
    slow_process,  // By the factor `number`.
    slow_link,     // From `process` to `other`, by `interval` and more.
    cut,           // From `process` to `other`.
    stall,         // Both ways.
    jam,           // From `process` to `other`.
    reset,         // Between them.
    flap,          // Between them, once in `interval`.
    swizzle_clog,  // Of processes that `number` chooses, from `process` on.
    clock_jump,    // Of `process`, by `interval`: ahead, or back if that is below zero.
    clock_drift,   // Of `process`, which gains `interval` in each second, or loses it.
  };

  duration when{};  // After the plan was applied.
  kind what = kind::crash;
  // Of a crash: not the job manager's, which the cluster does not survive.
  process_id process{1};
  process_id other{};  // The other end of a link.
  // How long it lasts; how long after a crash the process comes back, 0 if it does not.
  duration span{};
  duration interval{};
  std::uint64_t number = 0;

  friend bool operator==(const planned_fault&, const planned_fault&) = default;
};

struct fault_share {
  planned_fault::kind what = planned_fault::kind::crash;
  std::uint32_t share = 1;  // How often, compared with the others.
};
// Each as often as the others.
std::vector<fault_share> every_kind_of_fault();

struct fault_plan_options {
  std::uint32_t task_managers = 2;
  std::uint32_t faults = 5;
  duration within = std::chrono::seconds{5};  // All begin before that.
  duration longest_pause = std::chrono::seconds{2};
  duration longest_outage = std::chrono::seconds{2};
  // One crash in so many is for ever; 0: none is.
  std::uint32_t one_crash_stays_in = 0;
  // REQUIRES: the shares do not add up to 0.
  std::vector<fault_share> kinds{{planned_fault::kind::crash, 1}, {planned_fault::kind::pause, 1}};
  // Of links, and how long a process is slow. Short ones are more frequent than long ones.
  duration longest_link_fault = std::chrono::seconds{1};
  duration longest_clock_jump = std::chrono::milliseconds{500};
  duration most_clock_drift = std::chrono::microseconds{100};  // In each second.
  // Whether the job manager is paused and slowed down, its clock is wrong, and its links fail.
  // REQUIRES: it is, or there are two task managers, if links fail.
  bool spares_job_manager = true;
};

bool is_crash(planned_fault::kind what);
bool is_of_clock(planned_fault::kind what);

class fault_plan {
public:
  fault_plan() = default;
  explicit fault_plan(std::vector<planned_fault> faults);
  // The same seed and options give the same plan.
  static fault_plan random(std::uint64_t seed, const fault_plan_options& options);

  // In the order of their times.
  const std::vector<planned_fault>& faults() const { return faults_; }
  // The plan without its n-th fault, from 0.
  fault_plan without(std::size_t n) const;
  // Has it happen, counted from now. What cannot happen - a crash of a process that has crashed -
  // does nothing. REQUIRES: `cluster` has all the task managers.
  void apply(simulated_cluster& cluster) const;

  friend bool operator==(const fault_plan&, const fault_plan&) = default;

private:
  std::vector<planned_fault> faults_;
};

// The same for half as long, or by half as much; none when that would say nothing new.
std::optional<planned_fault> simplified(const planned_fault& fault);

// Until nothing of it is left; zero for what stays.
duration length_of(const planned_fault& fault);

// Has it happen now. REQUIRES: no actor is at work.
void happen(const planned_fault& fault, simulated_cluster& cluster);

// "jm", the job manager's, and "tm-1", "tm-2", ... of the task managers.
std::string process_name(std::uint32_t process);
// One line each: "at 1s250ms: crash tm-1, restart it after 300ms".
std::string to_string(const planned_fault& fault);
std::string to_string(const fault_plan& plan);

}  // namespace weir
