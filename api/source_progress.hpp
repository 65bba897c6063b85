// SPDX-License-Identifier: Apache-2.0
// How far a source has come, as a checkpoint knows it, and who reads on after a restore.
//
// Every subtask of a source puts its splits that have not ended into a part: where each is, and how
// far its event time has come. After a restore the splits of all parts together are sorted by their
// ids and dealt out anew, so that the parallelism may have changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "api/codec.hpp"
#include "api/error.hpp"
#include "api/ids.hpp"
#include "api/snapshot.hpp"
#include "api/source.hpp"
#include "api/time.hpp"

namespace weir {

// One split that has not ended.
struct split_progress {
  std::string id;
  std::string position;
  event_time watermark = beginning_of_time;  // What has been promised of its records.
  friend bool operator==(const split_progress&, const split_progress&) = default;
};
WEIR_FIELDS(split_progress, id, position, watermark)

// The name of the part.
inline constexpr const char* source_progress_part = "splits";

// The placement rule of splits, at the start of a job and after a restore: they are dealt out one
// by one. Number 0 is the first that the source discovered, or after a restore the one with the
// least id.
constexpr subtask_index subtask_of_split(std::size_t number, std::uint32_t parallelism) {
  return {static_cast<std::uint32_t>(number % parallelism)};
}

std::string encode_source_progress(const std::vector<split_progress>& splits);

// The share of one subtask, in the order of the ids; empty if there are not enough splits.
// Errors (corrupt_data): there is no part at all, so that nobody knows what has been read; a part
// is damaged; two parts have one split.
result<std::vector<split_progress>> restore_source_progress(const restored_operator& from,
                                                            subtask_index subtask,
                                                            std::uint32_t parallelism);

}  // namespace weir
