// SPDX-License-Identifier: Apache-2.0
// One change of a table's entries, applied to one block after the other by the schema alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/error.hpp"
#include "api/snapshot.hpp"
#include "state/savepoint_edit.hpp"
#include "state/schema.hpp"

namespace weir {

class entry_edit {
public:
  // REQUIRES: the edit has a key. Errors say which of its parts is no such value.
  static result<entry_edit> of(const table_schema& table, const savepoint_edit& edit);

  // How many entries of the block are meant. An error if the value would take from a message what
  // nobody sees, as fields that its descriptors do not have.
  result<std::uint64_t> count(const state_block& block) const;
  // The block with them changed, or without them; it may have no entries left.
  result<state_block> apply(const state_block& block) const;
  // The entry for a table that has none of the key; an error if the table's entries have places.
  // REQUIRES: the edit has a value.
  result<std::string> fresh_entry() const;

private:
  // An entry's part of each kind, as it is encoded.
  struct taken {
    std::string_view whole;
    std::string_view key;
    std::string_view place;
    std::string_view value;
  };

  explicit entry_edit(schema entry) : entry_{std::move(entry)} {}
  result<taken> take(std::string_view& bytes) const;
  // Whether the change of this entry loses what JSON does not say of a message that is there.
  status check_change(const taken& entry) const;
  bool is_meant(const taken& entry) const;

  schema entry_;  // Entries are taken apart without a look into messages.
  schema value_schema_;
  std::optional<std::size_t> place_part_;
  std::size_t key_part_ = 0;
  std::size_t value_part_ = 1;
  std::string key_;  // These are encoded.
  std::optional<std::string> place_;
  std::optional<std::string> value_;
  std::size_t problems_ = 0;  // Of messages in value_.
};

}  // namespace weir
