// SPDX-License-Identifier: Apache-2.0
// What may be a key, and the hash of each kind of key. The golden values are part of the snapshot
// format.
#include "api/key.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace key_samples {

enum class side : std::int8_t { buy = 1, sell = -1 };

struct route {
  std::string origin;
  std::string destination;
  friend bool operator==(const route&, const route&) = default;
};
WEIR_FIELDS(route, origin, destination)

struct incomparable {
  int number = 0;
};

struct priced {
  double price = 0;
  friend bool operator==(const priced&, const priced&) = default;
};

// Equal without regard to case, so it needs a codec of its own.
struct ticker {
  std::string name;

  std::string folded() const {
    std::string lower = name;
    for (char& c : lower) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower;
  }
  friend bool operator==(const ticker& a, const ticker& b) { return a.folded() == b.folded(); }
};

}  // namespace key_samples

template <>
struct weir::codec<key_samples::ticker> {
  static constexpr bool is_canonical = true;
  static void encode(const key_samples::ticker& value, std::string& out) {
    codec<std::string>::encode(value.folded(), out);
  }
  static result<key_samples::ticker> decode(std::string_view& bytes) {
    auto name = codec<std::string>::decode(bytes);
    if (!name) return name.failure();
    return key_samples::ticker{*std::move(name)};
  }
  static std::string schema() { return "ticker"; }
};

namespace weir {
namespace {

using namespace std::literals;

TEST(KeyType, HasACanonicalCodecAndEquality) {
  static_assert(key_type<int> && key_type<std::string> && key_type<bool>);
  static_assert(key_type<key_samples::side> && key_type<key_samples::route> &&
                key_type<event_time>);
  static_assert(key_type<std::vector<std::optional<int>>>);
  static_assert(!key_type<double> && !key_type<std::pair<int, float>>, "0.0 == -0.0");
  static_assert(!key_type<key_samples::priced>, "has a field that is not canonical");
  static_assert(!key_type<key_samples::incomparable>, "has no operator==");
  static_assert(!key_type<std::string_view> && !key_type<const char*>, "own no characters");
  require_key_type<key_samples::route>();
}

TEST(KeyHash, OfGoldenKeysNeverChanges) {
  EXPECT_EQ(hash_key(0), 0U) << "a hash like any other";
  EXPECT_EQ(hash_key(1), mix(1));
  EXPECT_EQ(hash_key(std::int32_t{-1}), mix(~std::uint64_t{0})) << "the sign is extended";
  EXPECT_EQ(hash_key(std::uint32_t{0xFFFFFFFF}), mix(0xFFFFFFFF));
  EXPECT_EQ(hash_key(true), mix(1));
  EXPECT_EQ(hash_key(key_samples::side::sell), mix(~std::uint64_t{0}));
  EXPECT_EQ(hash_key(event_time{7us}), mix(7));
  EXPECT_EQ(hash_key(processing_time{7us}), mix(7));
  EXPECT_EQ(hash_key(std::chrono::hours{7}), mix(7)) << "by the count of its unit";
  EXPECT_EQ(hash_key("a"s), hash_bytes("a"));
  EXPECT_EQ(hash_key(std::pair{1, "a"s}), 6546572821101724369U);
  EXPECT_EQ(hash_key(std::tuple{1, 2, 3}), 15919755057748460518U);
  EXPECT_EQ(hash_key(key_samples::route{"LAS", "OAK"}), 6052756441880821571U);
  EXPECT_EQ(hash_key(std::optional{1}), hash_bytes("\1\1\0\0\0"sv));
  EXPECT_EQ(hash_key(std::vector{"a"s}), hash_bytes("\1\0\0\0\1\0\0\0a"sv));
}

TEST(KeyHash, PutsGoldenKeysIntoTheGroupsTheyAlwaysHad) {
  const auto group = [](const auto& key) {
    return key_group_of(hash_key(key), default_max_parallelism);
  };
  EXPECT_EQ(group(0), 0);
  EXPECT_EQ(group(1), 240);
  EXPECT_EQ(group(42), 86);
  EXPECT_EQ(group("LAS"s), 615);
  EXPECT_EQ(group(key_samples::route{"LAS", "OAK"}), 335);
  EXPECT_EQ(group(std::pair{"LAS"s, 7}), 184);
}

TEST(KeyHash, OfPartsDependsOnTheirOrderAndNotOnTheKindOfRecord) {
  EXPECT_NE(hash_key(std::pair{1, 2}), hash_key(std::pair{2, 1}));
  EXPECT_EQ(hash_key(std::pair{1, 2}), hash_key(std::tuple{1, 2}));
  EXPECT_EQ(hash_key(std::array{1, 2}), hash_key(std::tuple{1, 2}));
  EXPECT_EQ(hash_key(key_samples::route{"LAS", "OAK"}), hash_key(std::pair{"LAS"s, "OAK"s}));
}

TEST(KeyHash, TellsApartPartsThatWouldRunTogether) {
  EXPECT_NE(hash_key(std::pair{"ab"s, "c"s}), hash_key(std::pair{"a"s, "bc"s}));
}

TEST(KeyHash, IsTheSameForKeysThatAreEqualInAnotherWay) {
  const key_samples::ticker loud{"ACME"};
  const key_samples::ticker quiet{"acme"};
  ASSERT_EQ(loud, quiet);
  EXPECT_EQ(hash_key(loud), hash_key(quiet));
  EXPECT_EQ(hash_key(std::pair{loud, 1}), hash_key(std::pair{quiet, 1}));
}

TEST(KeyHash, SpreadsSmallCompositeKeysOverAllGroups) {
  std::set<key_group> groups;
  std::set<std::uint64_t> hashes;
  for (int i = 0; i < 200; ++i) {
    for (int k = 0; k < 200; ++k) {
      hashes.insert(hash_key(std::pair{i, k}));
      groups.insert(key_group_of(hash_key(std::pair{i, k}), default_max_parallelism));
    }
  }
  EXPECT_EQ(hashes.size(), 40'000U);
  EXPECT_EQ(groups.size(), default_max_parallelism);
}

}  // namespace
}  // namespace weir
