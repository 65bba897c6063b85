// SPDX-License-Identifier: Apache-2.0
// The first bytes of a durable file tell damaged, foreign and newer files apart.
#include "state/format_header.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr file_format format{"WEIRTEST", "test file", 3};

std::string message_of(std::string_view bytes, const file_format& expected = format) {
  const auto version = decode_format_header(expected, bytes);
  EXPECT_FALSE(version.ok());
  return version ? "" : version.failure().message;
}

TEST(FormatHeader, IsReadBack) {
  const auto bytes = encode_format_header(format);
  EXPECT_EQ(bytes.size(), format_header_size);
  const auto version = decode_format_header(format, bytes + "more");
  ASSERT_TRUE(version);
  EXPECT_EQ(*version, 3U);
}

TEST(FormatHeader, KnowsOlderVersions) {
  const auto old = encode_format_header({"WEIRTEST", "test file", 2});
  EXPECT_EQ(*decode_format_header(format, old), 2U);
}

TEST(FormatHeader, SaysThatANewerWeirWroteAFile) {
  const auto bytes = encode_format_header({"WEIRTEST", "test file", 4});
  const auto version = decode_format_header(format, bytes);
  ASSERT_FALSE(version);
  EXPECT_EQ(version.failure().code, error_code::invalid_argument);
  EXPECT_EQ(version.failure().message,
            "was written by a newer Weir (format 4; this one reads up to 3): use that version or a "
            "newer one");
}

TEST(FormatHeader, TellsEmptyForeignAndTruncatedFilesApart) {
  EXPECT_EQ(message_of(""),
            "the file is empty: the test file was never written or its bytes were lost; restore "
            "from another checkpoint");
  EXPECT_EQ(message_of("key,value\n1,2\n3,4\n"),
            "this is no Weir test file: such a file begins with WEIRTEST");
  EXPECT_EQ(message_of(encode_format_header(format), {"WEIRSOME", "other file", 1}),
            "this is no Weir other file: such a file begins with WEIRSOME");
  EXPECT_EQ(message_of(encode_format_header(format).substr(0, 11)),
            "has 11 of the 16 bytes of a header: the file was cut off; restore from another "
            "checkpoint");
}

TEST(FormatHeader, FindsEveryFlippedBit) {
  for (std::size_t bit = 0; bit < 8 * format_header_size; ++bit) {
    auto bytes = encode_format_header(format);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    const auto message = message_of(bytes);
    EXPECT_EQ(message, bit < 64 ? "this is no Weir test file: such a file begins with WEIRTEST"
                                : "header: checksum mismatch: the file was damaged after it was "
                                  "written; restore from another checkpoint");
  }
}

TEST(FormatHeader, HasNoVersionZero) {
  EXPECT_TRUE(message_of(encode_format_header({"WEIRTEST", "test file", 0}))
                  .starts_with("header: there is no format 0"));
}

}  // namespace
}  // namespace weir
