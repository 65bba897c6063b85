// SPDX-License-Identifier: Apache-2.0
// The same words for the same mistake in every format.
#include "connectors/field_value.hpp"

#include "connectors/wording.hpp"

namespace weir {

std::string not_an_integer(std::string_view text) { return in_quotes(text) + " is not an integer"; }

std::string not_a_number(std::string_view text) { return in_quotes(text) + " is not a number"; }

std::string not_a_boolean(std::string_view text) {
  return in_quotes(text) + " is not true, false, 1 or 0";
}

std::string not_a_time(std::string_view text) {
  return in_quotes(text) + " is not a time such as 2001-01-31T13:24:00Z";
}

std::string out_of_range(std::string_view text, std::string_view lowest, std::string_view highest) {
  return in_quotes(text) + " is out of range: " + std::string{lowest} + " to " +
         std::string{highest};
}

}  // namespace weir
