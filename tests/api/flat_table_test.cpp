// SPDX-License-Identifier: Apache-2.0
// The table of keyed state behaves as std::unordered_map does, at any size and in the middle of
// growing.
#include "api/flat_table.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

#include "api/operator.hpp"
#include "state/huge_page_memory.hpp"
#include "state/memory_backend.hpp"

namespace weir {
namespace {

template <class Key>
Key key_from(std::uint64_t number) {
  if constexpr (std::is_same_v<Key, std::string>) {
    return "the key with the number " + std::to_string(number);
  } else {
    return Key(static_cast<Key>(number));
  }
}
template <>
std::chrono::seconds key_from(std::uint64_t number) {
  return std::chrono::seconds{number};
}
template <>
std::pair<int, std::string> key_from(std::uint64_t number) {
  return {static_cast<int>(number % 100), std::to_string(number / 100)};
}

// Runs random operations on a table and on a map; `keys` bounds the numbers of keys.
template <class Key, class T, class MakeValue>
void compare_with_a_map(std::size_t operations, std::uint64_t keys, MakeValue make) {
  huge_page_memory memory;
  {
    flat_table<Key, T> table{memory};
    std::map<std::uint64_t, T> expected;
    std::mt19937_64 random{42};
    for (std::size_t n = 0; n < operations; ++n) {
      const std::uint64_t number = random() % keys;
      const Key key = key_from<Key>(number);
      const std::uint64_t hash = hash_key(key);
      // Now and then mostly insertions, now and then mostly erasures.
      const bool erases = random() % 16 < (n / 4096 % 2 == 0 ? 3U : 11U);
      if (erases) {
        ASSERT_EQ(table.erase(key, hash), expected.erase(number) == 1);
      } else {
        table.find_or_insert(key, hash) = make(n);
        expected[number] = make(n);
      }
      ASSERT_EQ(table.size(), expected.size());
      const std::uint64_t other = random() % keys;
      const T* found = table.find(key_from<Key>(other), hash_key(key_from<Key>(other)));
      const auto wanted = expected.find(other);
      ASSERT_EQ(found != nullptr, wanted != expected.end()) << "after operation " << n;
      if (found != nullptr) {
        ASSERT_EQ(*found, wanted->second) << "after operation " << n;
      }
    }
    std::size_t visited = 0;
    table.for_each([&](const Key& key, T& value) {
      ++visited;
      ASSERT_EQ(table.find(key, hash_key(key)), &value);
    });
    EXPECT_EQ(visited, expected.size());
  }
  EXPECT_EQ(memory.bytes_in_use(), 0);
}

TEST(FlatTable, AgreesWithAMapOnIntegers) {
  const auto make = [](std::size_t n) { return n; };
  compare_with_a_map<std::uint64_t, std::uint64_t>(100'000, 20'000, make);
  compare_with_a_map<std::uint64_t, std::uint64_t>(20'000, 8, make);
  compare_with_a_map<std::int32_t, std::uint64_t>(30'000, 3'000, make);
  compare_with_a_map<bool, std::uint64_t>(1'000, 2, make);
}

TEST(FlatTable, AgreesWithAMapOnTimesAndStringsAndPairs) {
  const auto make = [](std::size_t n) { return n; };
  compare_with_a_map<std::chrono::seconds, std::uint64_t>(30'000, 3'000, make);
  compare_with_a_map<std::string, std::uint64_t>(50'000, 5'000, make);
  compare_with_a_map<std::pair<int, std::string>, std::uint64_t>(30'000, 3'000, make);
}

TEST(FlatTable, KeepsValuesThatOwnMemory) {
  const auto make = [](std::size_t n) {
    return std::string(n % 100, static_cast<char>('a' + n % 26));
  };
  compare_with_a_map<std::uint64_t, std::string>(50'000, 5'000, make);
  compare_with_a_map<std::string, std::string>(50'000, 5'000, make);
}

// All keys want the same few slots, also those at the end of the array, which go round to its
// beginning.
struct crowding_hash {
  std::uint64_t operator()(std::uint64_t key) const {
    constexpr std::uint64_t last = ~std::uint64_t{0};
    return last - (key % 3) * (last / 5000);
  }
};

TEST(FlatTable, FindsEveryKeyOfAClusterThatGoesRoundTheEnd) {
  huge_page_memory memory;
  flat_table<std::uint64_t, std::uint64_t, crowding_hash> table{memory};
  std::unordered_map<std::uint64_t, std::uint64_t> expected;
  std::mt19937_64 random{7};
  for (std::size_t n = 0; n < 5'000; ++n) {
    const std::uint64_t key = random() % 300;
    if (random() % 3 == 0) {
      ASSERT_EQ(table.erase(key, crowding_hash{}(key)), expected.erase(key) == 1);
    } else {
      table.find_or_insert(key, crowding_hash{}(key)) = n;
      expected[key] = n;
    }
    for (std::uint64_t each = 0; each < 300; each += 7) {
      const std::uint64_t* found = table.find(each, crowding_hash{}(each));
      ASSERT_EQ(found != nullptr, expected.contains(each));
      if (found != nullptr) {
        ASSERT_EQ(*found, expected[each]);
      }
    }
  }
}

TEST(FlatTable, StartsANewKeyWithTheInitialValue) {
  huge_page_memory memory;
  flat_table<int, int> table{memory, {}, 40};
  ++table.find_or_insert(3, hash_key(3));
  table.find_or_insert(0, hash_key(0)) += 2;
  EXPECT_EQ(*table.find(3, hash_key(3)), 41);
  EXPECT_EQ(*table.find(0, hash_key(0)), 42);
}

template <class Key>
std::vector<std::uint64_t> hashes_of(const std::vector<Key>& keys) {
  std::vector<std::uint64_t> hashes;
  for (const auto& key : keys) hashes.push_back(hash_key(key));
  return hashes;
}

TEST(FlatTable, UpdatesABatchInOrderWhileItGrows) {
  huge_page_memory memory;
  flat_table<std::uint64_t, std::vector<std::size_t>> table{memory};
  std::map<std::uint64_t, std::vector<std::size_t>> expected;
  std::mt19937_64 random{1};
  std::size_t number = 0;
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 1000U, 5000U, 20000U}) {
    std::vector<std::uint64_t> keys(size);
    for (auto& key : keys) key = random() % 7000;
    std::size_t next = 0;
    table.update_batch(
        hashes_of(keys), next, [&](std::size_t i) -> const std::uint64_t& { return keys[i]; },
        [&](std::size_t i, std::vector<std::size_t>& of_key) {
          ASSERT_EQ(next, i);
          of_key.push_back(number + i);
        });
    EXPECT_EQ(next, size);
    for (std::size_t i = 0; i < size; ++i) expected[keys[i]].push_back(number + i);
    number += size;
  }
  ASSERT_EQ(table.size(), expected.size());
  for (const auto& [key, numbers] : expected) {
    ASSERT_EQ(*table.find(key, hash_key(key)), numbers);
  }
}

TEST(FlatTable, GoesOnWithABatchBehindAnUpdateThatThrew) {
  huge_page_memory memory;
  flat_table<std::string, int> table{memory};
  const std::vector<std::string> words{"to", "be", "or", "not", "to", "be"};
  const auto hashes = hashes_of(words);
  const auto word_at = [&](std::size_t i) -> const std::string& { return words[i]; };
  const auto count_all_but_or = [&](std::size_t i, int& count) {
    if (words[i] == "or") throw std::runtime_error{"no"};
    ++count;
  };
  std::size_t next = 0;
  EXPECT_THROW(table.update_batch(hashes, next, word_at, count_all_but_or), std::runtime_error);
  EXPECT_EQ(next, 2);
  ++next;
  table.update_batch(hashes, next, word_at, count_all_but_or);
  EXPECT_EQ(table.size(), 3);
  EXPECT_EQ(*table.find("be", hash_key(std::string{"be"})), 2);
}

TEST(FlatTable, FindsTheKeysOfABatchAndAddsNone) {
  huge_page_memory memory;
  flat_table<std::uint64_t, std::uint64_t> table{memory};
  for (std::uint64_t added = 0; added < 3000; ++added) {
    table.find_or_insert(2 * added, hash_key(2 * added)) = added;
    // Every so often, and so also in the middle of growing.
    if (added % 37 != 0) continue;
    std::vector<std::uint64_t> keys(2 * added + 40);
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = i;
    std::size_t calls = 0;
    table.find_batch(
        hashes_of(keys), [&](std::size_t i) -> const std::uint64_t& { return keys[i]; },
        [&](std::size_t i, const std::uint64_t* found) {
          ASSERT_EQ(calls++, i);
          ASSERT_EQ(found != nullptr, i % 2 == 0 && i <= 2 * added);
          if (found != nullptr) {
            ASSERT_EQ(*found, i / 2);
          }
        });
    ASSERT_EQ(calls, keys.size());
    ASSERT_EQ(table.size(), added + 1);
  }
}

TEST(FlatTable, MakesRoomForKeysAtOnce) {
  huge_page_memory memory;
  flat_table<std::uint64_t, std::uint64_t> table{memory};
  for (const std::uint64_t keys : {0U, 1U, 20U, 640U, 641U, 1000U}) {
    table.clear();
    table.reserve(keys);
    const std::size_t bytes = memory.bytes_in_use();
    for (std::uint64_t key = 1; key <= keys; ++key) table.find_or_insert(key, hash_key(key)) = key;
    EXPECT_EQ(memory.bytes_in_use(), bytes) << keys;
    EXPECT_EQ(table.size(), keys);
  }
}

TEST(FlatTable, LeavesNoTraceOfANewKeyWhoseUpdateThrows) {
  huge_page_memory memory;
  flat_table<int, int> table{memory};
  const auto fail = [](int&) { throw std::runtime_error{"no"}; };
  EXPECT_THROW(table.update(5, hash_key(5), fail), std::runtime_error);
  EXPECT_EQ(table.find(5, hash_key(5)), nullptr);
  EXPECT_EQ(table.size(), 0);
}

TEST(FlatTable, StaysSmallWithASmallShareOfTheHashes) {
  huge_page_memory memory;
  const hash_range range{{1000, 1001}, 1024};
  flat_table<std::uint64_t, std::uint64_t> table{memory, range};
  std::size_t inserted = 0;
  for (std::uint64_t key = 0; key < 1'000'000; ++key) {
    if (!range.contains(hash_key(key))) continue;
    table.find_or_insert(key, hash_key(key)) = key;
    ++inserted;
  }
  EXPECT_EQ(table.size(), inserted);
  EXPECT_LE(memory.bytes_in_use(), inserted * 16 * 4);
}

TEST(FlatTable, RefusesAKeyThatBelongsToAnotherSubtask) {
  huge_page_memory memory;
  flat_table<int, int> table{memory, hash_range{{0, 1}, 1024}};
  int elsewhere = 1;
  while (hash_range{{0, 1}, 1024}.contains(hash_key(elsewhere))) ++elsewhere;
  try {
    table.find_or_insert(elsewhere, hash_key(elsewhere));
    FAIL() << "the key was taken";
  } catch (const task_failure& failure) {
    EXPECT_EQ(failure.cause().code, error_code::user_function);
    EXPECT_NE(failure.cause().message.find("belongs to another subtask; a key function must give"),
              std::string::npos)
        << failure.cause().message;
  }
}

TEST(FlatTable, VisitsInSlicesWhatItVisitsAtOnce) {
  huge_page_memory memory;
  for (const int keys : {0, 1, 11, 10'000, 20'972}) {
    flat_table<int, int> table{memory};
    for (int key = 0; key < keys; ++key) table.find_or_insert(key, hash_key(key)) = key;
    std::vector<int> in_slices;
    std::size_t cursor = 0;
    std::size_t calls = 0;
    for (bool done = false; !done; ++calls) {
      std::size_t budget = calls % 20;
      done = table.visit(cursor, budget, [&](int key, int) { in_slices.push_back(key); });
    }
    std::vector<int> at_once;
    table.for_each([&](int key, int) { at_once.push_back(key); });
    EXPECT_EQ(in_slices, at_once);
    std::sort(at_once.begin(), at_once.end());
    for (int key = 0; key < keys; ++key) ASSERT_EQ(at_once[static_cast<std::size_t>(key)], key);
  }
}

// Erasing looks at the hash of each key that follows without a gap: the crowd around a key shows.
struct counting_hash {
  static inline std::size_t calls = 0;
  std::uint64_t operator()(std::uint64_t key) const {
    ++calls;
    return hash_key(key);
  }
};

// Puts the keys into a fresh table. How many keys crowd behind each of them then, on average.
std::size_t crowd_of(std::span<const std::uint64_t> keys) {
  huge_page_memory memory;
  flat_table<std::uint64_t, int, counting_hash> table{memory};
  for (const std::uint64_t key : keys) table.find_or_insert(key, hash_key(key));
  counting_hash::calls = 0;
  for (const std::uint64_t key : keys) table.erase(key, hash_key(key));
  return counting_hash::calls / keys.size();
}

TEST(FlatTable, FillsEvenlyFromTheEntriesOfAnotherTable) {
  huge_page_memory memory;
  flat_table<std::uint64_t, int> from{memory};
  for (std::uint64_t key = 0; key < 100'000; ++key) from.find_or_insert(key, hash_key(key));
  std::vector<std::uint64_t> order;
  from.for_each([&](std::uint64_t key, int) { order.push_back(key); });
  for (const std::size_t size : {100U, 1'000U, 3'000U, 10'000U, 30'000U, 100'000U}) {
    EXPECT_LT(crowd_of(std::span{order}.first(size)), 20U) << size;
  }
}

TEST(FlatTable, GrowsWhereKeysOfOnlyAPartOfTheHashesCrowd) {
  std::vector<std::uint64_t> keys;
  for (std::uint64_t key = 0; keys.size() < 50'000; ++key) {
    if (hash_key(key) < ~std::uint64_t{0} / 16) keys.push_back(key);
  }
  EXPECT_LT(crowd_of(keys), 100U);
}

TEST(FlatTable, KeepsItsMemoryWhenClearedUnlessItWasHardlyUsed) {
  huge_page_memory memory;
  flat_table<int, std::string> table{memory};
  const auto fill = [&](int keys) {
    for (int key = 0; key < keys; ++key) table.find_or_insert(key, hash_key(key)) = "value";
  };
  fill(1000);
  const std::size_t full = memory.bytes_in_use();
  table.clear();
  EXPECT_EQ(table.size(), 0);
  EXPECT_EQ(table.find(7, hash_key(7)), nullptr);
  EXPECT_LE(memory.bytes_in_use(), full);
  fill(1000);
  EXPECT_LE(memory.bytes_in_use(), full);
  table.clear();
  fill(10);
  table.clear();
  EXPECT_LT(memory.bytes_in_use(), full / 10);
}

}  // namespace
}  // namespace weir
