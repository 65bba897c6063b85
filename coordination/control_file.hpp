// SPDX-License-Identifier: Apache-2.0
// The files of the kernel through which it is asked and told, as those in the directories of
// control groups and in /proc: they have no size, are not created, and take what is written in one
// piece.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/error.hpp"

namespace weir {

// What could not be done, with what the system says of it by the number in `errno`; its code tells
// what is not there, what this user may not do, what somebody else has, and what the kernel takes
// for nonsense.
error control_failure(const std::string& activity, int why);

// All of it. Fails, too, beyond 16 MiB.
result<std::string> read_control_file(const std::string& path);

// Fails if there is no such file, or the kernel refuses what is written.
status write_control_file(const std::string& path, std::string_view text);

// Of lines "NAME NUMBER", the number of that name.
std::optional<std::uint64_t> control_number(std::string_view lines, std::string_view name);

}  // namespace weir
