// SPDX-License-Identifier: Apache-2.0
// A table that is filled from blocks knows which of its parts are made of which of them: each part
// has the entries of its blocks, all of them and no others.
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/flat_table.hpp"
#include "api/operators/window_slices.hpp"
#include "state/memory_backend.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

constexpr std::uint32_t groups = 128;

// Asks for all names and takes none: so all blocks have one.
class nothing_known final : public known_content {
public:
  bool takes(const content_name&) override { return false; }
};

std::vector<state_block> numbered_blocks_of(state_table& table) {
  nothing_known known;
  const auto frozen = table.freeze();
  std::vector<state_block> blocks;
  while (auto block = frozen->next_block(&known)) {
    blocks.push_back(*std::move(block));
    blocks.back().number = static_cast<std::uint32_t>(blocks.size());
  }
  return blocks;
}

template <class Entry>
void add_entries(const state_block& block, std::multiset<Entry>& to) {
  ASSERT_TRUE((decode_entries<Entry>(block, [&](Entry entry) {
    to.insert(std::move(entry));
    return status{};
  })));
}

struct outcome {
  std::uint64_t entries = 0;
  std::uint64_t in_parts = 0;
};

// Fills `table` and compares its parts with what it says it has by their names.
template <class Entry>
outcome load_and_compare(state_table& table, const std::vector<state_block>& blocks) {
  outcome seen;
  for (const auto& each : blocks) seen.entries += each.entries;
  table.expect(seen.entries);
  for (const auto& each : blocks) EXPECT_TRUE(table.load(each));
  const auto parts = table.name_loaded();
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::multiset<Entry>> by_name;
  for (const auto& each : numbered_blocks_of(table)) {
    if (each.name) add_entries(each, by_name[{each.name->array, each.name->extent}]);
  }
  for (const auto& part : parts) {
    std::multiset<Entry> expected;
    for (const auto number : part.blocks) add_entries(blocks[number - 1], expected);
    EXPECT_EQ((by_name[{part.name.array, part.name.extent}]), expected) << part.name.extent;
    seen.in_parts += expected.size();
  }
  return seen;
}

memory_backend tracking_backend() {
  memory_backend backend{{0, groups}, groups};
  backend.memory().track_changes();
  return backend;
}

TEST(FlatTableLoading, KnowsItsPartsWhateverItHas) {
  for (const auto seed : seeds_for(20)) {
    SCOPED_TRACE(seed);
    random_numbers random{seed};
    auto backend = tracking_backend();
    using table_type = flat_table<std::string, std::string>;
    table_type table{backend};
    const auto keys = 1 + random.below(30'000);
    for (std::uint64_t i = 0; i < keys; ++i) {
      const auto key = std::to_string(random.below(2 * keys));
      table.find_or_insert(key, hash_key(key)) = std::string(random.below(40), 'v');
      const auto gone = std::to_string(random.below(2 * keys));
      if (random.below(4) == 0) table.erase(gone, hash_key(gone));
    }
    table.continue_growing(~std::size_t{0});
    const auto blocks = numbered_blocks_of(table);
    auto other = tracking_backend();
    table_type loaded{other};
    load_and_compare<std::tuple<std::string, std::string>>(loaded, blocks);
  }
}

TEST(FlatTableLoading, KnowsNearlyAllOfATableThatIsAsLarge) {
  auto backend = tracking_backend();
  using table_type = flat_table<std::uint64_t, std::uint64_t>;
  table_type table{backend};
  for (std::uint64_t key = 0; key < 150'000; ++key) table.find_or_insert(key, hash_key(key)) = key;
  table.continue_growing(~std::size_t{0});
  const auto blocks = numbered_blocks_of(table);
  auto other = tracking_backend();
  table_type loaded{other};
  const auto seen = load_and_compare<std::tuple<std::uint64_t, std::uint64_t>>(loaded, blocks);
  EXPECT_EQ(seen.entries, 150'000U);
  EXPECT_GE(seen.in_parts, 147'000U);
}

// Keys are their own hashes.
struct as_it_is {
  std::uint64_t operator()(std::uint64_t key) const { return key; }
};

// So many keys of one home end up far from it, in extents to which their blocks do not belong.
TEST(FlatTableLoading, KnowsItsPartsOfACrowdedTable) {
  for (const auto seed : seeds_for(20)) {
    SCOPED_TRACE(seed);
    random_numbers random{seed};
    auto backend = tracking_backend();
    using table_type = flat_table<std::uint64_t, std::string, as_it_is>;
    const hash_range range{{0, groups}, groups};
    table_type table{backend.memory(), range};
    std::set<std::uint64_t> keys;
    const std::uint64_t crowd = random.below(1U << 30) << 28;
    const auto crowded = 300 + random.below(600);
    while (keys.size() < crowded) keys.insert(crowd + random.below(100'000));
    while (keys.size() < crowded + 20'000) {
      keys.insert(random.below(~std::uint64_t{0}) | 1);
    }
    for (const auto key : keys) {
      if (range.contains(key)) table.find_or_insert(key, key) = std::string(1'000, 'v');
    }
    table.continue_growing(~std::size_t{0});
    const auto blocks = numbered_blocks_of(table);
    auto other = tracking_backend();
    table_type loaded{other.memory(), range};
    load_and_compare<std::tuple<std::uint64_t, std::string>>(loaded, blocks);
  }
}

TEST(FlatTableLoading, KnowsTheSlicesOfWindows) {
  using slices_type = window_slices<std::uint64_t, std::uint64_t>;
  auto backend = tracking_backend();
  slices_type slices{backend, 0};
  // Small ones, of which several are in one block, and large ones.
  for (const std::int64_t index : {1, 2, 3, 4, 5, 6}) {
    const std::uint64_t keys = index % 2 == 0 ? 15'000 : 5;
    for (std::uint64_t key = 0; key < keys; ++key) {
      slices.open(index).find_or_insert(key, hash_key(key)) =
          key * 10 + static_cast<unsigned>(index);
    }
    slices.open(index).continue_growing(~std::size_t{0});
  }
  const auto blocks = numbered_blocks_of(slices);
  auto other = tracking_backend();
  slices_type loaded{other, 0};
  using entry = std::tuple<slice_index, std::uint64_t, std::uint64_t>;
  const auto seen = load_and_compare<entry>(loaded, blocks);
  EXPECT_EQ(seen.entries, 45'015U);
  EXPECT_GE(seen.in_parts, 40'000U);
}

TEST(FlatTableLoading, KnowsNoPartsOfAnotherSubtasksBlocks) {
  auto backend = tracking_backend();
  using table_type = flat_table<std::uint64_t, std::uint64_t>;
  table_type table{backend};
  for (std::uint64_t key = 0; key < 50'000; ++key) table.find_or_insert(key, hash_key(key)) = key;
  table.continue_growing(~std::size_t{0});
  auto blocks = numbered_blocks_of(table);
  for (auto& each : blocks) each.number = 0;
  auto other = tracking_backend();
  table_type loaded{other};
  EXPECT_EQ((load_and_compare<std::tuple<std::uint64_t, std::uint64_t>>(loaded, blocks).in_parts),
            0U);
}

}  // namespace
}  // namespace weir
