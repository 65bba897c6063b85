// SPDX-License-Identifier: Apache-2.0
// The `main` of `weir node`.
#pragma once

#include <span>
#include <string>

#include "coordination/given_secret.hpp"
#include "coordination/report_writer.hpp"

namespace weir {

// Is a node until SIGINT or SIGTERM comes. The exit status: exit_finished then, exit_usage if it
// cannot be one. REQUIRES: called from the main thread, before the program has started others.
int run_node(std::span<const std::string> words, const secret_reader& read,
             const text_writer& print, const text_writer& complain);

}  // namespace weir
