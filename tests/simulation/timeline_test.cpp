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
  EXPECT_EQ(count("class=\"fault-row\""), 2U) << "the fault, and how it ended";
  EXPECT_EQ(count("<a href=\"#fault-3\">1</a>"), 1U);
  EXPECT_EQ(count("<g id=\"fault-3\">"), 1U);
  EXPECT_EQ(count("the end: lost: &lt;1 &amp; 2&gt;"), 1U);
  EXPECT_EQ(count("src="), 0U) << "it needs nothing else";
  EXPECT_EQ(count("%s"), 0U);
}

TEST(Timeline, HasEachTimeOnceAndALineWhereMuchOfItHasPassed) {
  const auto page = timeline_page({.title = "x",
                                   .violation = "y",
                                   .events = {{kind::job, duration{10}, 0, 0, 0, "job running"},
                                              {kind::job, duration{10}, 0, 0, 0, "job failing"},
                                              {kind::job, duration{6000}, 0, 0, 0, "job failed"}}});
  EXPECT_NE(page.find("0.000010 s"), std::string::npos);
  EXPECT_EQ(page.find("0.000010 s"), page.rfind("0.000010 s"));
  const auto gap = page.find("<line class=\"gap\"");
  EXPECT_GT(gap, page.find("job failing"));
  EXPECT_LT(gap, page.find("job failed"));
  EXPECT_EQ(gap, page.rfind("<line class=\"gap\""));
}

TEST(Timeline, SaysWhenNoFaultIsNeeded) {
  EXPECT_NE(timeline_page({.title = "x", .violation = "y"}).find("none is needed"),
            std::string::npos);
}

}  // namespace
}  // namespace weir
