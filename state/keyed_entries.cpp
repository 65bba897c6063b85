// SPDX-License-Identifier: Apache-2.0
// Walking is converting into the same; see state/keyed_entries.hpp.
#include "state/keyed_entries.hpp"

#include <utility>

#include "state/schema.hpp"
#include "state/schema_evolution.hpp"

namespace weir {

result<keyed_entries> keyed_entries::of(const table_schema& table) {
  const auto entry = parse_schema(table.entry);
  if (!entry) return entry.failure();
  if (table.kind != "keyed" || entry->kind != schema_kind::tuple || entry->parts.size() != 2) {
    return error{error_code::invalid_argument,
                 "entries of " + table.kind + " " + table.entry + " have no keys that are known"};
  }
  if (const schema* const unknown = foreign_part(*entry)) {
    return error{error_code::invalid_argument,
                 "only the program that wrote it knows what " + unknown->text + " looks like"};
  }
  const auto step_of = [](const schema& part) {
    return plan_evolution(part.text, present_type{part.text, {}});
  };
  auto key = step_of(entry->parts[0]);
  if (!key) return key.failure();
  auto value = step_of(entry->parts[1]);
  if (!value) return value.failure();
  return keyed_entries{std::move(key->step), std::move(value->step)};
}

result<std::string_view> keyed_entries::take(std::string_view& bytes) {
  ignored_.clear();
  const std::string_view before = bytes;
  if (const auto walked = convert(key_, bytes, ignored_); !walked) return walked.failure();
  const std::string_view key = before.substr(0, before.size() - bytes.size());
  if (const auto walked = convert(value_, bytes, ignored_); !walked) return walked.failure();
  return key;
}

}  // namespace weir
