// SPDX-License-Identifier: Apache-2.0
// What the file sinks of a simulated job have committed, and how that differs from what should be.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/simulation/simulated_file_system.hpp"

namespace weir {

// By the sinks' paths: how often each line is there, in any of its files. A line with which all
// files of a path that ends in ".csv" begin is their header, and counts once.
using committed_output = std::map<std::string, std::map<std::string, std::uint64_t>>;

// Of everything that was written on the disk but for files in progress and what is under one of
// `ignored`.
committed_output read_committed(const simulated_file_system& disk,
                                const std::vector<std::string>& ignored);

// The lines of one path, headers left out: file by file as they were committed, each as it was
// written. All that one subtask has written comes in its order.
std::vector<std::string> committed_lines(const simulated_file_system& disk,
                                         const std::string& path);

// For each key, which a function of the line tells, its lines.
using lines_by_key = std::map<std::string, std::vector<std::string>>;
lines_by_key ordered_by_key(const std::vector<std::string>& lines,
                            const std::function<std::string(std::string_view line)>& key);
// The first key whose lines come in another order, and where; empty if there is none.
std::string order_difference(const lines_by_key& found, const lines_by_key& expected);

struct output_difference {
  std::uint64_t lost = 0;        // Lines, as often as they are missing.
  std::uint64_t duplicated = 0;  // Those too often, or that never should have been.
  std::string text;              // The first few; empty if there is no difference.
};

output_difference difference(const committed_output& found, const committed_output& expected);

}  // namespace weir
