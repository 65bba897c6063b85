// SPDX-License-Identifier: Apache-2.0
// A frozen table shows what the table had at that moment, whatever becomes of the table while it is
// read, in whichever order the two come to a page.
#include "api/frozen_pages.hpp"

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "api/flat_table.hpp"
#include "state/huge_page_memory.hpp"
#include "state/memory_backend.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/snapshot_of.hpp"

namespace weir {
namespace {

template <class Key>
Key key_from(std::uint64_t number) {
  if constexpr (std::is_same_v<Key, std::string>) {
    return "the key with the number " + std::to_string(number);
  } else {
    return static_cast<Key>(number);
  }
}
template <class T>
T value_from(std::uint64_t number) {
  if constexpr (std::is_same_v<T, std::string>) {
    return "the value with the number " + std::to_string(number);
  } else {
    return static_cast<T>(number);
  }
}

// A trivially copyable key that does not mark its own slot.
struct place {
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  friend auto operator<=>(const place&, const place&) = default;
};
template <>
place key_from(std::uint64_t number) {
  return {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number * 7)};
}

// So large that a block is full after some hundred.
struct wide {
  std::array<std::uint64_t, 16> numbers{};
  wide& operator+=(const wide& other) {
    numbers.back() += other.numbers.back();
    return *this;
  }
  friend auto operator<=>(const wide&, const wide&) = default;
};
template <>
wide value_from(std::uint64_t number) {
  wide value;
  value.numbers.fill(number);
  return value;
}

// A table and what it should have.
template <class Key, class T>
class twins {
public:
  using table_type = flat_table<Key, T>;
  using content = std::map<Key, T>;

  twins(page_memory& memory, std::uint64_t seed) : memory_{memory}, random_{seed} { renew(); }

  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  const content& expected() const { return expected_; }
  std::unique_ptr<frozen_table> freeze() { return table_->freeze(); }

