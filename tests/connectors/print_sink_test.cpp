// SPDX-License-Identifier: Apache-2.0
// Records as lines of text on a stream.
#include "connectors/print_sink.hpp"

#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "state/posix_file_system.hpp"
#include "tests/connectors/sink_writing.hpp"

namespace weir {
namespace {

struct count_of {
  std::string word;
  int count = 0;
};
WEIR_FIELDS(count_of, word, count)

static_assert(sink_for<print_sink, count_of> && sink_for<print_sink, int>);

posix_file_system files;

TEST(PrintSink, WritesOneLineForEachRecord) {
  std::ostringstream stream;
  EXPECT_EQ(
      write_all<count_of>(print().to(stream), sink_context_for(files), {{"to", 2}, {"be", 2}}), "");
  EXPECT_EQ(stream.str(), "{word: to, count: 2}\n{word: be, count: 2}\n");
}

TEST(PrintSink, NumbersTheLinesOfSeveralSubtasks) {
  std::ostringstream stream;
  EXPECT_EQ(write_all<int>(print().to(stream), sink_context_for(files, 1, 4), {7, 8}), "");
  EXPECT_EQ(stream.str(), "2> 7\n2> 8\n");
}

TEST(PrintSink, WritesToTheStandardOutputUnlessToldOtherwise) {
  testing::internal::CaptureStdout();
  const auto failure = write_all<std::string>(print(), sink_context_for(files), {"hello"});
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "hello\n");
  EXPECT_EQ(failure, "");
}

TEST(PrintSink, WritesABatchByOneCall) {
  class counting_buffer : public std::stringbuf {
  public:
    int calls = 0;

  protected:
    std::streamsize xsputn(const char* bytes, std::streamsize count) override {
      ++calls;
      return std::stringbuf::xsputn(bytes, count);
    }
  };
  counting_buffer buffer;
  std::ostream stream{&buffer};
  EXPECT_EQ(write_all<int>(print().to(stream), sink_context_for(files), {1, 2, 3}), "");
  EXPECT_EQ(buffer.calls, 1);
  EXPECT_EQ(buffer.str(), "1\n2\n3\n");
}

TEST(PrintSink, ReportsAStreamThatTakesNoMore) {
  std::ostream closed{nullptr};
  EXPECT_EQ(write_all<int>(print().to(closed), sink_context_for(files), {1}),
            "print: the stream takes no more text; is the disk full, or the reader gone?");
}

}  // namespace
}  // namespace weir
