// SPDX-License-Identifier: Apache-2.0
// Block by block from the indexes; see state/loaded_parts.hpp.
#include "state/loaded_parts.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace weir {

namespace {

std::string name_of_file(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::uint64_t bytes_of_own_blocks(const snapshot_reader& file) {
  std::uint64_t bytes = 0;
  for (const auto& of : file.operators()) {
    for (const auto& table : of.tables) {
      for (const auto& block : table.blocks) bytes += block.file == 0 ? block.length : 0;
    }
  }
  return bytes;
}

// The file, and behind it those that it refers to: so its blocks say which, counted from there.
void add_files(const snapshot_reader& file, std::vector<written_snapshot::file>& to) {
  to.push_back({{file.about().checkpoint, name_of_file(file.path()), file.size()},
                bytes_of_own_blocks(file),
                0});
  // What else is in those is known to their indexes only.
  for (const auto& each : file.shared()) to.push_back({each, each.bytes, 0});
}

}  // namespace

std::shared_ptr<const written_snapshot> loaded_parts::as_base_in(
    const std::vector<snapshot_reader>& files, checkpoint_id checkpoint) const {
  auto made = std::make_shared<written_snapshot>();
  made->checkpoint = checkpoint;
  std::map<std::size_t, std::uint32_t> first_of;  // In the result, of each file.
  for (const auto& each : tables_) {
    const snapshot_reader& file = files[each.file];
    const auto [place, is_new] =
        first_of.emplace(each.file, static_cast<std::uint32_t>(made->files.size()));
    if (is_new) add_files(file, made->files);
    const auto& tables = file.find(each.of)->tables;
    const auto saved = std::find_if(tables.begin(), tables.end(), [&](const table_entry& table) {
      return table.name == each.name;
    });
    auto& parts = made->tables.emplace_back(written_snapshot::table{each.of, each.name, {}}).parts;
    for (const auto& part : each.parts) {
      auto& blocks = parts[part.name];
      for (const auto number : part.blocks) {
        block_entry block = saved->blocks[number - 1];
        block.file += place->second;
        made->files[block.file].referenced += block.length;
        blocks.push_back(block);
      }
    }
  }
  return made;
}

}  // namespace weir
