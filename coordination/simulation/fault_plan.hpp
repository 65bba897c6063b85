// SPDX-License-Identifier: Apache-2.0
// What happens to the task managers of a simulated cluster, and when: drawn from a seed, printed
// with a failure, and shortened fault by fault until it shows what matters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/time.hpp"
#include "coordination/simulation/simulated_cluster.hpp"

namespace weir {

struct planned_fault {
  enum class kind : std::uint8_t { crash, pause };

  duration when{};  // After the plan was applied.
  kind what = kind::crash;
  std::uint32_t task_manager = 0;
  // How long it is paused; how long after the crash its process comes back, 0 if it does not.
  duration span{};

  friend bool operator==(const planned_fault&, const planned_fault&) = default;
};

struct fault_plan_options {
  std::uint32_t task_managers = 2;
  std::uint32_t faults = 5;
  duration within = std::chrono::seconds{5};  // All happen before that.
  duration longest_pause = std::chrono::seconds{2};
  duration longest_outage = std::chrono::seconds{2};
  // One crash in so many is for ever; 0: none is.
  std::uint32_t one_crash_stays_in = 0;
};

class fault_plan {
public:
  fault_plan() = default;
  explicit fault_plan(std::vector<planned_fault> faults);
  // Half of them crashes, half pauses. The same seed and options give the same plan.
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

// One line each: "at 1250ms: crash task manager 1, restart it after 300ms". Task managers count
// from 0, as in simulated_cluster.
std::string to_string(const planned_fault& fault);
std::string to_string(const fault_plan& plan);

}  // namespace weir
