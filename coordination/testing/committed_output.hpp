// SPDX-License-Identifier: Apache-2.0
// What the file sinks of a simulated job have committed, and how that differs from what should be.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "coordination/simulation/simulated_file_system.hpp"

namespace weir {

// By the sinks' paths: how often each line is there, in any of its files. A line with which all
// files of a path begin is their header, and counts once.
using committed_output = std::map<std::string, std::map<std::string, std::uint64_t>>;

// Of everything on the disk but for files in progress and what is under one of `ignored`.
committed_output read_committed(const simulated_file_system& disk,
                                const std::vector<std::string>& ignored);

struct output_difference {
  std::uint64_t lost = 0;        // Lines, as often as they are missing.
  std::uint64_t duplicated = 0;  // Those too often, or that never should have been.
  std::string text;              // The first few; empty if there is no difference.
};

output_difference difference(const committed_output& found, const committed_output& expected);

}  // namespace weir
