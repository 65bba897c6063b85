// SPDX-License-Identifier: Apache-2.0
// Words of people, who write them in either case.
#pragma once

#include <string>
#include <string_view>

namespace weir {

// With the letters A to Z in lower case; everything else stays.
std::string lower_case(std::string_view text);

}  // namespace weir
