// SPDX-License-Identifier: Apache-2.0
// A subtask that goes on from a snapshot writes into its next one only what has changed since,
// however often that happens; and what it has written is what it had.
#include "state/loaded_parts.hpp"

#include <map>
#include <optional>

#include <gtest/gtest.h>

#include "api/flat_table.hpp"
#include "coordination/simulation/simulated_file_system.hpp"
#include "state/memory_backend.hpp"
#include "state/snapshot_set.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/snapshot_content.hpp"

namespace weir {
namespace {

constexpr operator_id counts{7};
constexpr std::uint32_t max_parallelism = 128;

using table_type = flat_table<std::uint64_t, std::uint64_t>;
using content = std::map<std::uint64_t, std::uint64_t>;

std::string path_for(std::uint64_t id, std::uint32_t subtask) {
  return "/state/chk-" + std::to_string(id) + "/" + std::to_string(subtask) + ".snap";
}

// One of `parallelism` subtasks with one table.
class subtask {
public:
  subtask(simulated_file_system& files, std::uint32_t index, std::uint32_t parallelism,
          std::optional<std::uint64_t> from = {}, std::uint32_t former_parallelism = 1)
      : files_{files}, index_{index}, parallelism_{parallelism} {
    backend_.memory().track_changes();
    std::unique_ptr<restored_operator> restored;
    std::optional<snapshot_set> set;
    if (from) {
      std::vector<std::string> paths;
      for (std::uint32_t i = 0; i < former_parallelism; ++i) paths.push_back(path_for(*from, i));
      auto opened = snapshot_set::open(files, {*from}, paths);
      WEIR_ASSERT(opened.ok());
      set = *std::move(opened);
      restored = set->restored(counts, groups_);
    }
    backend_.restore_from(restored.get());
    table_ =
        &static_cast<table_type&>(backend_.adopt("counts", std::make_unique<table_type>(backend_)));
    backend_.end_restore();
    if (set) last_ = set->as_base();
  }

  table_type& table() { return *table_; }
  bool owns(std::uint64_t key) const {
    const std::uint32_t group = key_group_of(hash_key(key), max_parallelism);
    return group >= groups_.begin && group < groups_.end;
  }
  // How many of 1,000 entries were written into the file itself.
  std::uint64_t write(std::uint64_t id) {
    operator_snapshot taken{counts, "counts", {}, {}};
    backend_.freeze_into(taken);
    last_ = write_snapshot_on(files_, path_for(id, index_),
                              {{id}, "counts", {index_}, parallelism_, max_parallelism},
                              content_of(std::move(taken)), last_);
    std::uint64_t written = 0;
    std::uint64_t all = 0;
    const auto reader = snapshot_reader::open(files_, path_for(id, index_));
    WEIR_ASSERT(reader.ok());
    for (const auto& block : reader->operators()[0].tables[0].blocks) {
      all += block.entries;
      written += block.file == 0 ? block.entries : 0;
    }
    return all == 0 ? 0 : written * 1000 / all;
  }
  content all() {
    content found;
    table_->for_each([&](std::uint64_t key, const std::uint64_t& value) { found[key] = value; });
    return found;
  }

private:
  simulated_file_system& files_;
  std::uint32_t index_;
  std::uint32_t parallelism_;
  key_group_range groups_ = key_groups_of({index_}, parallelism_, max_parallelism);
  memory_backend backend_{groups_, max_parallelism};
  table_type* table_;
  std::shared_ptr<const written_snapshot> last_;
};

class LoadedParts : public testing::Test {
protected:
  // Keys 0 to entries - 1, each with itself as its value.
  void fill(subtask& of, std::uint64_t entries) {
    for (std::uint64_t key = 0; key < entries; ++key) {
      if (of.owns(key)) of.table().find_or_insert(key, hash_key(key)) = key;
    }
  }

