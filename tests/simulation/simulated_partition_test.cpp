// SPDX-License-Identifier: Apache-2.0
// What can be read of a partition, and from when on.
#include "coordination/simulation/simulated_partition.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

log_record value(const std::string& text) { return {.value = text}; }

// "a@0 b@1 -> 3": the records with their offsets, and where the next fetch goes on.
std::string text_of(const fetched_records& fetched) {
  std::string text;
  for (const auto& each : fetched.records) {
    text += *each.value + "@" + std::to_string(each.offset) + " ";
  }
  return text + "-> " + std::to_string(fetched.next);
}

std::string all_of(const simulated_partition& partition) {
  return text_of(partition.fetch(partition.begin_offset(), 100));
}

TEST(SimulatedPartition, ShowsNothingOfATransactionUntilItIsCommitted) {
  simulated_partition partition;
  partition.append(value("a"));
  partition.append(value("b"), transaction_number{7});
  partition.append(value("c"));
  EXPECT_EQ(partition.last_stable_offset(), 1U);
  EXPECT_EQ(all_of(partition), "a@0 -> 1") << "nothing behind the last stable offset either";
  partition.end({7}, true);
  EXPECT_EQ(partition.last_stable_offset(), 4U);
  EXPECT_EQ(all_of(partition), "a@0 b@1 c@2 -> 4") << "the control record takes up an offset";
}

TEST(SimulatedPartition, NeverShowsWhatWasAborted) {
  simulated_partition partition;
  partition.append(value("a"), transaction_number{1});
  partition.append(value("b"), transaction_number{2});
  partition.end({1}, false);
  EXPECT_EQ(all_of(partition), "-> 1") << "but passes it";
  partition.end({2}, true);
  EXPECT_EQ(all_of(partition), "b@1 -> 4");
}

TEST(SimulatedPartition, IsStableUpToTheOldestOpenTransaction) {
  simulated_partition partition;
  partition.append(value("a"), transaction_number{1});
  partition.append(value("b"), transaction_number{2});
  partition.end({2}, true);
  EXPECT_EQ(all_of(partition), "-> 0");
  partition.end({1}, true);
  EXPECT_EQ(all_of(partition), "a@0 b@1 -> 4");
}

TEST(SimulatedPartition, FetchesPieceByPiece) {
  simulated_partition partition;
  for (const auto* each : {"a", "b", "c"}) partition.append(value(each), transaction_number{1});
  partition.end({1}, true);
  EXPECT_EQ(text_of(partition.fetch(0, 2)), "a@0 b@1 -> 2");
  EXPECT_EQ(text_of(partition.fetch(2, 2)), "c@2 -> 4");
  EXPECT_EQ(text_of(partition.fetch(4, 2)), "-> 4");
  EXPECT_EQ(text_of(partition.fetch(1, 0)), "-> 1");
}

TEST(SimulatedPartition, ForgetsOldRecordsAndKeepsTheOffsetsOfOthers) {
  simulated_partition partition;
  for (const auto* each : {"a", "b", "c"}) partition.append(value(each));
  partition.remove_before(2);
  EXPECT_EQ(partition.begin_offset(), 2U);
  EXPECT_EQ(all_of(partition), "c@2 -> 3");
  partition.remove_before(10);
  EXPECT_EQ(partition.begin_offset(), 3U) << "what is not there yet stays to come";
  partition.append(value("d"));
  EXPECT_EQ(all_of(partition), "d@3 -> 4");
}

TEST(SimulatedPartition, BearsThatTheBeginningOfAnOpenTransactionIsForgotten) {
  simulated_partition partition;
  partition.append(value("a"), transaction_number{1});
  partition.append(value("b"), transaction_number{1});
  partition.remove_before(1);
  EXPECT_EQ(partition.last_stable_offset(), 1U);
  partition.end({1}, true);
  EXPECT_EQ(all_of(partition), "b@1 -> 3");
}

}  // namespace
}  // namespace weir
