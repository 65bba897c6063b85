// SPDX-License-Identifier: Apache-2.0
// Takes the entries of a table of keyed state apart by its schema alone, without the job's code.
#pragma once

#include <string>
#include <string_view>

#include "api/error.hpp"
#include "api/snapshot.hpp"
#include "state/value_conversion.hpp"

namespace weir {

class keyed_entries {
public:
  // An error if the table is of another kind, or has a type whose encoding only its program knows.
  static result<keyed_entries> of(const table_schema& table);

  // Takes one entry off the front of `bytes` and returns the encoding of its key, a part of them.
  // An error (corrupt_data) if there is none; then `bytes` is anything.
  result<std::string_view> take(std::string_view& bytes);

private:
  keyed_entries(conversion_step key, conversion_step value)
      : key_{std::move(key)}, value_{std::move(value)} {}

  conversion_step key_;
  conversion_step value_;
  std::string ignored_;
};

// Whether there are keyed_entries of such a table.
inline bool can_be_walked(const table_schema& table) { return keyed_entries::of(table).ok(); }

}  // namespace weir