  simulated_file_system files;
};

TEST_F(LoadedParts, HasNearlyAllOfATableThatBeginsWhereItWas) {
  // Of 163,840 the table is as full as it gets.
  for (const std::uint64_t entries : {100'000U, 155'000U, 163'839U, 163'840U, 163'841U, 200'000U}) {
    SCOPED_TRACE(entries);
    subtask first{files, 0, 1};
    fill(first, entries);
    first.table().continue_growing(~std::size_t{0});
    EXPECT_EQ(first.write(1), 1000U);
    subtask next{files, 0, 1, 1};
    EXPECT_LE(next.write(2), 30U);
    subtask last{files, 0, 1, 2};
    EXPECT_LE(last.write(3), 30U);
    EXPECT_EQ(last.all(), first.all());
  }
}

TEST_F(LoadedParts, LacksWhatHasChangedSince) {
  subtask first{files, 0, 1};
  fill(first, 100'000);
  first.write(1);
  subtask next{files, 0, 1, 1};
  for (std::uint64_t key = 0; key < 5; ++key) next.table().find_or_insert(key, hash_key(key)) = 77;
  next.table().erase(50'000, hash_key(std::uint64_t{50'000}));
  EXPECT_LE(next.write(2), 80U);
  subtask last{files, 0, 1, 2};
  EXPECT_EQ(last.all(), next.all());
  EXPECT_EQ(last.all().at(4), 77U);
  EXPECT_EQ(last.all().size(), 99'999U);
}

TEST_F(LoadedParts, HasEachSubtasksOwn) {
  for (std::uint32_t i = 0; i < 3; ++i) {
    subtask first{files, i, 3};
    fill(first, 100'000);
    first.write(1);
  }
  for (std::uint32_t i = 0; i < 3; ++i) {
    subtask next{files, i, 3, 1, 3};
    EXPECT_LE(next.write(2), 60U);
  }
}

TEST_F(LoadedParts, HasNothingAtAnotherParallelism) {
  subtask first{files, 0, 1};
  fill(first, 10'000);
  first.write(1);
  content together;
  for (std::uint32_t i = 0; i < 2; ++i) {
    subtask next{files, i, 2, 1};
    EXPECT_EQ(next.write(2), 1000U);
    together.merge(next.all());
  }
  EXPECT_EQ(together, first.all());
}

TEST_F(LoadedParts, HasNothingOfATableWhoseTypeHasChanged) {
  const key_group_range all{0, max_parallelism};
  const auto restored_as = [&](auto entry) {
    using adopted = flat_table<std::uint64_t, decltype(entry)>;
    const auto set = snapshot_set::open(files, {1}, {path_for(1, 0)});
    WEIR_ASSERT(set.ok());
    const auto restored = set->restored(counts, all);
    memory_backend backend{all, max_parallelism};
    backend.memory().track_changes();
    backend.restore_from(restored.get());
    EXPECT_EQ(backend.adopt("counts", std::make_unique<adopted>(backend)).entries(), 1'000U);
    return set->as_base()->tables.size();
  };
  using narrow = flat_table<std::uint64_t, std::uint32_t>;
  memory_backend first{all, max_parallelism};
  first.memory().track_changes();
  auto& table = static_cast<narrow&>(first.adopt("counts", std::make_unique<narrow>(first)));
  for (std::uint64_t key = 0; key < 1'000; ++key) table.find_or_insert(key, hash_key(key)) = 5;
  table.continue_growing(~std::size_t{0});
  operator_snapshot taken{counts, "counts", {}, {}};
  first.freeze_into(taken);
  write_snapshot(files, path_for(1, 0), {{1}, "counts", {0}, 1, max_parallelism},
                 content_of(std::move(taken)));
  EXPECT_EQ(restored_as(std::uint32_t{}), 1U) << "the same type";
  EXPECT_EQ(restored_as(std::uint64_t{}), 0U);
}

// Operators that were in two tasks and are in one now have their state in two files.
TEST_F(LoadedParts, RefersToAllFilesOfTheTasksThatWere) {
  constexpr operator_id sums{8};
  const auto blocks = [](const char* text, std::uint32_t version) {
    std::vector<state_block> named;
    for (std::uint32_t i = 0; i < 3; ++i) {
      named.push_back({{0, max_parallelism}, 1, text, content_name{1, i, i == 1 ? version : 0}});
    }
    return named;
  };
  const auto path_of = [](std::uint64_t id, const char* name) {
    return "/state/chk-" + std::to_string(id) + "/" + name;
  };
  const auto write = [&](std::uint64_t id, const char* name, operator_id of,
                         std::shared_ptr<const written_snapshot> base) {
    return write_snapshot_on(
        files, path_of(id, name), {{id}, name, {0}, 1, max_parallelism},
        content_of({of, name, sections(section("t", counts_schema, blocks(name, id & 1))), {}}),
        std::move(base));
  };
  write(2, "one", counts, write(1, "one", counts, nullptr));
  write(2, "two", sums, write(1, "two", sums, nullptr));
  loaded_parts base;
  base.add(sums, "t", 1, {{{5, 0, 1}, {1}}, {{5, 1, 1}, {2}}});
  base.add(counts, "t", 0, {{{9, 0, 1}, {1, 2}}});
  std::vector<snapshot_reader> readers;
  readers.push_back(*snapshot_reader::open(files, path_of(2, "one")));
  readers.push_back(*snapshot_reader::open(files, path_of(2, "two")));
  const auto made = base.as_base_in(readers, {2});
  EXPECT_EQ(made->checkpoint, checkpoint_id{2});
  const auto where = [&](operator_id of, const content_name& name) {
    std::string found;
    for (const auto& block : made->find(of, "t")->at(name)) {
      found += to_string(made->files[block.file].place) + "; ";
    }
    return found;
  };
  EXPECT_EQ(where(sums, {5, 0, 1}), "checkpoint 1: two; ");
  EXPECT_EQ(where(sums, {5, 1, 1}), "checkpoint 2: two; ");
  EXPECT_EQ(where(counts, {9, 0, 1}), "checkpoint 1: one; checkpoint 2: one; ");
}

// Whatever changes between two checkpoints, and whichever of them is gone back to.
TEST_F(LoadedParts, IsOfWhatTheTableHad) {
  for (const auto seed : seeds_for(20)) {
    SCOPED_TRACE(seed);
    random_numbers random{seed};
    simulated_file_system disk;
    const std::uint64_t keys = random.below(2) == 0 ? 3'000 : 40'000;
    auto now = std::make_unique<subtask>(disk, 0, 1);
    std::map<std::uint64_t, content> taken;
    std::uint64_t id = 0;
    for (int round = 0; round < 25; ++round) {
      const auto changes = random.below(4) == 0 ? keys / 2 : random.below(50);
      for (std::uint64_t i = 0; i < changes; ++i) {
        const std::uint64_t key = random.below(keys);
        if (random.below(3) == 0) {
          now->table().erase(key, hash_key(key));
        } else {
          now->table().find_or_insert(key, hash_key(key)) = random.below(1000);
        }
      }
      if (random.below(30) == 0) now->table().clear();
      now->write(++id);
      taken[id] = now->all();
      if (random.below(3) == 0) {
        now = std::make_unique<subtask>(disk, 0, 1, id);
        ASSERT_EQ(now->all(), taken[id]);
      }
    }
    for (const auto& [checkpoint, had] : taken) {
      ASSERT_EQ((subtask{disk, 0, 1, checkpoint}.all()), had) << checkpoint;
    }
  }
}

}  // namespace
}  // namespace weir
