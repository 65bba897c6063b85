// SPDX-License-Identifier: Apache-2.0
// Decodes the parts of an entry in the order of their encoding; see state/state_entry.hpp.
#include "state/state_entry.hpp"

#include <utility>

#include "state/message_type.hpp"
#include "state/schema_value.hpp"

namespace weir {

result<schema> entry_schema_of(const table_schema& table) {
  auto entry = parse_schema(table.entry);
  if (!entry) return entry.failure();
  if (const schema* foreign = foreign_part(*entry)) {
    return error{error_code::invalid_argument, "entries " + entry->text +
                                                   ": only the program that wrote it knows how '" +
                                                   foreign->text + "' is encoded"};
  }
  return entry;
}

result<entry_decoder> entry_decoder::of(const table_schema& table) {
  auto entry = entry_schema_of(table);
  if (!entry) return entry.failure();
  learn_messages(*entry);
  entry_decoder decoder{std::move(*entry)};
  decoder.take_apart(table.kind);
  return decoder;
}

void entry_decoder::take_apart(const std::string& kind) {
  const bool is_keyed = kind == "keyed";
  const bool has_place = kind == "timers" || kind == "window-slices";
  const std::size_t parts = is_keyed ? 2 : 3;
  if ((!is_keyed && !has_place) || entry_.kind != schema_kind::tuple ||
      entry_.parts.size() != parts) {
    return;
  }
  is_apart_ = true;
  if (!has_place) return;
  place_ = 0;
  key_ = 1;
  value_ = 2;
  place_name_ = kind == "timers" ? "time" : "slice";
}

result<state_entry> entry_decoder::next(std::string_view& bytes) const {
  state_entry entry;
  const auto take = [&](const schema& part, std::string& json, std::string& raw) -> status {
    const std::string_view before = bytes;
    auto taken = append_value(json, part, bytes);
    if (taken) raw += before.substr(0, before.size() - bytes.size());
    return taken;
  };
  if (!is_apart_) {
    entry.key = "null";
    if (const auto taken = take(entry_, entry.value, entry.content); !taken) return taken.failure();
    entry.identity = entry.content;
    return entry;
  }
  for (std::size_t i = 0; i < entry_.parts.size(); ++i) {
    std::string& json = i == key_ ? entry.key : i == value_ ? entry.value : entry.place;
    std::string& raw = i == value_ ? entry.content : entry.identity;
    if (const auto taken = take(entry_.parts[i], json, raw); !taken) return taken.failure();
  }
  return entry;
}

}  // namespace weir
