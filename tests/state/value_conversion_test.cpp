// SPDX-License-Identifier: Apache-2.0
// The steps by themselves: what each takes and appends, how they are joined, and that no length
// leads beyond the bytes.
#include "state/value_conversion.hpp"

#include <limits>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "api/codec.hpp"

namespace weir {
namespace {

using action = conversion_step::action;

conversion_step writing(std::string text) {
  conversion_step step;
  step.what = action::write;
  step.text = std::move(text);
  return step;
}

std::string converted(const conversion_step& by, std::string_view bytes) {
  std::string out;
  const auto done = convert(by, bytes, out);
  if (!done) return "error: " + done.failure().message;
  return out + "|" + std::string{bytes};
}

TEST(ValueConversion, JoinsCopiesThatStandSideBySide) {
  const auto joined = in_order({copy_of(1, "u8"), copy_of(2, "u16")}, "struct");
  EXPECT_EQ(joined.what, action::copy);
  EXPECT_EQ(joined.size, 3U);
  const auto parted = in_order({copy_of(1, "u8"), writing("+"), copy_of(2, "u16")}, "struct");
  EXPECT_EQ(parted.parts.size(), 3U);
  EXPECT_EQ(converted(parted, "abcd"), "a+bc|d");
}

conversion_step rearranged(std::vector<std::size_t> order) {
  conversion_step step;
  step.what = action::rearrange;
  step.parts = {copy_of(1, "u8"), copy_of(2, "u16"), copy_of(1, "u8"), writing("+")};
  step.order = std::move(order);
  return step;
}

TEST(ValueConversion, PutsPartsIntoAnotherOrderAndLeavesSomeOut) {
  EXPECT_EQ(converted(rearranged({3, 2, 0}), "abcde"), "+da|e");
  EXPECT_EQ(simplified(rearranged({3, 2, 0})).what, action::rearrange);
}

TEST(ValueConversion, GoesThroughThePartsOnceIfTheirOrderStays) {
  for (const auto& order : {std::vector<std::size_t>{0, 3, 2}, {1}, {3}, {0, 1, 2, 3}, {3, 2}}) {
    const auto simple = simplified(rearranged(order));
    EXPECT_NE(simple.what, action::rearrange);
    EXPECT_EQ(converted(simple, "abcde"), converted(rearranged(order), "abcde"));
  }
}

TEST(ValueConversion, BelievesNoLength) {
  auto many = around(action::repeat, copy_of(8, "u64"), "array");
  many.size = std::numeric_limits<std::uint64_t>::max() / 4;
  EXPECT_TRUE(converted(many, "abc").starts_with("error: decode array: needs "));
  const auto list = around(action::repeat_counted, copy_of(2, "u16"), "vector<u16>");
  std::string bytes;
  codecs::encode_length(3, bytes);
  EXPECT_TRUE(converted(list, bytes + "abcde").starts_with("error: decode vector<u16>: needs 6"));
  EXPECT_EQ(converted(list, bytes + "abcdefg"), bytes + "abcdef|g");
  EXPECT_TRUE(converted(list, "\xff\xff\xff\xff").starts_with("error: decode vector<u16>: needs"));
}

TEST(ValueConversion, RefusesMarksThatAreNone) {
  const auto maybe = around(action::optional, copy_of(1, "u8"), "optional<u8>");
  EXPECT_EQ(converted(maybe, std::string("\1ab", 3)), std::string("\1a|b", 4));
  EXPECT_EQ(converted(maybe, std::string("\0ab", 3)), std::string("\0|ab", 4));
  EXPECT_TRUE(converted(maybe, "\2ab").starts_with("error: decode optional<u8>: 2 is none"));
  EXPECT_TRUE(converted(maybe, "").starts_with("error: decode optional<u8>: needs 1"));
}

}  // namespace
}  // namespace weir
