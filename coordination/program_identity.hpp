// SPDX-License-Identifier: Apache-2.0
// What tells a program from others, and from itself with other arguments: the processes of a job
// run the same code on the same plan, or they do not understand each other.
#pragma once

#include <string>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "coordination/execution_graph.hpp"

namespace weir {

// The file that this process runs.
inline constexpr const char* own_program = "/proc/self/exe";

// A checksum of the program's file and one of what it would run. Fails if the file cannot be read.
result<std::string> program_identity(file_system& files, const std::string& program,
                                     const execution_graph& graph);

}  // namespace weir
