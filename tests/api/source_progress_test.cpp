// SPDX-License-Identifier: Apache-2.0
// Dealing out the splits of a checkpoint.
#include "api/source_progress.hpp"

#include <gtest/gtest.h>

#include "tests/support/former_operator.hpp"

namespace weir {
namespace {

using splits = std::vector<split_progress>;

event_time after(std::int64_t seconds) { return event_time{std::chrono::seconds{seconds}}; }

former_operator former(const std::vector<splits>& subtasks) {
  std::vector<state_parts> parts;
  for (const auto& each : subtasks) {
    parts.push_back({{source_progress_part, encode_source_progress(each)}});
  }
  return former_operator{parts};
}

const split_progress a{"a", "3", after(1)};
const split_progress b{"b", "", beginning_of_time};
const split_progress c{"c", "x", after(7)};
const split_progress d{"d", "", end_of_time};

TEST(SourceProgress, IsDealtOutInTheOrderOfTheIds) {
  const auto from = former({{d, b}, {}, {c, a}});
  EXPECT_EQ(*restore_source_progress(from, {0}, 1), (splits{a, b, c, d}));
  EXPECT_EQ(*restore_source_progress(from, {0}, 3), (splits{a, d}));
  EXPECT_EQ(*restore_source_progress(from, {1}, 3), splits{b});
  EXPECT_EQ(*restore_source_progress(from, {2}, 3), splits{c});
  EXPECT_EQ(*restore_source_progress(from, {5}, 6), splits{});
}

TEST(SourceProgress, IsNothingWhenAllSplitsHadEnded) {
  EXPECT_EQ(*restore_source_progress(former({{}, {}}), {0}, 1), splits{});
}

TEST(SourceProgress, RefusesASplitThatIsThereTwice) {
  const auto restored = restore_source_progress(former({{a, b}, {a}}), {0}, 2);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.failure().code, error_code::corrupt_data);
  EXPECT_EQ(restored.failure().message,
            "restore checkpoint 17: the source has the split a twice, and its records would be "
            "read twice; restore an older checkpoint");
}

TEST(SourceProgress, RefusesACheckpointThatDoesNotKnowTheSource) {
  const auto restored = restore_source_progress(former({}), {0}, 1);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.failure().code, error_code::corrupt_data);
  EXPECT_EQ(restored.failure().message,
            "restore checkpoint 17: it knows nothing of this source; restore one of a job that had "
            "the source, or start afresh");
}

TEST(SourceProgress, RefusesDamagedParts) {
  const auto part = encode_source_progress({a, b, c});
  for (std::size_t length = 0; length < part.size(); ++length) {
    const former_operator from{{{{source_progress_part, part.substr(0, length)}}}};
    const auto restored = restore_source_progress(from, {0}, 1);
    ASSERT_FALSE(restored) << length;
    EXPECT_EQ(restored.failure().code, error_code::corrupt_data);
  }
  const former_operator from{{{{source_progress_part, part + "x"}}}};
  EXPECT_EQ(restore_source_progress(from, {0}, 1).failure().code, error_code::corrupt_data);
}

}  // namespace
}  // namespace weir
