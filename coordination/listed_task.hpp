// SPDX-License-Identifier: Apache-2.0
// A task of a running job, as people see it.
#pragma once

#include <cstdint>
#include <string>

#include "api/fields.hpp"

namespace weir {

struct listed_task {
  std::string name{};   // "flat_map -> filter (2/4)"
  std::string state{};  // "deploying", "running", "finished", "canceled" or "failed".
  std::uint32_t process =
      0;  // The number of the process that it runs in; 0: the job manager's own.
  std::uint64_t records_in = 0;  // In this attempt; of a source: that it has read.
  friend bool operator==(const listed_task&, const listed_task&) = default;
};
WEIR_FIELDS(listed_task, name, state, process, records_in)

// The most that are told of a job, and of a name; the rest is left out.
inline constexpr std::size_t most_listed_tasks = 100;
inline constexpr std::size_t longest_task_name = 100;  // Bytes.

}  // namespace weir
