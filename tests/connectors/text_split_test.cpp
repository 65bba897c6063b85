// SPDX-License-Identifier: Apache-2.0
// Which files are read, in which ranges.
#include "connectors/text_split.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "state/posix_file_system.hpp"
#include "tests/connectors/faulty_file_system.hpp"
#include "tests/connectors/source_reading.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

class TextSplit : public testing::Test {
protected:
  // The ids of the splits, without the directory, or the error.
  std::vector<std::string> discover(const std::string& path, std::uint32_t parallelism = 1) {
    options.path = path;
    const auto splits = discover_text_splits(context_for(files, parallelism), options);
    if (!splits) return {splits.failure().message};
    std::vector<std::string> ids;
    for (const auto& split : *splits) {
      EXPECT_EQ(split.position, "");
      EXPECT_TRUE(split.id.starts_with(directory.path() + "/"));
      ids.push_back(split.id.substr(directory.path().size() + 1));
    }
    return ids;
  }

  temporary_directory directory;
  faulty_file_system files;
  text_file_options options;
};

using names = std::vector<std::string>;

TEST_F(TextSplit, KeepsSmallFilesWhole) {
  EXPECT_EQ(discover(directory.write("a.txt", "hello"), 8), (names{"a.txt[0,5)"}));
  EXPECT_EQ(discover(directory.write("empty.txt", ""), 8), (names{"empty.txt[0,0)"}));
}

TEST_F(TextSplit, CutsLargeFilesForEverySubtask) {
  const auto path = directory.write("a.txt", std::string(200'001, 'x'));
  EXPECT_EQ(discover(path, 1), (names{"a.txt[0,200001)"}));
  EXPECT_EQ(discover(path, 2), (names{"a.txt[0,100001)", "a.txt[100001,200001)"}));
  EXPECT_EQ(discover(path, 8).size(), 3U) << "no range below 64 KiB";
}

TEST_F(TextSplit, LeavesFilesWholeWhoseRowsCannotBeToldApart) {
  const auto path = directory.write("a.csv", std::string(200'000, 'x'));
  options.has_multiline_quotes = true;
  EXPECT_EQ(discover(path, 2), (names{"a.csv[0,200000)"}));
  options.follow = duration{1};
  EXPECT_EQ(discover(path, 2), (names{"a.csv[0,)"}));
}

TEST_F(TextSplit, TakesTheVisibleFilesOfADirectoryInOrder) {
  for (const auto* name :
       {"in/b", "in/a", "in/.hidden", "in/_SUCCESS", "in/c.in-progress", "in/inner/file"}) {
    directory.write(name, "1");
  }
  EXPECT_EQ(discover(directory / "in"), (names{"in/a[0,1)", "in/b[0,1)"}));
  EXPECT_EQ(discover(directory / "in/"), (names{"in/a[0,1)", "in/b[0,1)"}));
}

TEST_F(TextSplit, RefusesADirectoryWithoutFiles) {
  directory.write("in/.hidden", "1");
  EXPECT_EQ(discover(directory / "in"),
            (names{(directory / "in") +
                   ": the directory has no file to read (names that begin with '.' or '_' or end "
                   "in .in-progress are passed over); put files into it or name another"}));
}

TEST_F(TextSplit, RefusesAMissingFile) {
  EXPECT_EQ(discover(directory / "a"),
            (names{"look at " + (directory / "a") +
                   ": No such file or directory; name an existing file or directory"}));
}

TEST_F(TextSplit, RefusesAPathThroughAFile) {
  const auto path = directory.write("a", "") + "/b";
  EXPECT_EQ(discover(path), (names{"look at " + path + ": Not a directory"}));
}

TEST_F(TextSplit, RefusesAFileThatMayNotBeRead) {
  files.unreadable = directory.write("secret", "1");
  EXPECT_EQ(discover(files.unreadable),
            (names{"open " + files.unreadable + ": Permission denied"}));
  EXPECT_EQ(discover(directory.path()),
            (names{"open " + files.unreadable + ": Permission denied"}));
}

TEST_F(TextSplit, RefusesWhatIsNeitherFileNorDirectory) {
  EXPECT_EQ(discover("/dev/null"),
            (names{"/dev/null: is neither a file nor a directory; name a regular file"}));
}

TEST_F(TextSplit, SurvivesTheWayThroughASplit) {
  for (const auto& split : {text_split{"a[1,2).txt", 0, 10, {}}, text_split{"a", 5, 10, 7},
                            text_split{"a", 0, text_split::open_end, 7}}) {
    const auto parsed = parse_text_split(to_source_split(split));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, split);
  }
  EXPECT_EQ(to_source_split({"a", 5, 10, 7}), (source_split{"a[5,10)", "7"}));
}

TEST_F(TextSplit, RefusesWhatIsNoRange) {
  const std::vector<source_split> wrong{
      {"", ""},      {"a", ""},     {"a[1,2", ""},    {"a[x,2)", ""},   {"a[1,y)", ""},
      {"a1,2)", ""}, {"a[12)", ""}, {"a[1,2)", "no"}, {"a[1,2)", "-1"}, {"a,b[12)", ""}};
  for (const auto& split : wrong) {
    const auto parsed = parse_text_split(split);
    ASSERT_FALSE(parsed) << split.id;
    EXPECT_EQ(parsed.failure().code, error_code::corrupt_data);
    EXPECT_EQ(parsed.failure().message, "read the split '" + split.id + "' at '" + split.position +
                                            "': not a range of a text file");
  }
}

}  // namespace
}  // namespace weir
