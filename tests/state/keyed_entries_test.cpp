// SPDX-License-Identifier: Apache-2.0
// Entries are told apart by their schema alone, or it is said that they cannot be.
#include "state/keyed_entries.hpp"

#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "api/codec.hpp"

namespace weir {
namespace {

using entry = std::pair<std::string, std::map<std::int32_t, std::vector<std::string>>>;

const table_schema schema{"keyed", codec<entry>::schema()};

std::string encoded(const entry& of) {
  std::string bytes;
  codec<entry>::encode(of, bytes);
  return bytes;
}

TEST(KeyedEntries, AreTakenOffTheFront) {
  auto entries = keyed_entries::of(schema);
  ASSERT_TRUE(entries) << entries.failure().message;
  const std::string bytes = encoded({"one", {{1, {"a", "bc"}}, {2, {}}}}) + encoded({"", {}});
  std::string_view rest = bytes;
  EXPECT_EQ(*entries->take(rest), std::string("\3\0\0\0one", 7));
  EXPECT_EQ(*entries->take(rest), std::string("\0\0\0\0", 4));
  EXPECT_TRUE(rest.empty());
}

TEST(KeyedEntries, FailOnEveryPartOfAnEntry) {
  auto entries = keyed_entries::of(schema);
  ASSERT_TRUE(entries);
  const std::string bytes = encoded({"one", {{1, {"a", "bc"}}}});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::string_view rest = std::string_view{bytes}.substr(0, size);
    EXPECT_FALSE(entries->take(rest)) << size;
  }
}

TEST(KeyedEntries, AreOfTablesOfKnownKindsAndTypesOnly) {
  EXPECT_TRUE(can_be_walked(schema));
  EXPECT_FALSE(can_be_walked({"timers", "tuple{event_time,string,u64}"}));
  EXPECT_FALSE(can_be_walked({"keyed", "u64"}));
  EXPECT_FALSE(can_be_walked({"keyed", "pair{string"}));
  const auto unknown = keyed_entries::of({"keyed", "pair{u64,my money}"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.failure().message,
            "only the program that wrote it knows what my money looks like");
}

}  // namespace
}  // namespace weir
