// SPDX-License-Identifier: Apache-2.0
// Entries as lines, and blocks that are not what they say.
#include "coordination/state_line.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

const table_entry timers{"t", {"timers", "tuple{event_time,u8,u8}"}, {}};
const std::string entry = std::string(8, '\0') + "\7\1";

TEST(StateLine, SaysWhereAnEntryIsAndWhatItIs) {
  std::string lines;
  const auto read = for_each_entry(
      "o", timers, {{0, 1}, 2, entry + entry},
      [&](const auto& by, const auto& each) { lines += entry_line("o", "t", by, each); });
  EXPECT_TRUE(read.ok());
  const std::string line =
      "{\"operator\":\"o\",\"table\":\"t\",\"key\":7,\"time\":\"1970-01-01T00:00:00Z\",\"value\":1}"
      "\n";
  EXPECT_EQ(lines, line + line);
}

TEST(StateLine, RefusesBlocksOfAnotherLength) {
  const auto ignore = [](const auto&, const auto&) {};
  const auto few = for_each_entry("o", timers, {{0, 1}, 3, entry + entry}, ignore);
  ASSERT_FALSE(few.ok());
  EXPECT_EQ(few.failure().message.find("operator o: table t: 2 entries in a block of 3"), 0U);
  EXPECT_FALSE(for_each_entry("o", timers, {{0, 1}, 1, entry + "x"}, ignore).ok());
}

TEST(StateLine, ShowsABlockAsItIs) {
  EXPECT_EQ(
      block_line("o", "t", {{0, 1}, 2, "foo"}),
      "{\"operator\":\"o\",\"table\":\"t\",\"undecoded\":{\"entries\":2,\"base64\":\"Zm9v\"}}\n");
}

}  // namespace
}  // namespace weir
