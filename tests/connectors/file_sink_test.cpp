// SPDX-License-Identifier: Apache-2.0
// Records in files, in each format, and read back from them.
#include "connectors/file_sink.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "connectors/csv_source.hpp"
#include "connectors/json_lines_source.hpp"
#include "tests/connectors/faulty_file_system.hpp"
#include "tests/connectors/sink_writing.hpp"
#include "tests/connectors/source_reading.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

struct sample {
  std::string name;
  std::optional<double> level;
  bool is_valid = false;
  friend bool operator==(const sample&, const sample&) = default;
};
WEIR_FIELDS(sample, name, level, is_valid)

static_assert(sink_for<file_sink_of<text_rows>, int>);
static_assert(sink_for<file_sink_of<csv_rows>, sample>);
static_assert(sink_for<file_sink_of<json_rows>, sample>);

class FileSink : public testing::Test {
protected:
  temporary_directory directory;
  faulty_file_system files;
  std::string path = directory / "out";
  const std::vector<sample> samples{{"a, \"b\"", 1.5, true}, {"", {}, false}};
};

TEST_F(FileSink, WritesLinesOfText) {
  EXPECT_EQ(write_all<int>(file_sink(path), sink_context_for(files), {1, 2}), "");
  EXPECT_EQ(directory.read("out"), "1\n2\n");
}

TEST_F(FileSink, WritesCsvThatReadsBack) {
  EXPECT_EQ(write_all<sample>(file_sink(path).csv(), sink_context_for(files), samples), "");
  EXPECT_EQ(directory.read("out"), "name,level,is_valid\n\"a, \"\"b\"\"\",1.5,true\n,,false\n");
  EXPECT_EQ(read_all(csv_of<sample>(path), files), samples);
}

TEST_F(FileSink, WritesJsonLinesThatReadBack) {
  EXPECT_EQ(write_all<sample>(file_sink(path).json_lines(), sink_context_for(files), samples), "");
  EXPECT_EQ(read_all(json_lines_of<sample>(path), files), samples);
}

TEST_F(FileSink, GivesEverySubtaskAPartThatIsReadAsOne) {
  path = directory / "out/result";
  for (const std::uint32_t i : {0U, 1U}) {
    EXPECT_EQ(write_all<sample>(file_sink(path).csv(), sink_context_for(files, i, 2), {samples[i]}),
              "");
  }
  EXPECT_TRUE(directory.has("out/result.part-0-of-2"));
  EXPECT_EQ(read_all(csv_of<sample>(directory / "out"), files), samples);
}

TEST_F(FileSink, WritesTheHeaderEvenWithoutRecords) {
  EXPECT_EQ(write_all<sample>(file_sink(path).csv(), sink_context_for(files), {}), "");
  EXPECT_EQ(directory.read("out"), "name,level,is_valid\n");
}

TEST_F(FileSink, LeavesNothingOfAJobThatFailed) {
  {
    auto writer = file_sink(path).open<int>(sink_context_for(files));
    ASSERT_TRUE(write_values<int>(**writer, {1}));
    EXPECT_TRUE(directory.has("out.part-0-of-1.in-progress"));
    (*writer)->abandon();
    EXPECT_FALSE(directory.has("out.part-0-of-1.in-progress"));
  }
  {
    auto dropped = file_sink(path).open<int>(sink_context_for(files));
    EXPECT_TRUE(directory.has("out.part-0-of-1.in-progress"));
  }
  EXPECT_FALSE(directory.has("out.part-0-of-1.in-progress"));
  EXPECT_FALSE(directory.has("out"));
}

TEST_F(FileSink, WritesEveryRecordOnceThoughAJobBeginsAgain) {
  const auto sink = file_sink(path).csv();
  auto first = sink.open<sample>(sink_context_with_checkpoints(files, "t1"));
  ASSERT_TRUE(write_values(**first, {samples[0]}));
  const auto held = *(*first)->prepare();
  ASSERT_TRUE(write_values(**first, {samples[1]}));
  first->reset();

  auto second = sink.open<sample>(sink_context_with_checkpoints(files, "t2"));
  ASSERT_TRUE((*second)->recover({held}));
  ASSERT_TRUE(write_values(**second, {samples[1]}));
  ASSERT_TRUE((*second)->commit(*(*second)->prepare()));
  EXPECT_EQ(directory.files(), (std::vector<std::string>{"out.part-0-t1-0", "out.part-0-t2-0"}));
  EXPECT_EQ(read_all(csv_of<sample>(directory.path()), files), samples) << "each with its header";
}

TEST_F(FileSink, RollsBySizeInWhicheverFormat) {
  const auto sink = file_sink(path).roll_at(10).json_lines();
  auto writer = sink.open<int>(sink_context_with_checkpoints(files, "t1"));
  ASSERT_TRUE(write_values<int>(**writer, {1, 2, 3, 4, 5, 6}));
  ASSERT_TRUE(write_values<int>(**writer, {7}));
  ASSERT_TRUE((*writer)->commit(*(*writer)->prepare()));
  EXPECT_EQ(directory.read("out.part-0-t1-0"), "1\n2\n3\n4\n5\n6\n");
  EXPECT_EQ(directory.read("out.part-0-t1-1"), "7\n");
}

TEST_F(FileSink, RollsByTimeInWhicheverFormat) {
  const auto sink = file_sink(path)
                        .rollover_interval(std::chrono::seconds{10})
                        .inactivity_interval(std::chrono::seconds{3})
                        .json_lines();
  auto writer = sink.open<int>(sink_context_with_checkpoints(files, "t1"));
  for (const int time : {1, 3, 5, 7, 9, 11, 20}) {
    ASSERT_TRUE((*writer)->on_time(processing_time{std::chrono::seconds{time}}));
    ASSERT_TRUE(write_values<int>(**writer, {time}));
  }
  EXPECT_EQ((*writer)->next_timer(), processing_time{std::chrono::seconds{23}});
  ASSERT_TRUE((*writer)->commit(*(*writer)->prepare()));
  EXPECT_EQ(directory.read("out.part-0-t1-0"), "1\n3\n5\n7\n9\n");
  EXPECT_EQ(directory.read("out.part-0-t1-1"), "11\n");
  EXPECT_EQ(directory.read("out.part-0-t1-2"), "20\n");
}

TEST_F(FileSink, IsOneFileWithoutCheckpointsWhateverItsSize) {
  EXPECT_EQ(write_all<int>(file_sink(path).roll_at(1), sink_context_for(files), {1, 2}), "");
  EXPECT_EQ(directory.files(), std::vector<std::string>{"out"});
}

TEST_F(FileSink, RefusesADirectory) {
  EXPECT_EQ(write_all<sample>(file_sink(directory.path()).csv(), sink_context_for(files), {}),
            "file_sink(" + directory.path() + "): write " + directory.path() +
                ": it is a directory; name a file in it");
}

TEST_F(FileSink, ReportsAFullDisk) {
  files.space = 5;
  EXPECT_EQ(write_all<std::string>(file_sink(path), sink_context_for(files), {"too much"}),
            "write " + path + ".part-0-of-1.in-progress: No space left on device");
  EXPECT_FALSE(directory.has("out"));
}

}  // namespace
}  // namespace weir
