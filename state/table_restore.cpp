// SPDX-License-Identifier: Apache-2.0
// Loading block by block; see state/table_restore.hpp.
#include "state/table_restore.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "api/schema_text.hpp"
#include "state/schema_evolution.hpp"

namespace weir {

namespace {

std::string to_string(const table_schema& schema, const table_schema& other) {
  const auto entry = without_descriptors(schema.entry);
  return schema.kind == other.kind ? entry : schema.kind + ' ' + entry;
}

error other_type(const std::string& name, const table_schema& saved, const table_schema& now,
                 const error& cause) {
  return {cause.code,
          "state \"" + name + "\" was saved as " + to_string(saved, now) + " but is now " +
              to_string(now, saved) + ": " + cause.message +
              "; give it its former type back, or another name, with which it starts empty"};
}

error damaged(const std::string& what) {
  return {error_code::corrupt_data, what + "; the checkpoint is damaged, restore an older one"};
}

result<state_block> converted(const state_block& block, const conversion_step& by) {
  state_block made{block.groups, block.entries, {}};
  made.bytes.reserve(block.bytes.size());
  std::string_view rest = block.bytes;
  for (std::uint64_t i = 0; i < block.entries; ++i) {
    if (const auto done = convert(by, rest, made.bytes); !done) {
      return damaged("entry " + std::to_string(i + 1) + " of " + std::to_string(block.entries) +
                     ": " + done.failure().message);
    }
  }
  if (rest.empty()) return made;
  return damaged(std::to_string(rest.size()) + " bytes are left behind the last entry");
}

status load(restored_table& saved, const conversion_step* by, state_table& into) {
  for (;;) {
    const auto block = saved.next_block();
    if (!block) return block.failure();
    if (!*block) return {};
    if (by == nullptr) {
      if (auto loaded = into.load(**block); !loaded) return loaded;
      continue;
    }
    const auto made = converted(**block, *by);
    if (!made) return made.failure();
    if (auto loaded = into.load(*made); !loaded) return loaded;
  }
}

// Whether the table has what is in the store already.
bool begin_with_stored(const restored_operator& from, const std::string& name, state_table& table) {
  const kept_store* const own = from.own_store();
  if (own == nullptr) return false;
  const auto range = own->ranges.find(name);
  return range != own->ranges.end() && table.begin_with(range->second);
}

}  // namespace

result<table_restore> restore_table(const restored_operator& from, const std::string& name,
                                    state_table& table) {
  const auto saved = from.table(name);
  if (saved == nullptr) return table_restore{};
  const table_schema now = table.schema();
  table_restore done{.was_saved = true, .has_evolved = saved->schema() != now, .changes = {}};
  std::optional<schema_evolution> evolution;
  if (done.has_evolved) {
    auto planned = plan_evolution(saved->schema(), now, table.notes());
    if (!planned) return other_type(name, saved->schema(), now, planned.failure());
    evolution = *std::move(planned);
    done.changes = std::move(evolution->changes);
  }
  if (!done.has_evolved && begin_with_stored(from, name, table)) saved->leave_out_stored();
  table.expect(saved->entries());
  const auto loaded = load(*saved, evolution ? &evolution->step : nullptr, table);
  if (loaded) {
    if (auto parts = table.name_loaded(); !parts.empty()) from.note_loaded(name, std::move(parts));
    return done;
  }
  return within("restore state \"" + name + "\"", loaded.failure());
}

error state_left_out(const std::string& name) {
  return {error_code::invalid_argument,
          "the checkpoint holds its state \"" + name +
              "\", which it does not open any more; open it, or give the operator another uid and "
              "restore with --allow-non-restored-state to leave the state behind"};
}

}  // namespace weir
