// SPDX-License-Identifier: Apache-2.0
// Snapshot files are written in slices of any size, always the same bytes, and never half.
#include "state/snapshot_writer.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"
#include "tests/connectors/faulty_file_system.hpp"
#include "tests/support/snapshot_content.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

const std::string path = "/state/chk-17/1.snap";

TEST(SnapshotWriter, WritesWhatTheReaderReads) {
  simulated_file_system files;
  const auto bytes = write_snapshot(files, path, some_header(), some_content());
  EXPECT_EQ(bytes, files.content_of(path).size());
  const auto read = read_snapshot(files, path);
  ASSERT_TRUE(read) << read.failure().message;
  EXPECT_EQ(*read, some_snapshot());
}

TEST(SnapshotWriter, WritesTheSameBytesInSlicesOfAnySize) {
  simulated_file_system files;
  write_snapshot(files, path, some_header(), some_content());
  for (const std::size_t slice : {0, 1, 7, 16, 100, 400, 1'000'000}) {
    write_snapshot(files, "/sliced", some_header(), some_content(), slice);
    EXPECT_EQ(files.content_of("/sliced"), files.content_of(path)) << slice;
  }
}

TEST(SnapshotWriter, WritesAboutAsMuchAsItWasAskedTo) {
  simulated_file_system files;
  std::vector<state_block> blocks(100, {{0, 128}, 1, std::string(1000, 'x')});
  auto writer = snapshot_writer::create(files, path, some_header(),
                                        content_of({operator_id{1},
                                                    "counts",
                                                    sections(section("t", counts_schema, blocks)),
                                                    {{"part", std::string(20'000, 'p')}}}));
  ASSERT_TRUE(writer);
  std::uint64_t before = 0;
  for (auto done = writer->write_some(5000); !*done; done = writer->write_some(5000)) {
    ASSERT_TRUE(done);
    EXPECT_GT(writer->bytes_written(), before);
    EXPECT_LT(writer->bytes_written(), before + 6000);
    EXPECT_EQ(files.content_of(path).size(), writer->bytes_written());
    before = writer->bytes_written();
  }
  EXPECT_TRUE(read_snapshot(files, path).ok());
}

TEST(SnapshotWriter, DropsATableAsSoonAsItIsWritten) {
  struct witness final : frozen_table {
    explicit witness(bool& dropped) : dropped_{&dropped} {}
    ~witness() override { *dropped_ = true; }
    witness(const witness&) = delete;
    witness& operator=(const witness&) = delete;
    std::optional<state_block> next_block(known_content*) override { return {}; }
    bool* dropped_;
  };
  simulated_file_system files;
  bool is_dropped = false;
  auto tables = sections({"first", counts_schema, std::make_unique<witness>(is_dropped)});
  tables.push_back(section("second", counts_schema, {{{0, 1}, 1, std::string(100, 'x')}}));
  auto writer = snapshot_writer::create(
      files, path, some_header(), content_of({operator_id{1}, "counts", std::move(tables), {}}));
  ASSERT_TRUE(writer);
  ASSERT_FALSE(*writer->write_some(50));
  EXPECT_TRUE(is_dropped);
}

TEST(SnapshotWriter, WritesATaskWithoutState) {
  simulated_file_system files;
  write_snapshot(files, path, some_header(), {});
  const auto read = read_snapshot(files, path);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, (whole_snapshot{some_header(), {}}));
}

TEST(SnapshotWriter, SyncsTheFileBeforeItIsWhole) {
  const temporary_directory directory;
  faulty_file_system files;
  files.refuses_sync = true;
  auto writer = snapshot_writer::create(files, directory / "1.snap", some_header(), {});
  ASSERT_TRUE(writer);
  auto done = writer->write_some(10'000);
  while (done && !*done) done = writer->write_some(10'000);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.failure().message,
            "write checkpoint 17: sync " + (directory / "1.snap") + ": Input/output error");
}

TEST(SnapshotWriter, SaysWhenTheDiskIsFull) {
  const temporary_directory directory;
  const auto file = directory / "chk-17/1.snap";
  faulty_file_system files;
  files.space = 300;
  auto writer = snapshot_writer::create(files, file, some_header(), some_content());
  ASSERT_TRUE(writer);
  auto done = writer->write_some(100);
  while (done && !*done) done = writer->write_some(100);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.failure().code, error_code::io_failure);
  EXPECT_EQ(done.failure().message,
            "write checkpoint 17: write " + file + ": No space left on device");
  EXPECT_FALSE(read_snapshot(files, file).ok());
}

TEST(SnapshotWriter, SaysWhenTheFileCannotBeCreated) {
  const temporary_directory directory;
  directory.write("file", "");
  faulty_file_system files;
  const auto inside = directory / "file/1.snap";
  const auto nowhere = snapshot_writer::create(files, inside, some_header(), {});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.failure().message, "write checkpoint 17: make the directory " +
                                           (directory / "file") + ": Not a directory");
  files.unwritable = directory.path();
  const auto denied = snapshot_writer::create(files, directory / "1.snap", some_header(), {});
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.failure().message,
            "write checkpoint 17: create " + (directory / "1.snap") + ": Permission denied");
}

TEST(SnapshotWriterDeathTest, RefusesTwoOperatorsOfOneId) {
  simulated_file_system files;
  std::vector<operator_snapshot> twins(2);
  EXPECT_DEATH(
      static_cast<void>(snapshot_writer::create(files, path, some_header(), std::move(twins))),
      "broken invariant");
}

}  // namespace
}  // namespace weir
