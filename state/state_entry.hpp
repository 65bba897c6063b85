// SPDX-License-Identifier: Apache-2.0
// One entry of a table of a checkpoint, as somebody sees it who has not the job's types: whose it
// is and what it is, as JSON. Every kind of table has its own order of these in its encoding:
//
//   kind            encoding of an entry                      key, place and value
//   keyed           pair{KEY,VALUE}                           KEY, none, VALUE
//   timers          tuple{TIME,KEY,NUMBER}                    KEY, "time": TIME, NUMBER
//   window-slices   tuple{SLICE,KEY,VALUE}                    KEY, "slice": SLICE, VALUE
//   any other       anything                                  null, none, all of it
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "api/error.hpp"
#include "api/snapshot.hpp"
#include "state/schema.hpp"

namespace weir {

struct state_entry {
  std::string key;       // JSON.
  std::string place;     // JSON: which of the key's entries it is; empty if a key has only one.
  std::string value;     // JSON.
  std::string identity;  // The bytes of key and place: equal for equal ones in one table.
  std::string content;   // The bytes of the value.
};

// The schema of the entries of a table. Errors: it cannot be
// parsed, or has a foreign part.
result<schema> entry_schema_of(const table_schema& table);

class entry_decoder {
public:
  // An error if the schema cannot be read, or has a foreign part: then nothing of the table can be
  // told apart.
  static result<entry_decoder> of(const table_schema& table);

  // "time", "slice", or empty if entries have no place.
  std::string_view place_name() const { return place_name_; }

  // Takes the next entry off the front.
  result<state_entry> next(std::string_view& bytes) const;

private:
  explicit entry_decoder(schema entry) : entry_{std::move(entry)} {}
  void take_apart(const std::string& kind);

  schema entry_;
  bool is_apart_ = false;  // The parts of entry_ are these:
  std::optional<std::size_t> place_;
  std::size_t key_ = 0;
  std::size_t value_ = 1;
  std::string_view place_name_;
};

}  // namespace weir
