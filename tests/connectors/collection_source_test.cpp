// SPDX-License-Identifier: Apache-2.0
// Records written down in the program.
#include "connectors/collection_source.hpp"

#include <chrono>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "state/posix_file_system.hpp"
#include "tests/connectors/source_reading.hpp"

namespace weir {
namespace {

using std::chrono::seconds;

static_assert(source_description<collection_source<std::string>>);

posix_file_system files;

TEST(CollectionSource, BringsItsElementsInOrder) {
  EXPECT_EQ(read_all(collection({1, 2, 3}), files), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(read_all(collection<std::string>({"to be", "or not"}), files),
            (std::vector<std::string>{"to be", "or not"}));
  EXPECT_EQ(read_all(collection(std::vector<bool>{true, false}), files),
            (std::vector<bool>{true, false}));
}

TEST(CollectionSource, EndsAtOnceWhenEmpty) {
  EXPECT_EQ(read_all(collection(std::vector<int>{}), files), std::vector<int>{});
}

TEST(CollectionSource, DealsContiguousPartsToTheSubtasks) {
  const auto splits = collection({1, 2, 3, 4, 5}).discover_splits(context_for(files, 2));
  ASSERT_TRUE(splits);
  EXPECT_EQ(*splits, (std::vector<source_split>{{"[0,3)", ""}, {"[3,5)", ""}}));
  EXPECT_EQ(read_all(collection({1, 2, 3, 4, 5}), files, 3), (std::vector<int>{1, 2, 3, 4, 5}));
}

TEST(CollectionSource, GoesOnWhereItStoodAfterARestore) {
  std::vector<int> many(10'000);
  std::iota(many.begin(), many.end(), 0);
  for (int polls = 0; polls < 12; ++polls) {
    EXPECT_EQ(read_with_restore(collection(many), files, 3, polls), many) << polls;
  }
}

TEST(CollectionSource, SetsTheTimesItWasGiven) {
  const event_time early{seconds{1}};
  const event_time late{seconds{2}};
  const auto source = timed_collection<std::string>({{"b", late}, {"a", early}});
  const auto read = read_all(source, files);
  EXPECT_EQ(read, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(read.times, (std::vector<event_time>{late, early}));

  auto reader = source.open(context_for(files), *source.discover_splits(context_for(files)));
  polled<std::string> out;
  ASSERT_TRUE((*reader)->poll(processing_time{}, out));
  EXPECT_TRUE(out.has_times);
  EXPECT_EQ((*reader)->place_of(1), "collection: element 2");
}

TEST(CollectionSource, LeavesTheTimesToTheEngineOtherwise) {
  const auto source = collection({1});
  auto reader = source.open(context_for(files), *source.discover_splits(context_for(files)));
  polled<int> out;
  ASSERT_TRUE((*reader)->poll(processing_time{}, out));
  EXPECT_FALSE(out.has_times);
}

TEST(CollectionSource, RefusesPositionsOfAnotherCollection) {
  EXPECT_EQ(read_splits(collection({1, 2}), files, {{"[0,3)", ""}}).failure,
            "collection: the split [0,3) is not in its 2 elements; was the job changed since its "
            "positions were stored?");
  EXPECT_EQ(read_splits(collection({1, 2}), files, {{"a.txt[0,3)", ""}}).failure,
            "collection: read the split 'a.txt[0,3)' at '': not a range of indexes");
}

}  // namespace
}  // namespace weir
