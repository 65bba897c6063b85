// SPDX-License-Identifier: Apache-2.0
// Values that are given as JSON, encoded by their schema alone: the other half of
// state/schema_value.hpp, which says how each kind of value looks.
//
// Where JSON does not say enough: a variant is the first of its alternatives that the value is one
// of, and null is the empty optional. A message is its bytes or, if it has its type, its JSON.
// Elements of sets and maps are encoded as they come; their order depends on their types, and a
// program refuses one that is wrong.
#pragma once

#include <string>
#include <string_view>

#include "api/error.hpp"
#include "state/schema.hpp"

namespace weir {

// Appends the encoding of the value that all of `json` is. Errors (invalid_argument) name the part
// and what was expected there: "legs[2].price: expected f64". After one `out` is anything.
status encode_json(std::string& out, const schema& of, std::string_view json);

}  // namespace weir
