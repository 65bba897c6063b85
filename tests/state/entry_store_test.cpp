// SPDX-License-Identifier: Apache-2.0
// What every store of bytes promises, of RocksDB and of the ordered map that stands for it; and
// that the two agree, whatever is done to them.
#include "api/entry_store.hpp"

#include <gtest/gtest.h>

#include "state/map_store.hpp"
#include "state/posix_file_system.hpp"
#include "state/rocksdb_store.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

using entries = std::vector<stored_entry>;

void put(entry_store& store, const entries& all) {
  for (const stored_entry& each : all) ASSERT_TRUE(store.put(each.key, each.value));
  ASSERT_TRUE(store.commit());
}

entries read(entry_view& view, std::string_view begin, std::string_view end,
             std::size_t most = 100) {
  entries found;
  const auto done = view.read(begin, end, most, found);
  EXPECT_TRUE(done) << done.failure().message;
  return found;
}

std::string get(entry_store& store, std::string_view key) {
  std::string value;
  const auto found = store.get(key, value);
  EXPECT_TRUE(found) << found.failure().message;
  return found && *found ? value : "nothing";
}

class EntryStore : public testing::TestWithParam<const char*> {
protected:
  std::unique_ptr<entry_store> open() {
    auto opened = stores().open({directory_.path(), std::uint64_t{16} << 20}, "counts (1/1)");
    EXPECT_TRUE(opened) << opened.failure().message;
    return *std::move(opened);
  }

private:
  entry_stores& stores() {
    if (std::string{GetParam()} == "map") return in_maps_;
    return in_files_;
  }

  temporary_directory directory_;
  posix_file_system files_;
  map_stores in_maps_;
  rocksdb_stores in_files_{files_};
};

TEST_P(EntryStore, HasWhatWasPutLast) {
  const auto store = open();
  put(*store, {{"a", "1"}, {"b", "2"}, {"a", "3"}});
  EXPECT_EQ(get(*store, "a"), "3");
  EXPECT_EQ(get(*store, "b"), "2");
  EXPECT_EQ(get(*store, "c"), "nothing");
}

TEST_P(EntryStore, ForgetsWhatWasRemoved) {
  const auto store = open();
  put(*store, {{"a", "1"}, {"b", "2"}});
  ASSERT_TRUE(store->remove("a"));
  ASSERT_TRUE(store->remove("z"));
  ASSERT_TRUE(store->commit());
  EXPECT_EQ(get(*store, "a"), "nothing");
  EXPECT_EQ(read(*store, "a", "z"), (entries{{"b", "2"}}));
}

TEST_P(EntryStore, ReadsInOrderOfUnsignedBytesWithoutTheEnd) {
  const auto store = open();
  put(*store, {{"\xff", "4"}, {"b", "2"}, {"a", "1"}, {std::string{"b\0", 2}, "3"}, {"c", ""}});
  EXPECT_EQ(read(*store, "a", "\xff"),
            (entries{{"a", "1"}, {"b", "2"}, {std::string{"b\0", 2}, "3"}, {"c", ""}}));
  EXPECT_EQ(read(*store, "b", "\xff\xff", 2), (entries{{"b", "2"}, {std::string{"b\0", 2}, "3"}}));
  EXPECT_EQ(read(*store, "d", "e"), entries{});
}

TEST_P(EntryStore, RemovesARange) {
  const auto store = open();
  put(*store, {{"a", "1"}, {"b", "2"}, {"bb", "3"}, {"c", "4"}});
  ASSERT_TRUE(store->remove_range("b", "c"));
  EXPECT_EQ(read(*store, "", "z"), (entries{{"a", "1"}, {"c", "4"}}));
  put(*store, {{"b", "5"}});
  EXPECT_EQ(get(*store, "b"), "5");
}

TEST_P(EntryStore, HasViewsThatStayAsTheyAreEvenWithoutTheStore) {
  auto store = open();
  put(*store, {{"a", "1"}, {"b", "2"}});
  const auto view = store->view();
  put(*store, {{"a", "3"}, {"c", "4"}});
  ASSERT_TRUE(store->remove_range("b", "c"));
  store.reset();
  EXPECT_EQ(read(*view, "", "z"), (entries{{"a", "1"}, {"b", "2"}}));
}

TEST_P(EntryStore, IsNewWhenItIsOpened) {
  const auto first = open();
  put(*first, {{"a", "1"}});
  const auto second = open();
  EXPECT_EQ(get(*second, "a"), "nothing");
  EXPECT_EQ(get(*first, "a"), "1");
}

TEST_P(EntryStore, TakesMoreThanFitsIntoItsBuffers) {
  const auto store = open();
  const std::string value(1000, 'v');
  for (int i = 0; i < 30'000; ++i) {
    ASSERT_TRUE(store->put(std::to_string(i * 7919 % 30'000), value));
  }
  ASSERT_TRUE(store->commit());
  EXPECT_EQ(get(*store, "29999"), value);
  EXPECT_EQ(read(*store, "", "z", 100'000).size(), 30'000U);
}

INSTANTIATE_TEST_SUITE_P(Both, EntryStore, testing::Values("map", "rocksdb"),
                         [](const auto& of) { return std::string{of.param}; });

TEST(EntryStores, AgreeOnRandomOperations) {
  const temporary_directory directory;
  posix_file_system files;
  rocksdb_stores stores{files};
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    random_numbers random{seed};
    map_store expected;
    auto opened = stores.open({directory.path(), std::uint64_t{16} << 20}, "random");
    ASSERT_TRUE(opened) << opened.failure().message;
    entry_store& tested = **opened;
    const auto key = [&] {
      return std::string(1 + random.below(3), static_cast<char>(random.below(256)));
    };
    for (int step = 0; step < 2000; ++step) {
      const std::string at = key();
      switch (random.below(8)) {
        case 0:
          for (entry_store* each : {static_cast<entry_store*>(&expected), &tested}) {
            ASSERT_TRUE(each->remove(at));
            ASSERT_TRUE(each->commit());
          }
          break;
        case 1: {
          const std::string end = key();
          if (end <= at || random.below(10) > 0) break;
          ASSERT_TRUE(expected.remove_range(at, end));
          ASSERT_TRUE(tested.remove_range(at, end));
          break;
        }
        case 2:
          ASSERT_EQ(get(expected, at), get(tested, at)) << "seed " << seed << ", step " << step;
          break;
        case 3: {
          const std::size_t most = random.below(20);
          ASSERT_EQ(read(expected, at, "\xff\xff\xff\xff", most),
                    read(tested, at, "\xff\xff\xff\xff", most))
              << "seed " << seed << ", step " << step;
          break;
        }
        default: {
          const entries some{{at, std::to_string(step)}, {key(), std::to_string(-step)}};
          put(expected, some);
          put(tested, some);
        }
      }
    }
    EXPECT_EQ(read(expected, "", "\xff\xff\xff\xff", 10'000),
              read(tested, "", "\xff\xff\xff\xff", 10'000));
  }
}

}  // namespace
}  // namespace weir
