// SPDX-License-Identifier: Apache-2.0
// What every store of bytes promises, of RocksDB and of the ordered map that stands for it; and
// that the two agree, whatever is done to them.
#include "api/entry_store.hpp"

#include <gtest/gtest.h>

#include "state/map_store.hpp"
#include "state/posix_file_system.hpp"
#include "state/rocksdb_store.hpp"
#include "state/whole_file.hpp"
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
  std::unique_ptr<entry_store> open(const std::vector<store_file>& with = {}) {
    auto opened = try_to_open(with);
    EXPECT_TRUE(opened) << opened.failure().message;
    return *std::move(opened);
  }
  result<std::unique_ptr<entry_store>> try_to_open(const std::vector<store_file>& with) {
    return stores().open({directory_.path(), std::uint64_t{16} << 20}, "counts (1/1)", with);
  }
  static std::vector<store_file> files_of(frozen_store& frozen) {
    auto files = frozen.files();
    EXPECT_TRUE(files) << files.failure().message;
    return *std::move(files);
  }
  posix_file_system& disk() { return files_; }
  const temporary_directory& directory() const { return directory_; }
  // Where the files are when they belong to a checkpoint.
  std::vector<store_file> kept(frozen_store& frozen) {
    auto files = files_of(frozen);
    const std::string into = directory_ / ("kept-" + std::to_string(kept_++));
    EXPECT_TRUE(files_.make_directories(into));
    for (store_file& each : files) {
      const std::string path = into + "/" + each.name;
      EXPECT_TRUE(files_.link(each.path, path));
      each.path = path;
    }
    return files;
  }

  entry_stores& stores() {
    if (std::string{GetParam()} == "map") return in_maps_;
    return in_files_;
  }

  temporary_directory directory_;
  posix_file_system files_;
  int kept_ = 0;
  map_stores in_maps_{files_};
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

TEST_P(EntryStore, BeginsWithWhatAnotherWas) {
  auto first = open();
  put(*first, {{"a", "1"}, {"b", "2"}, {"c", "3"}});
  ASSERT_TRUE(first->remove("c"));
  ASSERT_TRUE(first->commit());
  auto frozen = first->freeze();
  // Nobody has asked for the files yet.
  put(*first, {{"a", "4"}, {"d", "5"}});
  ASSERT_TRUE(first->remove_range("b", "c"));
  const auto files = kept(*frozen);
  frozen.reset();
  first.reset();
  const auto second = open(files);
  EXPECT_EQ(read(*second, "", "z"), (entries{{"a", "1"}, {"b", "2"}}));
  put(*second, {{"a", "6"}});
  // The files stay as they were.
  const auto third = open(files);
  EXPECT_EQ(read(*third, "", "z"), (entries{{"a", "1"}, {"b", "2"}}));
}

TEST_P(EntryStore, IsAsItWasHoweverOftenItIsFrozen) {
  auto store = open();
  std::vector<std::vector<store_file>> moments;
  for (int i = 0; i < 12; ++i) {
    put(*store, {{std::to_string(i), "then"}, {std::to_string(i / 2), "now"}});
    if (i == 7) {
      ASSERT_TRUE(store->remove("3"));
      ASSERT_TRUE(store->commit());
    }
    moments.push_back(kept(*store->freeze()));
  }
  store.reset();
  EXPECT_EQ(read(*open(moments[0]), "", "z"), (entries{{"0", "now"}}));
  EXPECT_EQ(read(*open(moments[2]), "", "z"), (entries{{"0", "now"}, {"1", "now"}, {"2", "then"}}));
  const auto last = open(moments[11]);
  EXPECT_EQ(get(*last, "3"), "nothing");
  EXPECT_EQ(read(*last, "", "z").size(), 11U);
  // A store that began so goes on like any other.
  put(*last, {{"3", "again"}});
  EXPECT_EQ(read(*open(kept(*last->freeze())), "", "z").size(), 12U);
}

TEST_P(EntryStore, HasFinalFilesThatStayWhatTheyAre) {
  auto store = open();
  put(*store, {{"a", std::string(100'000, 'a')}});
  const auto before = kept(*store->freeze());
  put(*store, {{"b", std::string(100'000, 'b')}});
  const auto after = kept(*store->freeze());
  int common = 0;
  for (const store_file& each : after) {
    for (const store_file& other : before) {
      if (!each.is_final || other.name != each.name) continue;
      ++common;
      EXPECT_EQ(*read_whole_file(disk(), each.path, 1 << 20),
                *read_whole_file(disk(), other.path, 1 << 20));
    }
  }
  EXPECT_EQ(common, 1);
}

TEST_P(EntryStore, DoesNotBeginWithDamagedFiles) {
  auto store = open();
  for (int i = 0; i < 1000; ++i) put(*store, {{std::to_string(i), std::string(100, 'v')}});
  auto files = kept(*store->freeze());
  for (store_file& each : files) {
    if (!each.is_final) continue;
    std::string bytes = *read_whole_file(disk(), each.path, 1 << 20);
    bytes[bytes.size() / 3] ^= 1;
    each.path += ".damaged";
    ASSERT_TRUE(write_whole_file(disk(), each.path, bytes));
  }
  const auto opened = try_to_open(files);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.failure().code, error_code::corrupt_data) << opened.failure().message;
  EXPECT_NE(opened.failure().message.find(directory().path()), std::string::npos)
      << opened.failure().message;
}

TEST_P(EntryStore, NeedsAllItsFiles) {
  auto store = open();
  put(*store, {{"a", "1"}});
  auto files = kept(*store->freeze());
  std::erase_if(files, [](const store_file& each) { return each.is_final; });
  // A map is nothing but its runs; that one is missing shows when its entries are counted.
  EXPECT_EQ(files.empty(), std::string{GetParam()} == "map");
  if (!files.empty()) {
    EXPECT_FALSE(try_to_open(files));
  }
}

INSTANTIATE_TEST_SUITE_P(Both, EntryStore, testing::Values("map", "rocksdb"),
                         [](const auto& of) { return std::string{of.param}; });

TEST(EntryStores, AgreeOnRandomOperations) {
  const temporary_directory directory;
  posix_file_system files;
  rocksdb_stores stores{files};
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    random_numbers random{seed};
    map_store expected{files, directory.path()};
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
