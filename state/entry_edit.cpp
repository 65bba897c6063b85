// SPDX-License-Identifier: Apache-2.0
// See state/entry_edit.hpp.
#include "state/entry_edit.hpp"

#include <utility>
#include <vector>

#include "api/codec.hpp"
#include "state/json_encoding.hpp"
#include "state/message_type.hpp"
#include "state/schema_value.hpp"
#include "state/state_entry.hpp"

namespace weir {

namespace {

result<std::string> encoded(std::string_view what, const schema& of, const std::string& json) {
  std::string bytes;
  const auto done = encode_json(bytes, of, json);
  if (done) return bytes;
  if (what == "key" && of.kind == schema_kind::string) {
    // A string may be given as it is.
    bytes.clear();
    codec<std::string>::encode(json, bytes);
    return bytes;
  }
  return within(std::string{what} + " " + json, done.failure());
}

// Of the messages in it.
result<std::vector<std::string>> problems_of(const schema& of, std::string_view value) {
  std::vector<std::string> problems;
  std::string shown;
  if (auto done = append_value(shown, of, value, problems); !done) return done.failure();
  return problems;
}

}  // namespace

result<entry_edit> entry_edit::of(const table_schema& table, const savepoint_edit& edit) {
  auto entry = entry_schema_of(table);
  if (!entry) return entry.failure();
  entry_edit made{std::move(*entry)};
  const bool has_place = table.kind == "timers" || table.kind == "window-slices";
  if (has_place) {
    made.place_part_ = 0;
    made.key_part_ = 1;
    made.value_part_ = 2;
  }
  const bool is_known = has_place || table.kind == "keyed";
  if (!is_known || made.entry_.kind != schema_kind::tuple ||
      made.entry_.parts.size() != made.value_part_ + 1) {
    return error{error_code::invalid_argument,
                 "a table of the kind " + table.kind + " has no keys that are known here"};
  }
  auto key = encoded("key", made.entry_.parts[made.key_part_], *edit.key);
  if (!key) return key.failure();
  made.key_ = *std::move(key);
  if (edit.place && !has_place) {
    return error{error_code::invalid_argument, "a key of it has one entry, without a place"};
  }
  if (edit.place) {
    auto place = encoded("place", made.entry_.parts[0], *edit.place);
    if (!place) return place.failure();
    made.place_ = *std::move(place);
  }
  if (edit.value) {
    made.value_schema_ = made.entry_.parts[made.value_part_];
    learn_messages(made.value_schema_);
    auto value = encoded("value", made.value_schema_, *edit.value);
    if (!value) return value.failure();
    const auto problems = problems_of(made.value_schema_, *value);
    if (!problems) return within("value " + *edit.value, problems.failure());
    made.problems_ = problems->size();
    made.value_ = *std::move(value);
  }
  return made;
}

result<entry_edit::taken> entry_edit::take(std::string_view& bytes) const {
  const std::string_view before = bytes;
  taken entry;
  std::string shown;
  for (std::size_t i = 0; i < entry_.parts.size(); ++i) {
    const std::string_view start = bytes;
    if (const auto done = append_value(shown, entry_.parts[i], bytes); !done) {
      return done.failure();
    }
    const auto part = start.substr(0, start.size() - bytes.size());
    (i == key_part_ ? entry.key : i == value_part_ ? entry.value : entry.place) = part;
  }
  entry.whole = before.substr(0, before.size() - bytes.size());
  return entry;
}

bool entry_edit::is_meant(const taken& entry) const {
  return entry.key == key_ && (!place_ || entry.place == *place_);
}

status entry_edit::check_change(const taken& entry) const {
  if (!value_) return {};
  const auto before = problems_of(value_schema_, entry.value);
  if (!before) return before.failure();
  if (before->size() <= problems_) return {};
  return error{error_code::invalid_argument,
               "the value that is there holds more than its JSON says, which would be lost: " +
                   before->front() +
                   "; change the message's base64, or take the key out with --remove first"};
}

result<std::uint64_t> entry_edit::count(const state_block& block) const {
  std::uint64_t meant = 0;
  for (std::string_view rest = block.bytes; !rest.empty();) {
    const auto entry = take(rest);
    if (!entry) return entry.failure();
    if (!is_meant(*entry)) continue;
    if (auto checked = check_change(*entry); !checked) return checked.failure();
    ++meant;
  }
  return meant;
}

result<state_block> entry_edit::apply(const state_block& block) const {
  state_block made{block.groups, 0, {}};
  for (std::string_view rest = block.bytes; !rest.empty();) {
    const auto entry = take(rest);
    if (!entry) return entry.failure();
    const bool is_changed = is_meant(*entry);
    if (is_changed && !value_) continue;
    ++made.entries;
    if (is_changed) {
      // The value is the last part.
      made.bytes += entry->whole.substr(0, entry->whole.size() - entry->value.size());
      made.bytes += *value_;
    } else {
      made.bytes += entry->whole;
    }
  }
  return made;
}

result<std::string> entry_edit::fresh_entry() const {
  if (!place_part_) return key_ + *value_;
  return error{error_code::invalid_argument,
               "only a job adds timers and windows; what is there can be changed and removed"};
}

}  // namespace weir
