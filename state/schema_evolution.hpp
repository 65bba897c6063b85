// SPDX-License-Identifier: Apache-2.0
// Whether state that was saved as one type can go on as another, and how. The rules, which
// docs/state.md explains, from the outside in:
//
//   fields of structs   by name, then by former name; what is gone is dropped, what is new has the
//                       default of the struct; without names by position, none more and none less
//   numbers             get wider: u32 -> u64, u32 -> i64, i32 -> i64, f32 -> f64; enums likewise
//   optional            from what was none, too
//   variants            may have more alternatives behind the former ones
//   messages            by full name; their bytes stay
//   sets, keys of maps  in no way that could change their order: numbers, names of fields
//   keys of state       not at all, but for the names of fields: key groups depend on them
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "api/snapshot.hpp"
#include "api/type_notes.hpp"
#include "state/value_conversion.hpp"

namespace weir {

struct schema_evolution {
  conversion_step step;              // For one value, or one entry of a table.
  std::vector<std::string> changes;  // "+fee", "-note", "price->cost", "legs[].size i32->i64".
};

// Errors (invalid_argument) name the part that cannot go on, both its types and what to do.
result<schema_evolution> plan_evolution(const std::string& saved, const present_type& now);

// The same for the entries of a table; knows which part of an entry is the key.
result<schema_evolution> plan_evolution(const table_schema& saved, const table_schema& now,
                                        const type_notes& notes);

// One whole value by such a plan; an error of `bytes` is corrupt_data.
result<std::string> evolve_value(const std::string& saved, const present_type& now,
                                 std::string_view bytes);

}  // namespace weir
