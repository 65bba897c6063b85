// SPDX-License-Identifier: Apache-2.0
// What makes one run of a bounded search another than the run that it begins with: few changes,
// each at one step. They are the name of the run, with which it can be run again:
//
//   crash-tm-1@12,delay-2@40
//
// Before step 12 task manager 1 crashes; at step 40 the two actors that have waited longest wait
// for another turn.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "api/error.hpp"

namespace weir {

struct run_change {
  enum class kind : std::uint8_t { crash, delay };

  std::uint64_t step = 1;  // Of the run, from 1; a step is what simulated_world::step does.
  kind what = kind::delay;
  std::uint32_t number = 1;  // Of the task manager, from 1; how many actors wait.

  friend auto operator<=>(const run_change&, const run_change&) = default;
};

// Ascending: that way each set of changes is one run.
using run_changes = std::vector<run_change>;

// "base" if there are none.
std::string to_string(const run_changes& changes);
// The reverse. An error says what a name looks like.
result<run_changes> run_changes_of(const std::string& name);

// A line for whoever reads it: "before step 12: crash tm-1".
std::string line_of(const run_change& change);

}  // namespace weir
