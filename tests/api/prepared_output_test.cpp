// SPDX-License-Identifier: Apache-2.0
// What is committed when, and what a checkpoint holds.
#include "api/prepared_output.hpp"

#include <gtest/gtest.h>

#include "tests/support/former_operator.hpp"

namespace weir {
namespace {

using outputs = std::vector<std::string>;

outputs committed(prepared_output& prepared, std::optional<checkpoint_id> completed) {
  outputs all;
  while (const auto* next = prepared.next(completed)) {
    all.push_back(*next);
    prepared.forget_first();
  }
  return all;
}

outputs held(const outputs& parts) {
  std::vector<state_parts> subtasks;
  for (const auto& part : parts) subtasks.push_back({{prepared_output_part, part}});
  return *restore_prepared_output(former_operator{subtasks});
}

TEST(PreparedOutput, IsCommittedWithItsCheckpointOrALaterOne) {
  prepared_output prepared;
  prepared.add("a");
  prepared.on_snapshot({3});
  prepared.add("b");
  prepared.on_snapshot({5});
  prepared.add("c");
  prepared.on_snapshot({6});
  EXPECT_EQ(committed(prepared, checkpoint_id{2}), outputs{});
  EXPECT_EQ(committed(prepared, checkpoint_id{5}), (outputs{"a", "b"}));
  EXPECT_EQ(committed(prepared, checkpoint_id{5}), outputs{});
  EXPECT_EQ(committed(prepared, checkpoint_id{6}), outputs{"c"});
}

TEST(PreparedOutput, BelongsToTheFirstCheckpointThatHoldsIt) {
  prepared_output prepared;
  prepared.add("end");
  EXPECT_EQ(committed(prepared, checkpoint_id{9}), outputs{}) << "checkpoint 9 does not hold it";
  prepared.on_snapshot({10});
  prepared.on_snapshot({11});
  EXPECT_EQ(committed(prepared, checkpoint_id{10}), outputs{"end"});
}

TEST(PreparedOutput, IsCommittedAltogetherWhenTheJobHasFinished) {
  prepared_output prepared;
  prepared.add("a");
  prepared.on_snapshot({1});
  prepared.add("end");
  EXPECT_EQ(committed(prepared, std::nullopt), (outputs{"a", "end"}));
}

TEST(PreparedOutput, DoesNotRememberNothing) {
  prepared_output prepared;
  prepared.add("");
  EXPECT_EQ(prepared.next(), nullptr);
  EXPECT_EQ(held({prepared.on_snapshot({1})}), outputs{});
}

TEST(PreparedOutput, IsHeldByEveryCheckpointUntilItIsCommitted) {
  prepared_output first;
  prepared_output second;
  first.add("a");
  EXPECT_EQ(held({first.on_snapshot({1}), second.on_snapshot({1})}), outputs{"a"});
  first.add("b");
  second.add("c");
  EXPECT_EQ(held({first.on_snapshot({2}), second.on_snapshot({2})}), (outputs{"a", "b", "c"}));
  first.forget_first();
  EXPECT_EQ(held({first.on_snapshot({3}), second.on_snapshot({3})}), (outputs{"b", "c"}));
}

TEST(PreparedOutput, IsNotRestoredFromDamagedParts) {
  prepared_output prepared;
  prepared.add("a");
  const auto part = prepared.on_snapshot({1});
  for (std::size_t length = 0; length < part.size(); ++length) {
    const former_operator from{{{{prepared_output_part, part.substr(0, length)}}}};
    const auto restored = restore_prepared_output(from);
    ASSERT_FALSE(restored) << length;
    EXPECT_EQ(restored.failure().code, error_code::corrupt_data);
    EXPECT_TRUE(restored.failure().message.starts_with("restore checkpoint 17: ")) << length;
  }
  const former_operator from{{{{prepared_output_part, part + "x"}}}};
  EXPECT_EQ(restore_prepared_output(from).failure().code, error_code::corrupt_data);
}

}  // namespace
}  // namespace weir
