// SPDX-License-Identifier: Apache-2.0
// What a simulation costs: a job on one job manager and three task managers, with a checkpoint
// every second and some faults. The time of a step, which is one message that an actor handles; and
// how long a simulated second takes.
#include <algorithm>
#include <vector>

#include "coordination/testing/simulation.hpp"
#include "samples/fraud_alerts.hpp"
#include "tests/benchmarks/benchmark.hpp"

namespace weir::benchmarks {

namespace {

case_result simulate_seeds(const settings& how) {
  using namespace std::chrono_literals;
  case_result result{"us/step; ms/simulated s", {}};
  std::vector<double> per_second;
  const auto per_step = [&] {
    simulation simulated{fraud::build_job,
                         {{"payments", "20000"}, {"rate", "1000"}, {"output", "/out"}}};
    simulated.task_managers(3)
        .parallelism(2)
        .seeds(1, how.miniature ? 1 : 20)
        .checkpoint_every(1s)
        .crash_random_process({.every = 5s, .restart_after = {10ms, 2s}})
        .partition({.every = 5s, .lasting = {5ms, 1s}, .one_way = 0.3})
        .expect_exactly_once();
    const double start = seconds_now();
    const auto report = simulated.run();
    // Two runs without faults come first, which the report does not count.
    const auto counted = static_cast<double>(report.seeds);
    const double took = (seconds_now() - start) * counted / (counted + 2);
    WEIR_ASSERT(report.passed());
    per_second.push_back(took * 1e3 / (static_cast<double>(report.simulated.count()) / 1e6));
    return took * 1e6 / static_cast<double>(report.steps);
  };
  result.figures.push_back(repeat(how, "step", 2, per_step));
  std::size_t next = 0;
  result.figures.push_back(repeat(how, "simulated_second", 1000.0 / 300, [&] {
    return per_second[std::min(next++, per_second.size() - 1)];
  }));
  return result;
}

const bool added = add_case({"simulation", "a job on a simulated cluster of four", simulate_seeds});

}  // namespace

}  // namespace weir::benchmarks
