// SPDX-License-Identifier: Apache-2.0
// The page on which the story of a run can be seen.
#include "coordination/testing/timeline.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using kind = story_event::kind;

TEST(Timeline, HasALaneForEachProcessAndAnArrowForEachMessageThatArrived) {
  const auto page = timeline_page(
      {.title = "fraud, seed 7",
       .violation = "lost: <1 & 2>",
       .faults = {"at 5ms: crash tm-1, for ever"},
       .processes = 2,
       .events = {{kind::sent, duration{10}, 0, 1, 1, "checkpoint 1 triggered at window/0"},
                  {kind::arrived, duration{60}, 0, 1, 1, "checkpoint 1 triggered at window/0"},
                  {kind::sent, duration{70}, 1, 0, 2, "checkpoint 1 acknowledged by window/0"},
                  {kind::fault, duration{5000}, 1, 1, 0, "at 5ms: crash tm-1"}}});
  const auto count = [&](const std::string& of) {
    std::size_t found = 0;
    for (auto at = page.find(of); at != std::string::npos; at = page.find(of, at + 1)) ++found;
    return found;
  };
  EXPECT_TRUE(page.starts_with("<!doctype html>"));
  EXPECT_NE(page.find("<title>fraud, seed 7</title>"), std::string::npos);
  EXPECT_NE(page.find("lost: &lt;1 &amp; 2&gt;"), std::string::npos);
  EXPECT_EQ(count("class=\"lane\""), 2U);
  EXPECT_EQ(count("class=\"sent\""), 1U) << "one arrived, one did not";
  EXPECT_EQ(count("(to jm, never arrived)"), 1U);
  EXPECT_EQ(count("class=\"fault-row\""), 1U);
  EXPECT_EQ(count("src="), 0U) << "it needs nothing else";
  EXPECT_EQ(count("%s"), 0U);
}

TEST(Timeline, SaysWhenNoFaultIsNeeded) {
  EXPECT_NE(timeline_page({.title = "x", .violation = "y"}).find("none is needed"),
            std::string::npos);
}

}  // namespace
}  // namespace weir
