// SPDX-License-Identifier: Apache-2.0
// Leaderships as texts, there and back, and texts that are none.
#include "coordination/leadership_text.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(LeadershipText, HasAKnownForm) {
  EXPECT_EQ(encode_leadership({.term = 7, .holder = "one", .beat = 12}),
            "weir leadership 1\nterm 7\nbeat 12\nleads\none");
  EXPECT_EQ(encode_leadership({.term = 8, .holder = "b\nc", .has_resigned = true}),
            "weir leadership 1\nterm 8\nbeat 0\nresigned\nb\nc");
}

TEST(LeadershipText, IsReadAsItWasWritten) {
  const std::vector<leadership> all{
      {.term = 1, .holder = "one"},
      {.term = ~leader_term{0}, .holder = "x\n", .beat = ~std::uint64_t{0}, .has_resigned = true},
      {.term = 2, .holder = std::string{"\0", 1}, .beat = 3}};
  for (const auto& each : all) {
    const auto read = decode_leadership(encode_leadership(each));
    ASSERT_TRUE(read.ok()) << read.failure().message;
    EXPECT_EQ(*read, each);
  }
}

TEST(LeadershipText, RefusesWhatWeirHasNotWritten) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "it does not begin with \"weir leadership 1\""},
      {"weir leadership 2\nterm 7\nbeat 0\nleads\none",
       "it does not begin with \"weir leadership 1\""},
      {"weir leadership 1\n", "its second line is not \"term\" and a number from 1"},
      {"weir leadership 1\nterm 0\nbeat 0\nleads\none",
       "its second line is not \"term\" and a number from 1"},
      {"weir leadership 1\nterm 07\nbeat 0\nleads\none",
       "its second line is not \"term\" and a number from 1"},
      {"weir leadership 1\nterm 18446744073709551616\nbeat 0\nleads\none",
       "its second line is not \"term\" and a number from 1"},
      {"weir leadership 1\nterm 7\nbeat -1\nleads\none",
       "its third line is not \"beat\" and a number"},
      {"weir leadership 1\nterm 7\nbeat 1\nlead\none",
       "its fourth line is neither \"leads\" nor \"resigned\""},
      {"weir leadership 1\nterm 7\nbeat 1\nleads\n", "it names no holder"}};
  for (const auto& [text, why] : wrong) {
    const auto read = decode_leadership(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.failure().code, error_code::corrupt_data) << text;
    EXPECT_EQ(read.failure().message, "no leadership that Weir has written: " + why) << text;
  }
}

}  // namespace
}  // namespace weir
