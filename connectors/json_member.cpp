// SPDX-License-Identifier: Apache-2.0
// The parts of json_member.hpp that no template parameter touches.
#include "connectors/json_member.hpp"

#include "api/error.hpp"
#include "connectors/wording.hpp"

namespace weir {

bool refuse_missing_member(const json_value& member, std::string& cause) {
  if (member.what == json_value::kind::missing) {
    cause = "is missing, and only a std::optional field may be";
  } else if (member.what == json_value::kind::null) {
    cause = "is null, and only a std::optional field may be";
  } else {
    return false;
  }
  return true;
}

bool read_json_boolean(const json_value& member, bool& into, std::string& cause) {
  if (member.what == json_value::kind::boolean) {
    into = member.boolean;
    return true;
  }
  if (!refuse_missing_member(member, cause)) {
    cause = in_quotes(to_string(member)) + " is not true or false";
  }
  return false;
}

bool read_json_text(const json_value& member, std::string& into, std::string& cause) {
  if (member.what == json_value::kind::text) {
    into.assign(member.text);
    return true;
  }
  if (!refuse_missing_member(member, cause)) {
    cause = in_quotes(to_string(member)) + " is not a string in quotes";
  }
  return false;
}

bool read_json_time(const json_value& member, event_time& into, std::string& cause) {
  if (member.what == json_value::kind::text) {
    if (const auto time = parse_event_time(member.text)) {
      into = *time;
      return true;
    }
  }
  if (!refuse_missing_member(member, cause)) cause = not_a_time(to_string(member));
  return false;
}

bool read_json_number(const json_value& member, double& into, std::string& cause) {
  switch (member.what) {
    case json_value::kind::negative:
      into = static_cast<double>(member.negative);
      return true;
    case json_value::kind::whole:
      into = static_cast<double>(member.whole);
      return true;
    case json_value::kind::real:
      into = member.real;
      return true;
    default:
      break;
  }
  if (!refuse_missing_member(member, cause)) cause = not_a_number(to_string(member));
  return false;
}

}  // namespace weir
