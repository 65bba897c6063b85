// SPDX-License-Identifier: Apache-2.0
// The whole main function of a job:
//
//   int main(int argc, char** argv) {
//     return weir::run(argc, argv, "word_count", [](weir::environment& env) { ... });
//   }
//
// `define` says what to compute; what the arguments mean is in docs/operating.md.
#pragma once

#include <functional>
#include <string>

#include "api/environment.hpp"

namespace weir {

// Exit statuses of `run`.
inline constexpr int exit_finished = 0;
inline constexpr int exit_failed = 1;       // The job failed; standard error says why.
inline constexpr int exit_usage = 2;        // Wrong arguments, configuration or plan.
inline constexpr int exit_cancelled = 130;  // By SIGINT or SIGTERM.

// Builds the job that `define` describes, does with it what the arguments ask for, and returns the
// exit status. `define` may be called more than once. An exception that leaves it ends the program
// with `exit_usage` and its text.
// REQUIRES: called from the main thread, before the program has started others.
int run(int argc, const char* const* argv, const std::string& job_name,
        const std::function<void(environment&)>& define);

}  // namespace weir
