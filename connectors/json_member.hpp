// SPDX-License-Identifier: Apache-2.0
// One member of a JSON object as the value of a field.
//
// Times are strings such as "2001-01-31T13:24:00Z". null, and no member at all, are nullopt for a
// std::optional field and an error for every other.
#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "api/time.hpp"
#include "connectors/field_value.hpp"
#include "connectors/json_row.hpp"

namespace weir {

// The other half of read_json_member: each answers false, with the reason in `cause`, if `member`
// is not what the field needs.
bool read_json_boolean(const json_value& member, bool& into, std::string& cause);
bool read_json_text(const json_value& member, std::string& into, std::string& cause);
bool read_json_time(const json_value& member, event_time& into, std::string& cause);
bool read_json_number(const json_value& member, double& into, std::string& cause);
// Writes the reason why there is no value, if there is none, and says so.
bool refuse_missing_member(const json_value& member, std::string& cause);

// 5.0 is an integer, too.
template <integer_field T>
bool read_json_member(const json_value& member, T& into, std::string& cause) {
  // Doubles count whole numbers one by one up to here.
  constexpr double largest_exact = 9007199254740992.0;
  auto integer = member;
  if (member.what == json_value::kind::real && std::abs(member.real) <= largest_exact &&
      std::trunc(member.real) == member.real) {
    integer.what = member.real < 0 ? json_value::kind::negative : json_value::kind::whole;
    integer.negative = static_cast<std::int64_t>(member.real);
    integer.whole = static_cast<std::uint64_t>(std::abs(member.real));
  }
  if (integer.what == json_value::kind::whole && std::in_range<T>(integer.whole)) {
    into = static_cast<T>(integer.whole);
    return true;
  }
  if (integer.what == json_value::kind::negative && std::in_range<T>(integer.negative)) {
    into = static_cast<T>(integer.negative);
    return true;
  }
  if (refuse_missing_member(member, cause)) return false;
  const bool is_integer =
      integer.what == json_value::kind::whole || integer.what == json_value::kind::negative;
  cause = is_integer ? out_of_range_of<T>(to_string(member)) : not_an_integer(to_string(member));
  return false;
}

inline bool read_json_member(const json_value& member, double& into, std::string& cause) {
  return read_json_number(member, into, cause);
}

inline bool read_json_member(const json_value& member, float& into, std::string& cause) {
  double number = 0;
  if (!read_json_number(member, number, cause)) return false;
  if (std::abs(number) > static_cast<double>(std::numeric_limits<float>::max())) {
    cause = out_of_range(to_string(member), "-3.4e38", "3.4e38");
    return false;
  }
  into = static_cast<float>(number);
  return true;
}

inline bool read_json_member(const json_value& member, bool& into, std::string& cause) {
  return read_json_boolean(member, into, cause);
}

inline bool read_json_member(const json_value& member, std::string& into, std::string& cause) {
  return read_json_text(member, into, cause);
}

inline bool read_json_member(const json_value& member, event_time& into, std::string& cause) {
  return read_json_time(member, into, cause);
}

template <class T>
bool read_json_member(const json_value& member, std::optional<T>& into, std::string& cause) {
  if (member.what == json_value::kind::missing || member.what == json_value::kind::null) {
    return true;
  }
  return read_json_member(member, into.emplace(), cause);
}

}  // namespace weir
