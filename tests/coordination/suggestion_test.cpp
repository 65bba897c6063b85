// SPDX-License-Identifier: Apache-2.0
// Which word is near enough to be proposed, and which is not.
#include "coordination/suggestion.hpp"

#include <array>

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr std::array<std::string_view, 4> words{"parallelism.default", "pipeline.max-parallelism",
                                                "progress.enabled", "progress.interval"};

TEST(EditDistance, CountsInsertionsRemovalsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("credit", "credit"), 0U);
  EXPECT_EQ(edit_distance("credt", "credit"), 1U);
  EXPECT_EQ(edit_distance("crredit", "credit"), 1U);
  EXPECT_EQ(edit_distance("kredit", "credit"), 1U);
  EXPECT_EQ(edit_distance("cerdit", "credit"), 1U);
  EXPECT_EQ(edit_distance("", "credit"), 6U);
  EXPECT_EQ(edit_distance("credit", ""), 6U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(EditDistance, TouchesNoLetterTwice) { EXPECT_EQ(edit_distance("ca", "abc"), 3U); }

TEST(EditDistance, IgnoresCase) { EXPECT_EQ(edit_distance("Credit", "cREDIT"), 0U); }

TEST(Suggestion, IsTheNearestWord) {
  EXPECT_EQ(nearest_word("paralelism.defualt", words), "parallelism.default");
  EXPECT_EQ(nearest_word("progres.interval", words), "progress.interval");
}

TEST(Suggestion, MayBeLongerOrShorterByEveryThirdLetter) {
  constexpr std::array<std::string_view, 1> word{"progress"};
  EXPECT_EQ(nearest_word("prgrss", word), "progress");
  EXPECT_EQ(nearest_word("progress.in", word), "progress");
  EXPECT_EQ(nearest_word("progresssssss", word), std::nullopt);
}

TEST(Suggestion, IsTheFirstOfSeveralThatAreEquallyNear) {
  constexpr std::array<std::string_view, 2> pair{"count1", "count2"};
  EXPECT_EQ(nearest_word("count3", pair), "count1");
}

TEST(Suggestion, IsTheWordThatContainsTheWrongOne) {
  EXPECT_EQ(nearest_word("max-parallelism", words), "pipeline.max-parallelism");
  EXPECT_EQ(nearest_word("Interval", words), "progress.interval");
}

TEST(Suggestion, IsNotMadeWhenNothingIsNear) {
  EXPECT_EQ(nearest_word("colour", words), std::nullopt);
  EXPECT_EQ(nearest_word("par", words), std::nullopt);
  EXPECT_EQ(nearest_word("", words), std::nullopt);
  EXPECT_EQ(nearest_word("x", {}), std::nullopt);
}

TEST(Suggestion, DoesNotReplaceAWholeWord) {
  constexpr std::array<std::string_view, 1> letter{"a"};
  EXPECT_EQ(nearest_word("x", letter), std::nullopt);
}

TEST(Suggestion, EndsAnErrorMessage) {
  EXPECT_EQ(did_you_mean("progress.enable", words), "; did you mean progress.enabled?");
  EXPECT_EQ(did_you_mean("progress.enable", words, "'"), "; did you mean 'progress.enabled'?");
  EXPECT_EQ(did_you_mean("colour", words, "'"), "");
}

}  // namespace
}  // namespace weir
