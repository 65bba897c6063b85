// SPDX-License-Identifier: Apache-2.0
// What the machine itself can do at this moment, printed beside every figure: a virtual machine on
// a shared host hiccups, and a figure without that context says little.
#pragma once

#include <string>

namespace weir::benchmarks {

struct machine_floor {
  double clock_read_ns = 0;
  double spin_gap_p99_us = 0;    // 99th percentile of the gaps over 5 us in a spinning loop.
  double spin_lost_percent = 0;  // Time lost in those gaps.
  double random_update_ns = 0;   // Dependent-free updates at random places of 128 MiB.
};

// Takes about 0.3 s.
machine_floor probe_machine();
std::string to_json(const machine_floor& floor);

}  // namespace weir::benchmarks
