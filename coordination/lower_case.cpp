// SPDX-License-Identifier: Apache-2.0
// See coordination/lower_case.hpp.
#include "coordination/lower_case.hpp"

namespace weir {

std::string lower_case(std::string_view text) {
  std::string lower{text};
  for (char& each : lower) {
    if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
  }
  return lower;
}

}  // namespace weir
