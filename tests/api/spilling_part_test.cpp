// SPDX-License-Identifier: Apache-2.0
// A table that spills is like one that does not: the same random operations on both, with every
// kind of store behind the one, and snapshots that go from any of them to any other.
#include "api/spilling_part.hpp"

#include <map>

#include <gtest/gtest.h>

#include "api/flat_table.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/saved_operator.hpp"
#include "tests/support/tested_backend.hpp"

namespace weir {
namespace {

constexpr std::uint32_t groups = default_max_parallelism;
constexpr key_group_range all_groups{0, groups};

template <class Key>
Key key_of(std::uint64_t n);
template <>
std::uint64_t key_of(std::uint64_t n) {
  return n;
}
template <>
std::string key_of(std::uint64_t n) {
  return "key " + std::to_string(n);
}

// Two tables of which one never spills, and what both must hold.
template <class Key>
class pair_of_tables {
public:
  using table = flat_table<Key, std::string>;
  using model = std::map<Key, std::string>;

  pair_of_tables(tested_state which, std::uint64_t seed)
      : which_{which},
        random_{seed},
        spilling_{make_tested_backend(all_groups, groups, which, random_.below(2) * 2000)},
        memory_{all_groups, groups},
        tested_{adopt(*spilling_)},
        reference_{adopt(memory_)} {}

  void step() {
    const Key key = key_of<Key>(random_.below(400));
    const std::uint64_t hash = hash_key(key);
    const std::string value = std::to_string(random_.next() % 1000);
    switch (random_.below(12)) {
      case 0:
        ASSERT_EQ(tested_->erase(key, hash), reference_->erase(key, hash));
        break;
      case 1: {
        const std::string* found = tested_->find(key, hash);
        const std::string* expected = reference_->find(key, hash);
        ASSERT_EQ(found == nullptr, expected == nullptr);
        if (found != nullptr) {
          ASSERT_EQ(*found, *expected);
        }
        break;
      }
      case 2:
        tested_->find_or_insert(key, hash) = value;
        reference_->find_or_insert(key, hash) = value;
        break;
      case 3:
        if (random_.below(30) == 0) {
          tested_->clear();
          reference_->clear();
        }
        break;
      case 4:
        spilling_->trim();
        break;
      case 5:
        if (random_.below(10) == 0) visit();
        break;
      case 6:
        if (random_.below(20) == 0) restore();
        break;
      default:
        update_batch(value);
    }
    ASSERT_EQ(tested_->size(), reference_->size());
    ASSERT_EQ(tested_->empty(), reference_->empty());
  }

  void compare() { ASSERT_EQ(content_of(*tested_), content_of(*reference_)); }

private:
  static table* adopt(memory_backend& backend) {
    return static_cast<table*>(&backend.adopt("tested", std::make_unique<table>(backend, "new")));
  }
  static model content_of(table& of) {
    model content;
    of.for_each([&](const Key& key, const std::string& value) {
      EXPECT_TRUE(content.emplace(key, value).second) << "twice";
    });
    return content;
  }

  void update_batch(const std::string& value) {
    std::vector<Key> keys;
    std::vector<std::uint64_t> hashes;
    for (std::uint64_t n = random_.below(60); n > 0; --n) {
      keys.push_back(key_of<Key>(random_.below(400)));
      hashes.push_back(hash_key(keys.back()));
    }
    for (table* each : {tested_, reference_}) {
      std::size_t next = 0;
      each->update_batch(
          hashes, next, [&](std::size_t i) -> const Key& { return keys[i]; },
          [&](std::size_t i, std::string& of) {
            of = of.substr(of.size() / 2) + value + std::to_string(i);
          });
    }
  }

  // Changes every entry, a few at a time.
  void visit() {
    for (table* each : {tested_, reference_}) {
      random_numbers budgets{7};
      std::size_t cursor = 0;
      std::size_t budget = 0;
      std::size_t seen = 0;
      do {
        budget = 1 + budgets.below(300);
        if (each == tested_) spilling_->trim();
      } while (!each->visit(cursor, budget, [&](const Key&, std::string& value) {
        value += "!";
        ++seen;
      }));
      ASSERT_EQ(seen, each->size());
    }
    compare();
  }

