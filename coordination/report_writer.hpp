// SPDX-License-Identifier: Apache-2.0
// How a process tells its user, on standard error, of what goes wrong while it runs on.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace weir {

using text_writer = std::function<void(std::string_view)>;

// Writes "WHO: MESSAGE" and a line's end, but not the same twice in a row: what keeps failing is
// told once. Thread-safe, if `write` is called by nobody else.
std::function<void(const std::string&)> reporter(std::string who, text_writer write);

}  // namespace weir
