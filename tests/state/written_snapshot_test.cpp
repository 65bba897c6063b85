// SPDX-License-Identifier: Apache-2.0
// What a task remembers of its snapshots, and which of their files the next one may refer to.
#include "state/written_snapshot.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

std::shared_ptr<const written_snapshot> written_for(std::uint64_t id) {
  auto written = std::make_shared<written_snapshot>();
  written->checkpoint = {id};
  return written;
}

TEST(WrittenSnapshot, FindsTheTablesOfItsOperators) {
  written_snapshot written;
  written.tables = {{operator_id{1}, "a", {}}, {operator_id{2}, "a", {}}};
  written.tables[1].parts[{1, 0, 0}] = {};
  EXPECT_EQ(written.find({2}, "a"), &written.tables[1].parts);
  EXPECT_EQ(written.find({1}, "a"), &written.tables[0].parts);
  EXPECT_EQ(written.find({1}, "b"), nullptr);
}

TEST(WrittenSnapshot, OffersOnlyFilesOfWhichAtLeastHalfIsNeeded) {
  written_snapshot written;
  written.files = {{{{7}, "own", 0}, 100, 100},
                   {{{5}, "half", 0}, 100, 50},
                   {{{4}, "less", 0}, 100, 49},
                   {{{3}, "gone", 0}, 0, 0}};
  EXPECT_EQ(written.worth_referring_to(10), (std::vector<bool>{true, true, false, false}));
}

TEST(WrittenSnapshot, OffersTheMostNeededFilesWhenThereAreTooMany) {
  written_snapshot written;
  written.files = {{{{7}, "own", 0}, 10, 10},
                   {{{5}, "large", 0}, 90, 90},
                   {{{4}, "small", 0}, 5, 5},
                   {{{3}, "middle", 0}, 20, 20}};
  EXPECT_EQ(written.worth_referring_to(2), (std::vector<bool>{false, true, false, true}));
  EXPECT_EQ(written.worth_referring_to(0), (std::vector<bool>(4)));
}

TEST(SnapshotHistory, GivesBackWhatWasWrittenForTheBase) {
  snapshot_history history;
  history.add(written_for(1));
  history.add(written_for(2));
  const auto base = history.take_base({1});
  ASSERT_NE(base, nullptr);
  EXPECT_EQ(base->checkpoint, checkpoint_id{1});
}

TEST(SnapshotHistory, HasNothingForAnUnknownBaseOrForNone) {
  snapshot_history history;
  EXPECT_EQ(history.take_base({1}), nullptr);
  history.add(written_for(1));
  EXPECT_EQ(history.take_base({}), nullptr);
}

TEST(SnapshotHistory, ForgetsWhatIsNotTheBase) {
  snapshot_history history;
  history.add(written_for(1));
  history.add(written_for(2));
  history.add(written_for(3));
  EXPECT_NE(history.take_base({2}), nullptr);
  history.add(written_for(4));
  EXPECT_NE(history.take_base({2}), nullptr);
  for (const std::uint64_t id : {1, 3, 4}) EXPECT_EQ(history.take_base({id}), nullptr) << id;
  EXPECT_EQ(history.take_base({2}), nullptr);
}

TEST(ContentName, SpreadsOverHashes) {
  std::unordered_map<std::size_t, int> seen;
  for (std::uint64_t array = 1; array <= 10; ++array) {
    for (std::uint32_t extent = 0; extent < 30; ++extent) {
      for (std::uint32_t version = 0; version < 30; ++version) {
        ++seen[content_name_hash{}({array, extent, version}) & 0xFFFFF];
      }
    }
  }
  EXPECT_GT(seen.size(), 8900U);
}

}  // namespace
}  // namespace weir
