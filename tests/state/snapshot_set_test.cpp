// SPDX-License-Identifier: Apache-2.0
// Files that are not parts of one checkpoint are not restored together.
#include "state/snapshot_set.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"
#include "tests/support/snapshot_content.hpp"

namespace weir {
namespace {

constexpr operator_id counts{7};
const std::string not_one = ": these files are not of one checkpoint; restore from another one";

class SnapshotSet : public testing::Test {
protected:
  void write(const std::string& path, snapshot_header about, operator_id id = counts,
             table_schema schema = counts_schema) {
    operator_snapshot content;
    content.id = id;
    content.name = "counts";
    content.tables.push_back(section("t", std::move(schema), {}));
    write_snapshot(files, path, std::move(about), content_of(std::move(content)));
  }
  std::string message_of(std::vector<std::string> paths) {
    const auto set = snapshot_set::open(files, checkpoint_id{17}, std::move(paths));
    EXPECT_FALSE(set.ok());
    return set ? "" : set.failure().message;
  }

  simulated_file_system files;
};

TEST_F(SnapshotSet, KnowsTheOperatorsOfAllFiles) {
  write("/b", some_header(0), operator_id{9});
  write("/a", some_header(0), counts);
  write("/c", some_header(1), operator_id{9});
  const auto set = snapshot_set::open(files, checkpoint_id{17}, {"/b", "/a", "/c"});
  ASSERT_TRUE(set) << set.failure().message;
  EXPECT_EQ(set->operators(), (std::vector<operator_id>{counts, operator_id{9}}));
  EXPECT_TRUE(set->has(counts));
  EXPECT_FALSE(set->has(operator_id{8}));
  EXPECT_NE(set->restored(counts, {0, 1}), nullptr);
  EXPECT_EQ(set->restored(operator_id{8}, {0, 1}), nullptr);
}

TEST_F(SnapshotSet, MayBeEmpty) {
  const auto set = snapshot_set::open(files, checkpoint_id{17}, {});
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->operators().empty());
}

TEST_F(SnapshotSet, SaysWhatWasBeingDoneWhenAFileCannotBeRead) {
  EXPECT_EQ(message_of({"/none"}), "restore checkpoint 17: open /none: no such file or directory");
  files.put("/foreign", "what");
  EXPECT_EQ(message_of({"/foreign"}),
            "restore checkpoint 17: /foreign: this is no Weir snapshot: "
            "such a file begins with WEIRSNAP");
}

TEST_F(SnapshotSet, RefusesAFileOfAnotherCheckpoint) {
  auto about = some_header();
  about.checkpoint = checkpoint_id{16};
  write("/a", about);
  EXPECT_EQ(message_of({"/a"}),
            "restore checkpoint 17: /a: is of checkpoint 16: the file was moved or replaced; "
            "restore from another checkpoint");
}

TEST_F(SnapshotSet, RefusesOneTableWithTwoSchemas) {
  write("/a", some_header(0));
  write("/b", some_header(1), counts, {"keyed", "pair{string,i8}"});
  EXPECT_EQ(message_of({"/a", "/b"}),
            "restore checkpoint 17: /b: operator counts: table \"t\" consists of keyed "
            "pair{string,i8}, but in /a of keyed pair{string,u64}" +
                not_one);
}

TEST_F(SnapshotSet, TakesMessagesOfOneNameForTheSame) {
  write("/a", some_header(0), counts, {"keyed", "pair{string,protobuf{shop.order}}"});
  write("/b", some_header(1), counts, {"keyed", "pair{string,protobuf{shop.order:CAE=}}"});
  write("/c", some_header(2), counts, {"keyed", "pair{string,protobuf{shop.bill:CAE=}}"});
  EXPECT_TRUE(snapshot_set::open(files, checkpoint_id{17}, {"/a", "/b"}).ok());
  EXPECT_TRUE(snapshot_set::open(files, checkpoint_id{17}, {"/b", "/a"}).ok());
  EXPECT_EQ(
      message_of({"/b", "/c"}),
      "restore checkpoint 17: /c: operator counts: table \"t\" consists of keyed "
      "pair{string,protobuf{shop.bill}}, but in /b of keyed pair{string,protobuf{shop.order}}" +
          not_one);
}

TEST_F(SnapshotSet, RefusesOneSubtaskTwice) {
  write("/a", some_header(2));
  write("/b", some_header(2));
  EXPECT_EQ(message_of({"/a", "/b"}),
            "restore checkpoint 17: /b: operator counts: subtask 2 is also in /a" + not_one);
}

TEST_F(SnapshotSet, RefusesOneOperatorWithTwoParallelisms) {
  write("/a", some_header(0));
  auto about = some_header(1);
  about.parallelism = 8;
  write("/b", about);
  EXPECT_EQ(message_of({"/a", "/b"}),
            "restore checkpoint 17: /b: operator counts: its parallelism is 8 of at most 128, but "
            "in /a 4 of at most 128" +
                not_one);
}

}  // namespace
}  // namespace weir