  void renew() {
    table_ = std::make_unique<table_type>(memory_, hash_range{{0, 64}, 64});
    expected_.clear();
  }
  void clear() {
    table_->clear();
    expected_.clear();
  }
  void change(std::uint64_t keys) {
    const Key key = key_from<Key>(below(keys));
    const std::uint64_t hash = hash_key(key);
    const T value = value_from<T>(random_());
    switch (below(8)) {
      case 0:
      case 1:
        table_->erase(key, hash);
        expected_.erase(key);
        break;
      case 2:
        table_->find_or_insert(key, hash) = value;
        expected_[key] = value;
        break;
      case 3:
        if (T* found = table_->find(key, hash)) {
          *found = value;
          expected_[key] = value;
        }
        break;
      case 4:
        if (below(50) == 0) {
          table_->for_each([](const Key&, T& each) { each += value_from<T>(1); });
          for (auto& [at, each] : expected_) each += value_from<T>(1);
        } else {
          table_->continue_growing(below(100));
        }
        break;
      default:
        table_->update(key, hash, [&](T& of) { of = value; });
        expected_[key] = value;
    }
  }
  void expect_agreement() {
    content actual;
    table_->for_each([&](const Key& key, const T& value) { actual.emplace(key, value); });
    ASSERT_EQ(actual, expected_);
  }

private:
  page_memory& memory_;
  std::mt19937_64 random_;
  std::unique_ptr<table_type> table_;
  content expected_;
};

// Adds what is in a block to what was in others.
template <class Key, class T>
void collect(const state_block& block, std::map<Key, T>& content) {
  const status decoded =
      decode_entries<std::pair<Key, T>>(block, [&](std::pair<Key, T> entry) -> status {
        const std::uint32_t group = key_group_of(hash_key(entry.first), 64);
        EXPECT_LE(block.groups.begin, group);
        EXPECT_LT(group, block.groups.end);
        EXPECT_TRUE(content.insert(std::move(entry)).second) << "an entry comes twice";
        return {};
      });
  ASSERT_TRUE(decoded.ok());
}

template <class Key, class T>
void run_at_random(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  huge_page_memory memory;
  {
    twins<Key, T> both{memory, seed};
    const std::uint64_t keys = 1 + both.below(both.below(10) == 0 ? 10'000 : 1500);
    for (std::uint64_t n = both.below(2 * keys); n > 0; --n) both.change(keys);
    for (std::size_t round = 0; round < 3; ++round) {
      std::unique_ptr<frozen_table> frozen = both.freeze();
      const auto at_freeze = both.expected();
      std::map<Key, T> read;
      const std::uint64_t haste = 1 + both.below(400);
      for (bool is_reading = true; is_reading;) {
        for (std::uint64_t n = both.below(haste); n > 0; --n) both.change(keys);
        if (both.below(40) == 0) both.clear();
        if (both.below(40) == 0) both.renew();
        if (both.below(60) == 0) break;  // The snapshot is given up.
        const auto block = frozen->next_block();
        is_reading = block.has_value();
        if (block) collect(*block, read);
        if (!block) {
          ASSERT_EQ(read, at_freeze);
        }
      }
      if (both.below(2) == 0) frozen.reset();
      for (std::uint64_t n = both.below(haste); n > 0; --n) both.change(keys);
      ASSERT_NO_FATAL_FAILURE(both.expect_agreement());
    }
  }
  ASSERT_EQ(memory.bytes_in_use(), 0U);
}

TEST(FrozenPages, ShowTheMomentOfTheFreezeWithCompactKeys) {
  for (const std::uint64_t seed : seeds_for(1000)) {
    ASSERT_NO_FATAL_FAILURE((run_at_random<std::uint64_t, std::uint64_t>(seed)));
    ASSERT_NO_FATAL_FAILURE((run_at_random<std::int32_t, wide>(seed)));
  }
}
TEST(FrozenPages, ShowTheMomentOfTheFreezeWithTaggedKeys) {
  for (const std::uint64_t seed : seeds_for(1000)) {
    ASSERT_NO_FATAL_FAILURE((run_at_random<place, std::uint32_t>(seed)));
  }
}
TEST(FrozenPages, ShowTheMomentOfTheFreezeWithValuesThatOwnMemory) {
  for (const std::uint64_t seed : seeds_for(200)) {
    ASSERT_NO_FATAL_FAILURE((run_at_random<std::string, std::string>(seed)));
    ASSERT_NO_FATAL_FAILURE((run_at_random<std::uint16_t, std::string>(seed)));
  }
}

TEST(FrozenPages, CompleteAnEarlierFreezeBeforeTheNext) {
  huge_page_memory memory;
  twins<std::uint64_t, std::uint64_t> both{memory, 1};
  for (int n = 0; n < 5000; ++n) both.change(2000);
  const auto first_content = both.expected();
  const auto first = both.freeze();
  for (int n = 0; n < 50; ++n) both.change(2000);
  const auto second_content = both.expected();
  const auto second = both.freeze();
  for (int n = 0; n < 5000; ++n) both.change(2000);
  std::map<std::uint64_t, std::uint64_t> read;
  while (const auto block = second->next_block()) collect(*block, read);
  EXPECT_EQ(read, second_content);
  read.clear();
  while (const auto block = first->next_block()) collect(*block, read);
  EXPECT_EQ(read, first_content);
}

TEST(FrozenPages, OutliveTheBackend) {
  std::unique_ptr<frozen_table> frozen;
  {
    memory_backend backend{{0, 64}, 64};
    auto table = std::make_unique<flat_table<std::string, std::string>>(backend);
    auto& adopted = *table;
    backend.adopt("names", std::move(table));
    for (int i = 0; i < 100'000; ++i) {
      const std::string key = std::to_string(i);
      adopted.find_or_insert(key, hash_key(key)) = key;
    }
    frozen = std::move(backend.freeze().front().content);
  }
  std::map<std::string, std::string> read;
  while (const auto block = frozen->next_block()) collect(*block, read);
  EXPECT_EQ(read.size(), 100'000U);
}

TEST(FrozenPages, SayNoMoreWhenAllHasBeenRead) {
  huge_page_memory memory;
  flat_table<int, int> table{memory};
  const auto frozen = table.freeze();
  EXPECT_FALSE(frozen->next_block());
  table.find_or_insert(1, hash_key(1)) = 1;
  EXPECT_FALSE(frozen->next_block());
}

// Two threads meet at the pages.
template <class Key, class T>
void race(std::uint64_t seed, std::uint64_t keys) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  huge_page_memory memory;
  twins<Key, T> both{memory, seed};
  for (std::uint64_t n = 0; n < 3 * keys; ++n) both.change(keys);
  for (int round = 0; round < 3; ++round) {
    const auto at_freeze = both.expected();
    auto frozen = both.freeze();
    std::map<Key, T> read;
    std::atomic<bool> has_read = false;
    std::thread reader{[&] {
      while (const auto block = frozen->next_block()) collect(*block, read);
      has_read = true;
    }};
    const bool renews = round == 2;
    for (std::uint64_t n = 0; n < keys || !has_read; ++n) {
      both.change(keys + keys / 2);
      if (n == keys / 2 && round == 1) both.clear();
      if (n == keys / 2 && renews) both.renew();
    }
    reader.join();
    ASSERT_EQ(read, at_freeze);
    ASSERT_NO_FATAL_FAILURE(both.expect_agreement());
  }
}

TEST(FrozenPages, AreReadByAnotherThreadWhileTheTableChanges) {
  for (const std::uint64_t seed : seeds_for(4)) {
    race<std::uint64_t, std::uint64_t>(seed, 20'000);
    race<place, std::uint32_t>(seed, 10'000);
    race<std::string, std::string>(seed, 5'000);
  }
}

}  // namespace
}  // namespace weir
