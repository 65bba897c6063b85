// SPDX-License-Identifier: Apache-2.0
// Where key and value stand in the entries of each kind of table.
#include "state/state_entry.hpp"

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

#include <gtest/gtest.h>

#include "api/codec.hpp"

namespace weir {
namespace {

template <class Entry>
state_entry decoded(const std::string& kind, const Entry& entry) {
  const auto decoder = entry_decoder::of({kind, codec<Entry>::schema()});
  EXPECT_TRUE(decoder.ok());
  std::string encoded;
  codec<Entry>::encode(entry, encoded);
  std::string_view bytes = encoded;
  auto read = decoder->next(bytes);
  EXPECT_TRUE(read.ok() && bytes.empty());
  return *read;
}

TEST(StateEntry, OfKeyedStateIsAKeyAndItsValue) {
  const auto entry = decoded("keyed", std::pair{std::string{"a"}, std::uint8_t{7}});
  EXPECT_EQ(entry.key, "\"a\"");
  EXPECT_EQ(entry.place, "");
  EXPECT_EQ(entry.value, "7");
  EXPECT_EQ(entry.identity, std::string("\1\0\0\0a", 5));
  EXPECT_EQ(entry.content, "\7");
}

TEST(StateEntry, OfTimersIsAKeyWithATime) {
  const auto entry = decoded("timers", std::tuple{event_time{}, std::uint8_t{7}, std::uint64_t{3}});
  EXPECT_EQ(entry.key, "7");
  EXPECT_EQ(entry.place, "\"1970-01-01T00:00:00Z\"");
  EXPECT_EQ(entry.value, "3");
  EXPECT_EQ(entry.identity, std::string(8, '\0') + "\7");
}

TEST(StateEntry, OfWindowsIsAKeyWithASlice) {
  const auto entry =
      decoded("window-slices", std::tuple{std::int64_t{-2}, std::uint8_t{7}, std::string{"v"}});
  EXPECT_EQ(entry.key, "7");
  EXPECT_EQ(entry.place, "-2");
  EXPECT_EQ(entry.value, "\"v\"");
}

TEST(StateEntry, OfAnotherKindIsAValue) {
  const auto entry = decoded("ledger", std::pair{1, 2});
  EXPECT_EQ(entry.key, "null");
  EXPECT_EQ(entry.value, "[1,2]");
}

TEST(StateEntry, IsRefusedWhenAPartIsForeign) {
  const auto decoder = entry_decoder::of({"keyed", "pair{u8,shop::money}"});
  ASSERT_FALSE(decoder.ok());
  EXPECT_EQ(decoder.failure().message,
            "entries pair{u8,shop::money}: only the program that wrote it knows how 'shop::money' "
            "is encoded");
  EXPECT_FALSE(entry_decoder::of({"keyed", "pair{u8"}).ok());
}

}  // namespace
}  // namespace weir
