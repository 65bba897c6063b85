// SPDX-License-Identifier: Apache-2.0
// Compares two schemas from the outside in and writes down a step for every part. The rules stand
// in state/schema_evolution.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "api/type_notes.hpp"
#include "state/schema.hpp"
#include "state/value_conversion.hpp"

namespace weir {

// What a part may do without harm to what is around it.
enum class freedom : std::uint8_t {
  all,
  keeps_order,     // Of an element of a set: its value stays, and every field's place.
  keeps_encoding,  // Of a key.
};

// The notes of one part; empty ones if there are none.
const type_notes& part_of(const type_notes& notes, std::size_t part);

class evolution_planner {
public:
  // How a value of schema `from` becomes one of `to`; after a failure the step is worthless.
  conversion_step plan(const schema& from, const schema& to, const type_notes& notes, freedom may);
  // The same for what must not change; `what` it is: "key".
  conversion_step plan_key(const schema& from, const schema& to, const type_notes& notes,
                           const std::string& what);

  bool failed() const { return failure_.has_value(); }
  // REQUIRES: failed().
  const error& failure() const { return *failure_; }
  const std::vector<std::string>& changes() const { return changes_; }

private:
  using action = conversion_step::action;
  // For every field of a record, which of the former ones it was.
  using field_matches = std::vector<std::optional<std::size_t>>;

  // A part of the path for as long as it lives.
  class path_part {
  public:
    path_part(evolution_planner& owner, std::string_view part);
    path_part(const path_part&) = delete;
    path_part& operator=(const path_part&) = delete;
    ~path_part() { path_.resize(length_); }

  private:
    std::string& path_;
    std::size_t length_;
  };

  std::string located(const std::string& name) const;  // Its path.
  // A failure at the part at hand, unless there was one.
  conversion_step refuse(const schema& from, const schema& to, const std::string& reason);
  void note_change(const schema& from, const schema& to);

  conversion_step plan_bytes(action what, const schema& from, const schema& to);
  conversion_step plan_number(const schema& whole_from, const schema& whole_to);
  conversion_step plan_into_optional(const schema& from, const schema& to, const type_notes& notes,
                                     freedom may);
  conversion_step plan_message(const schema& from, const schema& to);
  conversion_step plan_time_span(const schema& from, const schema& to);
  conversion_step plan_array(const schema& from, const schema& to, const type_notes& notes,
                             freedom may);
  conversion_step plan_sequence(const schema& from, const schema& to, const type_notes& notes,
                                freedom may);
  conversion_step plan_mapping(const schema& from, const schema& to, const type_notes& notes,
                               freedom may);
  conversion_step plan_variant(const schema& from, const schema& to, const type_notes& notes,
                               freedom may);
  conversion_step plan_foreign(const schema& from, const schema& to, const type_notes& notes);
  conversion_step plan_record(const schema& from, const schema& to, const type_notes& notes,
                              freedom may);
  conversion_step plan_by_position(const schema& from, const schema& to, const type_notes& notes,
                                   freedom may);
  conversion_step plan_by_name(const schema& from, const schema& to, const type_notes& notes);
  field_matches match_fields(const schema& from, const schema& to, const type_notes& notes);
  conversion_step new_field(const schema& of, std::size_t field, const type_notes& notes);
  conversion_step former_field(const schema& from, std::size_t field);

  std::string path_;  // To the part at hand.
  std::vector<std::string> changes_;
  std::optional<error> failure_;
};

}  // namespace weir
