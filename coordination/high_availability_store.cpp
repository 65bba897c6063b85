// SPDX-License-Identifier: Apache-2.0
// What every high-availability store refuses.
#include "coordination/high_availability_store.hpp"

#include <algorithm>

namespace weir {

bool is_entry_name(std::string_view name) {
  const auto is_fitting = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= 100 && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), is_fitting);
}

status check_entry_name(const std::string& name) {
  if (is_entry_name(name)) return {};
  return error{error_code::invalid_argument,
               "the entry \"" + name +
                   "\" of a high-availability store: its name must be 1 to 100 of "
                   "the characters a-z, 0-9, '-', '_', '.', and not begin with '.'"};
}

}  // namespace weir
