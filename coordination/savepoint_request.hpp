// SPDX-License-Identifier: Apache-2.0
// What is asked of a job that is to take a savepoint, and what becomes of it.
//
// A savepoint is a checkpoint of the job with a copy of its own elsewhere, which nothing but its
// user ever removes. The job counts it like any checkpoint: it may go back to it, its sinks commit
// for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/error.hpp"

namespace weir {

// What the job does once the savepoint is complete.
enum class after_savepoint : std::uint8_t {
  go_on,
  stop,            // As it is at the savepoint.
  drain_and_stop,  // Event time comes to its end first, so that everything is output.
};

struct savepoint_request {
  std::string directory;  // In which the savepoint gets a directory of its own; empty: the usual.
  after_savepoint then = after_savepoint::go_on;
  std::string token{};  // Part of its name; no other savepoint has it.
};

struct savepoint_outcome {
  after_savepoint then = after_savepoint::go_on;
  std::string path;            // Of the savepoint: what --restore takes. Empty if it has failed.
  std::optional<error> cause;  // Why it has failed.
};

}  // namespace weir