  // Both go on with what the other one has saved, half of the key groups after the other.
  void restore() {
    compare();
    saved_operator of_tested;
    of_tested.add(spilling_->freeze(), {});
    saved_operator of_reference;
    of_reference.add(memory_.freeze(), {});
    const model expected = content_of(*reference_);
    model found;
    for (const key_group_range half : {key_group_range{0, 300}, key_group_range{300, groups}}) {
      const auto view = of_tested.view(half);
      memory_backend restored{half, groups};
      restored.restore_from(view.get());
      found.merge(content_of(*adopt(restored)));
    }
    ASSERT_EQ(found, expected);
    const auto view = of_reference.view(all_groups);
    spilling_ = make_tested_backend(all_groups, groups, which_, 500);
    spilling_->restore_from(view.get());
    tested_ = adopt(*spilling_);
    spilling_->restore_from(nullptr);
    ASSERT_EQ(content_of(*tested_), expected);
  }

  tested_state which_;
  random_numbers random_;
  std::unique_ptr<memory_backend> spilling_;
  memory_backend memory_;
  table* tested_;
  table* reference_;
};

class SpillingTable : public testing::TestWithParam<tested_state> {
protected:
  template <class Key>
  void run_random_operations(std::uint64_t seeds) {
    for (const std::uint64_t seed :
         seeds_for(GetParam() == tested_state::map ? seeds : seeds / 5)) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      pair_of_tables<Key> tables{GetParam(), seed};
      for (int i = 0; i < 600; ++i) ASSERT_NO_FATAL_FAILURE(tables.step());
      ASSERT_NO_FATAL_FAILURE(tables.compare());
    }
  }

  using counts = flat_table<std::string, std::uint64_t>;
  static counts& adopt(memory_backend& backend) {
    return static_cast<counts&>(backend.adopt("counts", std::make_unique<counts>(backend)));
  }
  static void count(counts& table, int first, int end) {
    for (int i = first; i < end; ++i) {
      const std::string key = std::to_string(i);
      table.update(key, hash_key(key), [](std::uint64_t& n) { ++n; });
    }
  }

