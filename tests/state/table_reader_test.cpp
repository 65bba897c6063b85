// SPDX-License-Identifier: Apache-2.0
// A state that is partly in blocks and partly in the files of a store is read as a whole, by
// whoever restores it and however the key groups are divided then.
#include "state/table_reader.hpp"

#include <array>
#include <map>

#include <gtest/gtest.h>

#include "api/flat_table.hpp"
#include "state/snapshot_set.hpp"
#include "state/snapshot_writer.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/snapshot_content.hpp"
#include "tests/support/tested_backend.hpp"

namespace weir {
namespace {

constexpr operator_id counts{7};
constexpr std::uint32_t groups = 128;
using table = flat_table<std::string, std::uint64_t>;
// By the number of the table and the key.
using model = std::map<std::pair<std::size_t, std::string>, std::uint64_t>;
constexpr std::size_t tables = 3;

class TableReader : public testing::TestWithParam<tested_state> {
protected:
  // One subtask of `parallelism`.
  struct instance {
    std::unique_ptr<memory_backend> backend;
    std::array<table*, tables> all{};
    table* counted = nullptr;  // The first of them.
    std::shared_ptr<const written_snapshot> written{};
  };

  instance start(std::uint32_t subtask, std::uint32_t parallelism, tested_state state,
                 const snapshot_set* restored = nullptr, std::size_t most_in_memory = 2000) {
    const auto mine = key_groups_of({subtask}, parallelism, groups);
    instance made{make_tested_backend(mine, groups, state, most_in_memory)};
    made.backend->memory().track_changes();
    const auto former = restored == nullptr ? nullptr : restored->restored(counts, mine);
    made.backend->restore_from(former.get());
    for (std::size_t i = 0; i < tables; ++i) {
      const std::string name = i == 0 ? "counts" : "more " + std::to_string(i);
      made.all[i] =
          static_cast<table*>(&made.backend->adopt(name, std::make_unique<table>(*made.backend)));
    }
    made.counted = made.all.front();
    made.backend->end_restore();
    return made;
  }

  std::string path(std::uint64_t checkpoint, std::uint32_t subtask) const {
    return directory_ / ("chk-" + std::to_string(checkpoint) + "/task-" + std::to_string(subtask) +
                         ".attempt-1.snap");
  }
  // Takes the checkpoint; what comes until it is written is none of its business.
  template <class Meanwhile>
  void write(instance& of, std::uint64_t checkpoint, std::uint32_t subtask,
             std::uint32_t parallelism, Meanwhile&& meanwhile) {
    operator_snapshot content{counts, "counts", {}, {}};
    of.backend->freeze_into(content);
    auto writer = snapshot_writer::create(files_, path(checkpoint, subtask),
                                          {{checkpoint}, "counts", {subtask}, parallelism, groups},
                                          content_of(std::move(content)), of.written);
    ASSERT_TRUE(writer) << writer.failure().message;
    for (;;) {
      const auto is_whole = writer->write_some(1000);
      ASSERT_TRUE(is_whole) << is_whole.failure().message;
      if (*is_whole) break;
      meanwhile();
    }
    of.written = writer->written();
  }

  snapshot_set opened(std::uint64_t checkpoint, std::uint32_t parallelism) {
    std::vector<std::string> paths;
    for (std::uint32_t i = 0; i < parallelism; ++i) paths.push_back(path(checkpoint, i));
    auto stores = std::make_shared<kept_stores>(tested_stores(GetParam()),
                                                entry_store_settings{directory_.path(), 0});
    auto set = snapshot_set::open(files_, {checkpoint}, std::move(paths), std::move(stores));
    EXPECT_TRUE(set) << set.failure().message;
    return *std::move(set);
  }

  static void expect(std::vector<instance>& all, const model& expected, const std::string& what) {
    model found;
    std::size_t size = 0;
    for (instance& each : all) {
      for (std::size_t i = 0; i < tables; ++i) {
        size += each.all[i]->size();
        each.all[i]->for_each([&](const std::string& key, const std::uint64_t& n) {
          EXPECT_TRUE(found.emplace(std::pair{i, key}, n).second)
              << what << ": " << key << " comes twice";
        });
      }
    }
    EXPECT_EQ(size, expected.size()) << what;
    EXPECT_EQ(found, expected) << what;
  }

