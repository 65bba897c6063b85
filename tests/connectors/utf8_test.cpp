// SPDX-License-Identifier: Apache-2.0
// Which bytes are text, by table 3-7 of the Unicode standard.
#include "connectors/utf8.hpp"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

// By the definition: decode, then check the range and the length. Slow and obvious.
bool is_well_formed(const std::string& bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  for (std::size_t i = 0; i < bytes.size();) {
    const auto lead = at(i);
    const std::size_t length = lead < 0x80               ? 1
                               : (lead & 0xE0U) == 0xC0U ? 2
                               : (lead & 0xF0U) == 0xE0U ? 3
                               : (lead & 0xF8U) == 0xF0U ? 4
                                                         : 0;
    if (length == 0 || i + length > bytes.size()) return false;
    std::uint32_t code = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      if ((at(i + k) & 0xC0U) != 0x80U) return false;
      code = (code << 6U) | (at(i + k) & 0x3FU);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < smallest[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
      return false;
    }
    i += length;
  }
  return true;
}

TEST(Utf8, AcceptsTextOfEveryLength) {
  EXPECT_EQ(first_invalid_utf8(""), std::nullopt);
  EXPECT_EQ(first_invalid_utf8("plain ASCII, longer than eight bytes"), std::nullopt);
  EXPECT_EQ(first_invalid_utf8("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"), std::nullopt);
}

TEST(Utf8, NamesTheFirstBadByte) {
  EXPECT_EQ(first_invalid_utf8("\xE9t\xE9"), 0U);
  EXPECT_EQ(first_invalid_utf8("12345678caf\xE9"), 11U);
  EXPECT_EQ(first_invalid_utf8("ok \xC0\xAF"), 3U) << "overlong";
  EXPECT_EQ(first_invalid_utf8("ok \xED\xA0\x80"), 3U) << "surrogate";
  EXPECT_EQ(first_invalid_utf8("ok \xF4\x90\x80\x80"), 3U) << "above U+10FFFF";
  EXPECT_EQ(first_invalid_utf8("ok \xE2\x82"), 3U) << "cut off";
}

TEST(Utf8, AgreesWithTheDefinitionOnEveryPairOfBytes) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      for (const auto* tail : {"", "\x80", "\x80\x80"}) {
        const std::string bytes =
            std::string{static_cast<char>(first)} + static_cast<char>(second) + tail;
        ASSERT_EQ(!first_invalid_utf8(bytes), is_well_formed(bytes)) << first << " " << second;
      }
    }
  }
}

}  // namespace
}  // namespace weir
