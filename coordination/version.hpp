// SPDX-License-Identifier: Apache-2.0
// Which Weir this is. CMakeLists.txt says it first; a test compares the two.
#pragma once

#include <string_view>

namespace weir {

inline constexpr std::string_view version = "0.1.0";

}  // namespace weir
