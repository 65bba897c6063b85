// SPDX-License-Identifier: Apache-2.0
// simulated_night SEEDS [FIRST]: five jobs, each on so many seeds of failing clusters with some
// twenty faults each. Prints for each what was lost, duplicated and stuck, and which of the
// engine's rare paths no seed has reached; the exit status is 0 if it is none in every case.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "api/sometimes.hpp"
#include "coordination/testing/simulation.hpp"
#include "samples/fraud_alerts.hpp"
#include "tests/support/story_job.hpp"

namespace {

using namespace std::chrono_literals;

struct night_job {
  const char* name;
  void (*define)(weir::environment&);
  bool is_on_rocksdb;
};

constexpr std::uint64_t fewest_faults = 12;

bool pass(const night_job& job, weir::seed_range seeds) {
  weir::simulation simulated{job.define,
                             {{"payments", "1000"}, {"rate", "2000"}, {"output", "/out/fraud"}}};
  simulated.task_managers(3)
      .parallelism(2)
      .seeds(seeds.first, seeds.last)
      .lasting(1s)
      .options([](weir::job_options& options) { options.checkpoint_timeout = 60ms; })
      .crash_random_process({.every = 70ms, .restart_after = {5ms, 200ms}})
      .pause_random_process({.every = 100ms, .lasting = {5ms, 300ms}})
      .partition({.every = 70ms, .lasting = {5ms, 400ms}, .one_way = 0.3})
      .disturb_links({.every = 70ms, .lasting = {5ms, 200ms}})
      .skew_clocks({.most = 500ms, .drift = 1e-3, .jump_every = 100ms})
      .kill_cluster({.every = 200ms, .power_loss = 0.5, .rescales = true})
      .rescale_at(200ms, 3)
      .rescale_at(300ms, 2)
      .disk_faults({.torn_write = 1e-3, .no_space = 1e-3, .io_error = 1e-3})
      .expect_exactly_once()
      .expect_progress_within(30s)
      .keep_going();
  if (job.is_on_rocksdb) simulated.rocksdb();
  const auto report = simulated.run();
  std::printf("%s: %s", job.name, to_string(report).c_str());
  std::printf("  at least %llu faults each\n",
              static_cast<unsigned long long>(report.fewest_faults));
  std::fflush(stdout);
  return report.passed() && report.fewest_faults >= fewest_faults;
}

bool all_marks_were_passed() {
  bool all = true;
  for (const auto& each : weir::sometimes_marks()) {
    std::printf("%10llu x %s\n", static_cast<unsigned long long>(each.passed.load()), each.what);
    all = all && each.passed > 0;
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  const auto seeds = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
  const auto first = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  if (seeds == 0) {
    std::fputs("usage: simulated_night SEEDS [FIRST]\n", stderr);
    return 2;
  }
  const night_job jobs[]{
      {"numbers and counts", weir::numbers_and_counts.define, false},
      {"numbers and counts, rocksdb", weir::numbers_and_counts.define, true},
      {"many shapes", weir::many_shapes.define, false},
      {"many shapes, rocksdb", weir::many_shapes.define, true},
      {"fraud alerts", fraud::build_job, false},
  };
  bool has_passed = true;
  for (const auto& each : jobs) has_passed = pass(each, {first, first + seeds - 1}) && has_passed;
  const bool all_reached = all_marks_were_passed();
  if (!all_reached) std::puts("a path that no seed has reached is a path that nobody has tried");
  return has_passed && all_reached ? 0 : 1;
}
