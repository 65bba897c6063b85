// SPDX-License-Identifier: Apache-2.0
// Answers what `weir state` was asked about a checkpoint. Only `edit` writes, and only a new
// savepoint. An entry is one line of JSON:
//
//   {"operator":"number","table":"seen","key":7,"value":1000}
//
// Entries of timers have a "time" after their key, those of windows a "slice".
#pragma once

#include <functional>
#include <string_view>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "coordination/state_arguments.hpp"

namespace weir {

struct state_output {
  std::function<void(std::string_view)> answer;  // Text for standard output.
  std::function<void(std::string_view)> remark;  // A line for standard error, without its end.
};

// An error is what kept the answer from being whole; parts of it may be written.
status answer(const state_question& question, file_system& files, entry_stores& stores,
              const state_output& output);

}  // namespace weir
