// SPDX-License-Identifier: Apache-2.0
// The loops behind tests/benchmarks/floor_probe.hpp.
#include "tests/benchmarks/floor_probe.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "coordination/simulation/random_numbers.hpp"
#include "tests/benchmarks/benchmark.hpp"

namespace weir::benchmarks {

machine_floor probe_machine() {
  machine_floor floor;
  std::vector<double> gaps;
  const double start = seconds_now();
  double last = start;
  std::uint64_t reads = 0;
  double lost = 0;
  while (last - start < 0.2) {
    const double now = seconds_now();
    if (now - last > 5e-6) {
      gaps.push_back((now - last) * 1e6);
      lost += now - last;
    }
    last = now;
    ++reads;
  }
  floor.clock_read_ns = (last - start - lost) / static_cast<double>(reads) * 1e9;
  floor.spin_lost_percent = lost / (last - start) * 100;
  if (!gaps.empty()) {
    std::sort(gaps.begin(), gaps.end());
    floor.spin_gap_p99_us = gaps[gaps.size() * 99 / 100];
  }
  std::vector<std::uint64_t> memory(std::size_t{1} << 24);
  random_numbers random{1};
  constexpr int updates = 2'000'000;
  const double before = seconds_now();
  for (int i = 0; i < updates; ++i) ++memory[random.below(memory.size())];
  floor.random_update_ns = (seconds_now() - before) / updates * 1e9;
  return floor;
}

std::string to_json(const machine_floor& floor) {
  char text[200];
  std::snprintf(text, sizeof text,
                R"({"clock_read_ns":%.1f,"spin_gap_p99_us":%.1f,"spin_lost_percent":%.2f,)"
                R"("random_update_ns":%.1f})",
                floor.clock_read_ns, floor.spin_gap_p99_us, floor.spin_lost_percent,
                floor.random_update_ns);
  return text;
}

}  // namespace weir::benchmarks