  std::unique_ptr<memory_backend> backend_ = make_tested_backend(all_groups, groups, GetParam());
};

TEST_P(SpillingTable, DoesWhatOneInMemoryDoes) { run_random_operations<std::string>(20); }
TEST_P(SpillingTable, DoesTheSameWithKeysThatMarkTheirSlots) {
  run_random_operations<std::uint64_t>(20);
}

TEST_P(SpillingTable, HoldsNothingInMemoryFromOneBatchToTheNext) {
  counts& table = adopt(*backend_);
  const std::size_t empty = backend_->memory().bytes_in_use();
  for (int round = 0; round < 3; ++round) {
    for (int first = 0; first < 20'000; first += 1000) {
      count(table, first, first + 1000);
      backend_->trim();
    }
  }
  EXPECT_EQ(table.size(), 20'000U);
  EXPECT_LT(backend_->memory().bytes_in_use(), empty + 512 * 1024);
  std::uint64_t sum = 0;
  table.for_each([&](const std::string&, const std::uint64_t& n) { sum += n; });
  EXPECT_EQ(sum, 60'000U);
}

// Values that grow while they stay where they are.
TEST(SpillingPart, KnowsWhatLargeValuesTake) {
  constexpr std::size_t most = 1 << 20;
  const auto backend = make_tested_backend(all_groups, groups, tested_state::map, most);
  using table = flat_table<std::uint64_t, std::string>;
  auto& texts = static_cast<table&>(backend->adopt("texts", std::make_unique<table>(*backend)));
  std::size_t in_memory = 0;
  for (int batch = 0; batch < 2000 && texts.absent() == 0; ++batch) {
    for (std::uint64_t key = 1; key <= 64; ++key) {
      texts.update(key, hash_key(key), [](std::string& text) { text += "some more "; });
    }
    in_memory += 64 * 10;
    backend->trim();
  }
  EXPECT_EQ(texts.absent(), 64U);
  EXPECT_LT(in_memory, 2 * most);
}

// What is loaded stays in memory if it fits: then there is no store.
TEST(SpillingPart, LoadsIntoMemoryWhatFits) {
  using table = flat_table<std::uint64_t, std::uint64_t>;
  memory_backend before{all_groups, groups};
  auto& full = static_cast<table&>(before.adopt("counts", std::make_unique<table>(before)));
  constexpr std::uint64_t keys = 20'000;
  for (std::uint64_t key = 1; key <= keys; ++key) full.find_or_insert(key, hash_key(key)) = key;
  saved_operator saved;
  saved.add(before.freeze(), {});
  for (const bool fits : {true, false}) {
    const auto view = saved.view(all_groups);
    const auto backend = make_tested_backend(all_groups, groups, tested_state::map,
                                             fits ? std::size_t{16} << 20 : 4096);
    backend->restore_from(view.get());
    auto& loaded = static_cast<table&>(backend->adopt("counts", std::make_unique<table>(*backend)));
    EXPECT_EQ(loaded.size(), keys);
    EXPECT_EQ(loaded.absent(), fits ? 0 : keys);
    std::uint64_t sum = 0;
    loaded.for_each([&](const std::uint64_t&, const std::uint64_t& value) { sum += value; });
    EXPECT_EQ(sum, keys * (keys + 1) / 2);
  }
}

TEST_P(SpillingTable, IsFrozenWithWhatIsInMemoryAndWhatIsNot) {
  counts& table = adopt(*backend_);
  count(table, 0, 5000);
  backend_->trim();
  count(table, 4000, 6000);
  auto frozen = backend_->freeze();
  // What comes later is not in it.
  count(table, 0, 7000);
  backend_->trim();
  table.clear();
  saved_operator saved;
  saved.add(std::move(frozen), {});
  const auto view = saved.view(all_groups);
  memory_backend restored{all_groups, groups};
  restored.restore_from(view.get());
  counts& found = adopt(restored);
  EXPECT_EQ(found.size(), 6000U);
  found.for_each([](const std::string& key, const std::uint64_t& n) {
    const int i = std::stoi(key);
    ASSERT_EQ(n, 4000 <= i && i < 5000 ? 2U : 1U) << key;
  });
}

TEST_P(SpillingTable, LeavesOutWhatWasTouchedForReadersWhoComeAgain) {
  counts& table = adopt(*backend_);
  count(table, 0, 1000);
  backend_->trim();
  count(table, 0, 100);
  std::size_t cursor = 0;
  std::size_t seen = 0;
  for (bool is_done = false; !is_done;) {
    std::size_t budget = 1000;
    is_done =
        table.visit_untouched(cursor, budget, [&](const std::string& key, const std::uint64_t&) {
          EXPECT_GE(std::stoi(key), 100);
          ++seen;
        });
  }
  EXPECT_EQ(seen, 900U);
  backend_->trim();
  std::size_t budget = 1'000'000;
  cursor = seen = 0;
  while (
      !table.visit_untouched(cursor, budget, [&](const auto&, const std::uint64_t&) { ++seen; })) {
    budget = 1'000'000;
  }
  EXPECT_EQ(seen, 1000U);
}

INSTANTIATE_TEST_SUITE_P(Stores, SpillingTable,
                         testing::Values(tested_state::map, tested_state::rocksdb),
                         [](const auto& of) {
                           return of.param == tested_state::map ? "map" : "rocksdb";
                         });

// Fails from the second read on.
class failing_stores final : public entry_stores {
public:
  std::string format() const override { return "failing"; }
  using entry_stores::open;
  result<std::unique_ptr<entry_store>> open(const entry_store_settings&, const std::string&,
                                            const std::vector<store_file>&) override {
    return std::unique_ptr<entry_store>{std::make_unique<failing_store>()};
  }

private:
  class failing_view final : public entry_view {
  public:
    status read(std::string_view, std::string_view, std::size_t,
                std::vector<stored_entry>&) override {
      return error{error_code::io_failure, "read 7.sst: Input/output error"};
    }
  };
  class failing_store final : public entry_store {
  public:
    status read(std::string_view, std::string_view, std::size_t,
                std::vector<stored_entry>&) override {
      return {};
    }
    result<bool> get(std::string_view, std::string&) override { return false; }
    status put(std::string_view, std::string_view) override { return {}; }
    status remove(std::string_view) override { return {}; }
    status commit() override { return {}; }
    status remove_range(std::string_view, std::string_view) override { return {}; }
    std::unique_ptr<entry_view> view() override { return std::make_unique<failing_view>(); }
    std::unique_ptr<frozen_store> freeze() override { return nullptr; }
  };
};

TEST(SpillingTableOfAStoreThatFails, HasNoSnapshotButAnError) {
  failing_stores stores;
  memory_backend backend{all_groups, groups,
                         std::make_unique<cold_space>(stores, entry_store_settings{}, 0, "tested")};
  using table = flat_table<int, int>;
  auto& tested = static_cast<table&>(backend.adopt("tested", std::make_unique<table>(backend)));
  tested.find_or_insert(1, hash_key(1)) = 1;
  backend.trim();
  tested.find_or_insert(2, hash_key(2)) = 2;
  auto frozen = backend.freeze();
  int blocks = 0;
  while (frozen.front().content->next_block()) ++blocks;
  EXPECT_EQ(blocks, 1);
  const status outcome = frozen.front().content->outcome();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.failure().message, "read 7.sst: Input/output error");
}

}  // namespace
}  // namespace weir
