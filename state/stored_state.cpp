// SPDX-License-Identifier: Apache-2.0
// Opens one file after the other, so that a checkpoint of any parallelism can be looked at.
#include "state/stored_state.hpp"

#include <algorithm>
#include <utility>

#include "state/kept_stores.hpp"
#include "state/snapshot_reader.hpp"
#include "state/table_reader.hpp"

namespace weir {

namespace {

const entry_store_settings settings_of_stores{.directory = {}, .memory = std::uint64_t{64} << 20};

template <class List, class Matches>
auto& find_or_add(List& list, Matches matches) {
  const auto found = std::find_if(list.begin(), list.end(), matches);
  return found == list.end() ? list.emplace_back() : *found;
}

void add(stored_operator& to, const operator_entry& of) {
  for (const auto& table : of.tables) {
    auto& sum = find_or_add(to.tables, [&](const stored_table& each) {
      return each.name == table.name && each.schema == table.schema;
    });
    sum.name = table.name;
    sum.schema = table.schema;
    for (const auto& block : table.blocks) {
      sum.entries += block.entries;
      sum.bytes += block.length;
    }
    if (table.stored) sum.entries += table.stored->entries;
  }
  for (const auto& part : of.parts) {
    const auto& name = part.first;
    auto& sum = find_or_add(to.parts, [&](const stored_part& each) { return each.name == name; });
    sum.name = name;
    sum.bytes += part.second.size();
  }
}

}  // namespace

result<stored_state> stored_state::open(file_system& files, const std::string& path,
                                        entry_stores* stores) {
  if (path.empty()) {
    return error{error_code::invalid_argument, "look for a checkpoint: its path is empty"};
  }
  const checkpoint_directory directory{files, path};
  auto there = directory.at(path);
  if (there) return stored_state{files, stores, std::move(*there)};
  if (there.failure().code != error_code::not_found) return there.failure();
  auto latest = directory.latest();
  if (latest && latest->has_value()) return stored_state{files, stores, std::move(**latest)};
  return there.failure();
}

const std::string& stored_state::name_of(const operator_entry& of) const {
  const auto& all = manifest().operators;
  const auto known = std::find_if(all.begin(), all.end(),
                                  [&](const manifest_operator& each) { return each.id == of.id; });
  return known == all.end() ? of.name : known->name;
}

result<std::vector<stored_operator>> stored_state::operators() const {
  std::vector<stored_operator> all;
  for (const auto& each : manifest().operators) {
    all.push_back({each.id, each.name, each.parallelism, {}, {}});
  }
  for (const auto& file : manifest().files) {
    const auto reader = snapshot_reader::open(*files_, found_.path_of(file));
    if (!reader) return reader.failure();
    for (const auto& of : reader->operators()) {
      const auto known = std::find_if(
          all.begin(), all.end(), [&](const stored_operator& each) { return each.id == of.id; });
      if (known != all.end()) add(*known, of);
    }
  }
  for (auto& each : all) {
    std::sort(each.parts.begin(), each.parts.end(),
              [](const stored_part& a, const stored_part& b) { return a.name < b.name; });
  }
  return all;
}

status stored_state::for_each_block(const table_selection& selection,
                                    const block_visitor& visit) const {
  const auto is_wanted = [](const std::optional<std::string>& wanted, const std::string& name) {
    return !wanted || *wanted == name;
  };
  for (const auto& file : manifest().files) {
    const auto reader = snapshot_reader::open(*files_, found_.path_of(file));
    if (!reader) return reader.failure();
    std::optional<kept_stores> stores;
    if (stores_ != nullptr) stores.emplace(*stores_, settings_of_stores);
    for (const auto& of : reader->operators()) {
      const std::string& name = name_of(of);
      if (!is_wanted(selection.operator_name, name)) continue;
      for (const auto& table : of.tables) {
        if (!is_wanted(selection.table_name, table.name)) continue;
        const key_group_range all{0, reader->about().max_parallelism};
        table_reader blocks{*reader, of, table, all, stores ? &*stores : nullptr};
        for (;;) {
          const auto block = blocks.next();
          if (!block) return block.failure();
          if (!*block) break;
          if (auto visited = visit(name, table, **block); !visited) return visited;
        }
      }
    }
  }
  return {};
}

}  // namespace weir
