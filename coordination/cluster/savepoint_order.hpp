// SPDX-License-Identifier: Apache-2.0
// A savepoint that somebody asks a cluster for, and what has become of it: the same from the tool
// through the leader and a node to the process of the job manager, and back.
//
// On the way connections break and leaders change, so whoever waits for an answer tells the order
// again. Its token makes it one all the same: it is carried out once, and answered once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "api/fields.hpp"

namespace weir {

struct savepoint_order {
  std::string token{};      // Drawn by whoever asks.
  std::string directory{};  // In which it gets a directory of its own; empty: the usual.
  bool stops = false;       // The job ends with it.
  friend bool operator==(const savepoint_order&, const savepoint_order&) = default;
};
WEIR_FIELDS(savepoint_order, token, directory, stops)

struct savepoint_answer {
  std::string token{};
  std::string path{};     // Of the savepoint; empty: it has failed.
  std::string failure{};  // Why.
  friend bool operator==(const savepoint_answer&, const savepoint_answer&) = default;
};
WEIR_FIELDS(savepoint_answer, token, path, failure)

// The most that a job has at one time, and so that are remembered once they are answered.
inline constexpr std::size_t most_savepoint_orders = 8;
inline constexpr std::size_t longest_savepoint_failure = 2048;  // Bytes.

// Whether a directory can be chosen: an absolute path of at most 4096 bytes.
status check_savepoint_directory(const std::string& directory);
// Whether it can be told to a job: with a proper token, and no directory or one that can be chosen.
status check(const savepoint_order& order);

// Adds an answer at the front; the oldest ones go, and long failures are cut.
void note_answer(std::vector<savepoint_answer>& answers, savepoint_answer answer);
// Null: there is none.
const savepoint_answer* find_answer(const std::vector<savepoint_answer>& answers,
                                    std::string_view token);

}  // namespace weir