  // The files are the map's, too: RocksDB knows no other disk.
  posix_file_system files_;
  temporary_directory directory_;
};

// Changes some keys of those that belong to it. The first table is large; what there is of the
// others is touched so often that it may be all in memory, whatever was left in the store before.
void change(const std::array<table*, tables>& all, hash_range mine, model& expected,
            random_numbers& random, int steps) {
  for (int i = 0; i < steps; ++i) {
    const std::size_t which = random.below(tables);
    const std::string key = "key " + std::to_string(random.below(which == 0 ? 600 : 6));
    const std::uint64_t hash = hash_key(key);
    if (!mine.contains(hash)) continue;
    if (random.below(5) == 0) {
      EXPECT_EQ(all[which]->erase(key, hash), expected.erase({which, key}) > 0) << key;
    } else {
      const std::uint64_t n = ++all[which]->find_or_insert(key, hash);
      EXPECT_EQ(n, (++expected[{which, key}])) << key;
    }
  }
}

TEST_P(TableReader, RestoresWhatWasThereWhoeverRestoresIt) {
  std::size_t with_store = 0;
  // Opening RocksDB takes its time.
  const std::uint64_t seeds = GetParam() == tested_state::map ? 40 : 3;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    random_numbers random{seed};
    const auto parallelism = static_cast<std::uint32_t>(1 + random.below(3));
    std::vector<instance> all;
    for (std::uint32_t i = 0; i < parallelism; ++i)
      all.push_back(start(i, parallelism, GetParam()));
    std::vector<model> now(parallelism);
    for (std::uint64_t round = 1; round <= 5; ++round) {
      const std::uint64_t checkpoint = seed * 100 + round;
      model then;
      for (std::uint32_t i = 0; i < parallelism; ++i) {
        const hash_range mine{key_groups_of({i}, parallelism, groups), groups};
        const auto go_on = [&](int steps) {
          change(all[i].all, mine, now[i], random, steps);
          all[i].backend->trim();
        };
        for (int batch = 0; batch < 6; ++batch) go_on(60);
        then.insert(now[i].begin(), now[i].end());
        write(all[i], checkpoint, i, parallelism, [&] { go_on(20); });
      }
      const auto set = opened(checkpoint, parallelism);
      const std::string what = "seed " + std::to_string(seed) + ", round " + std::to_string(round);
      for (const auto state : {GetParam(), tested_state::memory}) {
        const auto later = static_cast<std::uint32_t>(1 + random.below(4));
        for (const std::uint32_t width : {parallelism, later}) {
          std::vector<instance> restored;
          for (std::uint32_t i = 0; i < width; ++i) {
            restored.push_back(start(i, width, state, &set));
          }
          expect(restored, then, what + ", parallelism " + std::to_string(width));
        }
      }
      with_store += snapshot_reader::open(files_, path(checkpoint, 0))->find(counts)->store.size();
      // From time to time the job goes on from there.
      if (random.below(2) == 0) continue;
      for (std::uint32_t i = 0; i < parallelism; ++i) {
        all[i] = start(i, parallelism, GetParam(), &set);
        now[i].clear();
        for (const auto& [key, n] : then) {
          const hash_range mine{key_groups_of({i}, parallelism, groups), groups};
          if (mine.contains(hash_key(key.second))) now[i].emplace(key, n);
        }
      }
    }
  }
  EXPECT_GT(with_store, 10U);
}

TEST_P(TableReader, BeginsWithTheFilesOfASubtaskLikeItself) {
  auto before = start(0, 1, GetParam(), nullptr, 0);
  for (int i = 0; i < 1000; ++i) {
    const std::string key = std::to_string(i);
    before.counted->find_or_insert(key, hash_key(key)) = 1;
  }
  before.backend->trim();
  for (int i = 0; i < 10; ++i) ++before.counted->find_or_insert("7", hash_key(std::string{"7"}));
  write(before, 1, 0, 1, [] {});
  const auto set = opened(1, 1);
  auto after = start(0, 1, GetParam(), &set, 0);
  // Only what was in memory is in memory.
  EXPECT_EQ(after.counted->absent(), 999U);
  EXPECT_EQ(after.counted->size(), 1000U);
  EXPECT_EQ(*after.counted->find("7", hash_key(std::string{"7"})), 11U);
  EXPECT_EQ(*after.counted->find("8", hash_key(std::string{"8"})), 1U);
  // The next checkpoint needs no other.
  after.backend->trim();
  write(after, 2, 0, 1, [] {});
  const auto next = opened(2, 1);
  std::vector<instance> last;
  last.push_back(start(0, 1, tested_state::memory, &next));
  EXPECT_EQ(last.front().counted->size(), 1000U);
  EXPECT_EQ(*last.front().counted->find("7", hash_key(std::string{"7"})), 11U);
}

TEST_P(TableReader, WritesFilesOfAStoreOnce) {
  auto counting = start(0, 1, GetParam(), nullptr, 0);
  const auto add = [&](int first, int end) {
    for (int i = first; i < end; ++i) {
      const std::string key = std::to_string(i);
      counting.counted->find_or_insert(key, hash_key(key)) = 1;
    }
    counting.backend->trim();
  };
  add(0, 5000);
  write(counting, 1, 0, 1, [] {});
  add(5000, 5100);
  write(counting, 2, 0, 1, [] {});
  const auto reader = snapshot_reader::open(files_, path(2, 0));
  std::uint64_t shared = 0;
  std::uint64_t fresh = 0;
  for (const shared_file& each : reader->shared()) {
    (each.checkpoint == checkpoint_id{1} ? shared : fresh) += each.bytes;
  }
  EXPECT_GT(shared, 50'000U);
  EXPECT_LT(fresh, 20'000U);
}

TEST_P(TableReader, SaysWhereTheStoreHasOtherEntriesThanItShould) {
  auto counting = start(0, 1, GetParam(), nullptr, 0);
  counting.counted->find_or_insert("a", hash_key(std::string{"a"})) = 1;
  counting.backend->trim();
  operator_snapshot content{counts, "counts", {}, {}};
  counting.backend->freeze_into(content);
  content.tables.front().stored->entries = 2;
  write_snapshot(files_, path(1, 0), {{1}, "counts", {0}, 1, groups},
                 content_of(std::move(content)));
  const auto set = opened(1, 1);
  const auto blocks = set.restored(counts, {0, groups})->table("counts");
  auto block = blocks->next_block();
  while (block && *block) block = blocks->next_block();
  ASSERT_FALSE(block);
  EXPECT_EQ(block.failure().code, error_code::corrupt_data);
  EXPECT_NE(block.failure().message.find("table \"counts\": its store has 1 entries, not 2"),
            std::string::npos)
      << block.failure().message;
}

INSTANTIATE_TEST_SUITE_P(Stores, TableReader,
                         testing::Values(tested_state::map, tested_state::rocksdb),
                         [](const auto& of) {
                           return of.param == tested_state::map ? "map" : "rocksdb";
                         });

}  // namespace
}  // namespace weir
