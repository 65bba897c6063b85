// SPDX-License-Identifier: Apache-2.0
// What was committed, line by line, and how it differs from what should have been.
#include "coordination/testing/committed_output.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(CommittedOutput, IsWhatIsInTheFilesOfEachSinkButNotInProgress) {
  simulated_file_system disk;
  disk.put("/out/a.part-0-x-1", "1\n2\n");
  disk.put("/out/a.part-1-x-1", "2\n");
  disk.put("/out/a.part-1.x-2.in-progress", "3\n");
  disk.put("/out/b", "7\n");
  disk.put("/engine/chk-1/manifest", "no output\n");
  EXPECT_EQ(read_committed(disk, {"/engine"}),
            (committed_output{{"/out/a", {{"1", 1}, {"2", 2}}}, {"/out/b", {{"7", 1}}}}));
}

TEST(CommittedOutput, CountsAHeaderOnceHoweverManyFilesHaveIt) {
  simulated_file_system disk;
  disk.put("/out/a.csv.part-0-x-1", "key,count\nx,1\n");
  disk.put("/out/a.csv.part-1-x-1", "key,count\ny,2\n");
  EXPECT_EQ(read_committed(disk, {}),
            (committed_output{{"/out/a.csv", {{"key,count", 1}, {"x,1", 1}, {"y,2", 1}}}}));
}

TEST(CommittedOutput, TakesNoLineForAHeaderThatMayBeADuplicate) {
  simulated_file_system disk;
  disk.put("/out/a.part-0-x-1", "42\n");
  disk.put("/out/a.part-0-y-1", "42\n");
  EXPECT_EQ(read_committed(disk, {}), (committed_output{{"/out/a", {{"42", 2}}}}));
}

TEST(CommittedOutput, LeavesOutWhatWasGiven) {
  simulated_file_system disk;
  disk.put_given("/in/book.txt", "a word\n");
  EXPECT_TRUE(read_committed(disk, {}).empty());
}

TEST(CommittedOutput, LeavesOutWhatIsBehindTheDisk) {
  const auto behind = std::make_shared<simulated_file_system>();
  behind->put("/in/book.txt", "a word\n");
  simulated_file_system disk;
  disk.put_before(behind);
  ASSERT_TRUE(disk.open_for_reading("/in/book.txt").ok());
  EXPECT_TRUE(read_committed(disk, {}).empty());
}

TEST(CommittedOutput, HasTheLinesOfAKeyInTheOrderOfTheCommits) {
  simulated_file_system disk;
  disk.put("/out/a.csv.part-1.x-1.in-progress", "k,v\nx,1\n");
  disk.put("/out/a.csv.part-0-x-1", "k,v\ny,1\n");
  disk.put("/out/a.csv.part-0-x-2", "k,v\nx,2\ny,2\n");
  ASSERT_TRUE(disk.rename("/out/a.csv.part-1.x-1.in-progress", "/out/a.csv.part-1-x-1").ok());
  const auto lines = committed_lines(disk, "/out/a.csv");
  EXPECT_EQ(lines, (std::vector<std::string>{"y,1", "x,2", "y,2", "x,1"}));
  const auto key = [](std::string_view line) { return std::string{line.substr(0, 1)}; };
  const auto found = ordered_by_key(lines, key);
  EXPECT_EQ(order_difference(found, found), "");
  EXPECT_EQ(order_difference(found, ordered_by_key({"x,1", "y,1", "x,2", "y,2"}, key)),
            "key x: line 1 is x,2, should be x,1");
  EXPECT_EQ(order_difference(found, ordered_by_key({"y,1", "y,2", "x,2", "x,1"}, key)), "");
}

TEST(CommittedOutput, DiffersByLinesThatAreMissingTooOftenOrShouldNotBeThere) {
  const committed_output expected{{"/a", {{"1", 1}, {"2", 2}, {"3", 1}}}};
  EXPECT_EQ(difference(expected, expected).text, "");
  const auto differs = difference({{"/a", {{"1", 3}, {"2", 1}, {"4", 1}}}}, expected);
  EXPECT_EQ(differs.lost, 2U);
  EXPECT_EQ(differs.duplicated, 3U);
  EXPECT_EQ(differs.text,
            "4 lines differ:\n"
            "  /a: 1: 3 times, should be 1\n"
            "  /a: 2: 1 times, should be 2\n"
            "  /a: 3: missing\n"
            "  /a: 4: should not be there");
}

TEST(CommittedOutput, TellsTheFirstFiveDifferences) {
  committed_output expected;
  for (int i = 0; i < 9; ++i) expected["/a"][std::to_string(i)] = 1;
  const auto differs = difference({}, expected);
  EXPECT_EQ(differs.lost, 9U);
  EXPECT_TRUE(differs.text.starts_with("9 lines differ:\n  /a: 0: missing")) << differs.text;
  EXPECT_TRUE(differs.text.ends_with("  /a: 4: missing")) << differs.text;
}

}  // namespace
}  // namespace weir
