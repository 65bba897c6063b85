// SPDX-License-Identifier: Apache-2.0
// Any bytes as a block of a table, whose checksum is right: refused, or as many entries as it says;
// and what the table takes for a part that consists of the block has as many entries.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/flat_table.hpp"
#include "api/timer_queue.hpp"
#include "state/memory_backend.hpp"

namespace {

constexpr std::uint32_t all_groups = 8;
constexpr weir::key_group_range groups{0, all_groups};

class counted_names final : public weir::known_content {
public:
  bool takes(const weir::content_name&) override { return false; }
};

// Asked for its names, a table gives all blocks names.
std::uint64_t entries_named(weir::state_table& table, const weir::content_name& name) {
  counted_names known;
  const auto frozen = table.freeze();
  std::uint64_t entries = 0;
  while (const auto block = frozen->next_block(&known)) {
    if (block->name == name) entries += block->entries;
  }
  return entries;
}

// A second time nothing of it is new.
template <class Table>
void load_twice(Table& table, const weir::state_block& block) {
  table.expect(block.entries);
  if (!table.load(block)) return;
  WEIR_ASSERT(table.entries() == block.entries);
  for (const auto& part : table.name_loaded()) {
    WEIR_ASSERT(part.blocks == std::vector<std::uint32_t>{block.number});
    WEIR_ASSERT(entries_named(table, part.name) == block.entries);
  }
  WEIR_ASSERT(block.entries == 0 || !table.load(block).ok());
}

template <class Key, class T>
void load_as(const weir::state_block& block) {
  weir::memory_backend backend{groups, all_groups};
  backend.memory().track_changes();
  weir::flat_table<Key, T> table{backend};
  load_twice(table, block);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const weir::state_block block{
      groups, bytes[1], std::string{reinterpret_cast<const char*>(bytes) + 2, size - 2}, {}, 1};
  switch (bytes[0] % 5) {
    case 0:
      load_as<std::uint64_t, std::uint64_t>(block);
      break;
    case 1:
      load_as<std::string, std::vector<std::string>>(block);
      break;
    case 2:
      load_as<std::pair<std::string, std::int32_t>, std::map<std::string, double>>(block);
      break;
    case 3:
      load_as<std::int64_t, std::variant<bool, std::optional<weir::event_time>, std::string>>(
          block);
      break;
    default: {
      weir::memory_backend backend{groups, all_groups};
      weir::timer_queue<std::string> timers{backend};
      load_twice(timers, block);
    }
  }
  return 0;
}
