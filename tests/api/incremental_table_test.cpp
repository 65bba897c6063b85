// SPDX-License-Identifier: Apache-2.0
// A table that is frozen again hands out what has changed since, and names the rest; both together
// are what it had at that moment, whatever happened in between.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

#include "api/flat_table.hpp"
#include "api/operators/window_slices.hpp"
#include "api/timer_queue.hpp"
#include "state/huge_page_memory.hpp"
#include "state/memory_backend.hpp"
#include "state/written_snapshot.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/snapshot_of.hpp"

namespace weir {
namespace {

constexpr std::uint32_t groups = 128;

// What a chain of snapshots has of one table.
class known_blocks final : public known_content {
public:
  // All blocks of a snapshot that is based on the last one.
  std::vector<state_block> read(frozen_table& frozen) {
    fresh_.clear();
    taken_.clear();
    read_ = 0;
    std::vector<state_block> all;
    while (auto block = frozen.next_block(this)) {
      ++read_;
      if (block->name) fresh_[*block->name].push_back(*block);
      all.push_back(*std::move(block));
    }
    all.insert(all.end(), taken_.begin(), taken_.end());
    last_ = fresh_;
    return all;
  }
  bool takes(const content_name& name) override {
    const bool is_new = fresh_.try_emplace(name).second;
    EXPECT_TRUE(is_new) << "asked twice";
    const auto found = last_.find(name);
    if (found == last_.end()) return false;
    fresh_[name] = found->second;
    taken_.insert(taken_.end(), found->second.begin(), found->second.end());
    return true;
  }
  std::size_t blocks_read() const { return read_; }
  std::size_t blocks_taken() const { return taken_.size(); }
  void forget() { last_.clear(); }

private:
  using blocks_by_name =
      std::unordered_map<content_name, std::vector<state_block>, content_name_hash>;
  blocks_by_name last_;
  blocks_by_name fresh_;
  std::vector<state_block> taken_;
  std::size_t read_ = 0;
};

std::shared_ptr<page_memory> tracking_memory() {
  auto memory = std::make_shared<huge_page_memory>();
  memory->track_changes();
  return memory;
}

template <class Key, class T>
std::map<Key, T> loaded(const std::vector<state_block>& blocks) {
  const auto memory = std::make_shared<huge_page_memory>();
  flat_table<Key, T> table{*memory, hash_range{{0, groups}, groups}};
  load_all(table, blocks);
  std::map<Key, T> content;
  table.for_each([&](const Key& key, const T& value) { content.emplace(key, value); });
  return content;
}

template <class Key>
Key key_of(std::uint64_t number) {
  if constexpr (std::is_same_v<Key, std::string>) {
    return "key " + std::to_string(number);
  } else {
    return static_cast<Key>(number);
  }
}

// Random changes of every kind; after some of them a snapshot, read at once, later or not at all.
// How many blocks were taken over from a snapshot before.
template <class Key>
std::size_t expect_what_it_was(std::uint64_t seed, std::uint64_t keys) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_numbers random{seed};
  const auto memory = tracking_memory();
  flat_table<Key, std::string> table{*memory, hash_range{{0, groups}, groups}};
  std::map<Key, std::string> model;
  known_blocks known;
  std::size_t taken = 0;
  const auto change = [&] {
    const Key key = key_of<Key>(random.below(random.below(4) == 0 ? keys : keys / 8 + 1));
    const auto hash = hash_key(key);
    switch (random.below(8)) {
      case 0:
        EXPECT_EQ(table.erase(key, hash), model.erase(key) > 0);
        return;
      case 1:
        if (auto* found = table.find(key, hash)) *found = model[key] = "found";
        return;
      default:
        table.update(key, hash, [&](std::string& value) { value += 'x'; });
        model[key] += 'x';
    }
  };
  const auto some = [&](std::uint64_t most) {
    return random.below(random.below(2) == 0 ? 4 : most);
  };
  for (int round = 0; round < 30; ++round) {
    for (auto changes = some(keys / 4 + 2); changes > 0; --changes) change();
    switch (random.below(20)) {
      case 0:
        table.clear();
        model.clear();
        break;
      case 1:
        table.for_each([](const Key&, std::string& value) { value = "visited"; });
        for (auto& each : model) each.second = "visited";
        break;
      case 2:
        table.reserve(2 * table.size() + 100);
        break;
      case 3:
        known.forget();
        break;
      default:
        break;
    }
    const auto frozen = table.freeze();
    const auto then = model;
    for (auto changes = some(keys / 8 + 2); changes > 0; --changes) change();
    if (random.below(6) == 0) continue;  // Dropped: then nobody knows what it named.
    const auto blocks = known.read(*frozen);
    taken += known.blocks_taken();
    EXPECT_EQ((loaded<Key, std::string>(blocks)), then) << "round " << round;
    if (testing::Test::HasFailure()) break;
  }
  return taken;
}

TEST(IncrementalTable, IsWhatItWasWhateverChanges) {
  for (const std::uint64_t keys : {3, 40, 700, 5000}) {
    std::size_t taken = 0;
    for (const auto seed : seeds_for(10)) {
      taken += expect_what_it_was<std::uint64_t>(seed, keys);
      taken += expect_what_it_was<std::string>(seed, keys);
    }
    EXPECT_TRUE(keys < 5000 || taken > 0) << "no seed kept a block";
  }
}

TEST(IncrementalTable, HandsOutOnlyTheExtentsThatHaveChanged) {
  const auto memory = tracking_memory();
  flat_table<std::uint64_t, std::uint64_t> table{*memory, hash_range{{0, groups}, groups}};
  for (std::uint64_t key = 1; key <= 50'000; ++key) table.find_or_insert(key, hash_key(key)) = key;
  table.continue_growing(1'000'000);
  known_blocks known;
  known.read(*table.freeze());
  const auto all = known.blocks_read();
  EXPECT_GT(all, 50U);
  known.read(*table.freeze());
  EXPECT_EQ(known.blocks_read(), 0U);
  EXPECT_EQ(known.blocks_taken(), all);
  *table.find(17, hash_key(std::uint64_t{17})) += 1;
  const auto blocks = known.read(*table.freeze());
  EXPECT_EQ(known.blocks_read(), 1U);
  EXPECT_EQ((loaded<std::uint64_t, std::uint64_t>(blocks).at(17)), 18U);
}

TEST(IncrementalTable, IsReadByAnotherThreadWhileItChanges) {
  random_numbers random{seeds_for(1).front()};
  const auto memory = tracking_memory();
  flat_table<std::uint64_t, std::uint64_t> table{*memory, hash_range{{0, groups}, groups}};
  std::map<std::uint64_t, std::uint64_t> model;
  known_blocks known;
  const auto change = [&](std::uint64_t changes) {
    for (; changes > 0; --changes) {
      const auto key = random.below(20'000);
      model[key] = table.find_or_insert(key, hash_key(key)) += changes;
    }
  };
  change(50'000);
  for (int round = 0; round < 20; ++round) {
    change(round % 3 == 0 ? 5 : 1000);
    const auto frozen = table.freeze();
    const auto then = model;
    std::vector<state_block> blocks;
    std::thread reader{[&] { blocks = known.read(*frozen); }};
    change(round % 2 == 0 ? 5 : 5000);
    reader.join();
    ASSERT_EQ((loaded<std::uint64_t, std::uint64_t>(blocks)), then) << "round " << round;
  }
}

TEST(IncrementalTable, ReadsNothingThatItOnlyLooksAt) {
  const auto memory = tracking_memory();
  flat_table<std::uint64_t, std::uint64_t> table{*memory, hash_range{{0, groups}, groups}};
  for (std::uint64_t key = 1; key <= 100; ++key) table.find_or_insert(key, hash_key(key)) = key;
  known_blocks known;
  known.read(*table.freeze());
  std::uint64_t sum = 0;
  table.for_each([&](std::uint64_t, const std::uint64_t& value) { sum += value; });
  EXPECT_EQ(sum, 5050U);
  known.read(*table.freeze());
  EXPECT_EQ(known.blocks_read(), 0U);
}

TEST(IncrementalTable, HandsOutTheKeyZeroAlways) {
  const auto memory = tracking_memory();
  flat_table<std::uint64_t, std::uint64_t> table{*memory, hash_range{{0, groups}, groups}};
  table.find_or_insert(0, hash_key(std::uint64_t{0})) = 5;
  table.find_or_insert(1, hash_key(std::uint64_t{1})) = 6;
  known_blocks known;
  for (int i = 0; i < 3; ++i) {
    const std::map<std::uint64_t, std::uint64_t> expected{{0, 5}, {1, 6}};
    EXPECT_EQ((loaded<std::uint64_t, std::uint64_t>(known.read(*table.freeze()))), expected);
    EXPECT_EQ(known.blocks_read(), i == 0 ? 2U : 1U);
  }
}

TEST(IncrementalTable, HasNoNamesWhereChangesAreNotTracked) {
  const auto memory = std::make_shared<huge_page_memory>();
  flat_table<std::uint64_t, std::uint64_t> table{*memory, hash_range{{0, groups}, groups}};
  for (std::uint64_t key = 1; key <= 1000; ++key) table.find_or_insert(key, hash_key(key)) = key;
  known_blocks known;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ((loaded<std::uint64_t, std::uint64_t>(known.read(*table.freeze())).size()), 1000U);
    EXPECT_EQ(known.blocks_taken(), 0U);
  }
}

TEST(IncrementalTable, NeedsNoNamesIfNobodyAsksForThem) {
  const auto memory = tracking_memory();
  flat_table<std::uint64_t, std::uint64_t> table{*memory, hash_range{{0, groups}, groups}};
  for (std::uint64_t key = 0; key < 1000; ++key) table.find_or_insert(key, hash_key(key)) = key;
  const auto blocks = blocks_of(table);
  for (const auto& block : blocks) EXPECT_FALSE(block.name);
  EXPECT_EQ((loaded<std::uint64_t, std::uint64_t>(blocks).size()), 1000U);
}

TEST(IncrementalTable, LeavesOutWindowSlicesThatHaveNotChanged) {
  memory_backend backend{{0, groups}, groups};
  backend.memory().track_changes();
  window_slices<std::uint64_t, std::uint64_t> slices{backend, 0};
  const auto fill = [&](slice_index slice, std::uint64_t value) {
    for (std::uint64_t key = 1; key <= 50; ++key) {
      slices.open(slice).find_or_insert(key, hash_key(key)) = value;
    }
  };
  const auto values_of = [&](const std::vector<state_block>& blocks) {
    memory_backend other{{0, groups}, groups};
    window_slices<std::uint64_t, std::uint64_t> restored{other, 0};
    load_all(restored, blocks);
    std::map<slice_index, std::uint64_t> values;
    restored.for_each_between(0, 100, [&](slice_index slice, auto& table) {
      EXPECT_EQ(table.size(), 50U);
      table.for_each([&](std::uint64_t, const std::uint64_t& value) { values[slice] = value; });
    });
    return values;
  };
  known_blocks known;
  fill(1, 10);
  fill(2, 20);
  EXPECT_EQ(values_of(known.read(*slices.freeze())),
            (std::map<slice_index, std::uint64_t>{{1, 10}, {2, 20}}));
  fill(2, 21);
  fill(3, 30);
  EXPECT_EQ(values_of(known.read(*slices.freeze())),
            (std::map<slice_index, std::uint64_t>{{1, 10}, {2, 21}, {3, 30}}));
  EXPECT_EQ(known.blocks_taken(), 1U);
  // Its table is used again.
  slices.close_before(2);
  fill(4, 40);
  EXPECT_EQ(values_of(known.read(*slices.freeze())),
            (std::map<slice_index, std::uint64_t>{{2, 21}, {3, 30}, {4, 40}}));
  EXPECT_EQ(known.blocks_taken(), 2U);
}

}  // namespace
}  // namespace weir
