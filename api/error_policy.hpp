// SPDX-License-Identifier: Apache-2.0
// What an operator does when the user's function throws: fail the job (the default), skip the
// record and count it, or send it to a sink of dead letters with the cause and its place.
#pragma once

#include <cstdint>
#include <string>

#include "api/fields.hpp"

namespace weir {

enum class error_policy : std::uint8_t { fail, skip, dead_letter };

// A record that a user's function threw on.
struct dead_letter {
  std::string record;         // As text; see api/text.hpp.
  std::string cause;          // What the exception said.
  std::string operator_name;  // "parse (2/4)".
  std::string position;       // "record 17 of this subtask, event time 2001-01-01T00:00:00Z".
  friend bool operator==(const dead_letter&, const dead_letter&) = default;
};

WEIR_FIELDS(dead_letter, record, cause, operator_name, position)

}  // namespace weir
