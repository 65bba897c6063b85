// SPDX-License-Identifier: Apache-2.0
// Codecs: golden bytes, every type there and back, and what becomes of damaged bytes.
#include "api/codec.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "api/ids.hpp"

namespace codec_samples {

enum class side : std::uint8_t { buy, sell };

struct trade {
  std::string symbol;
  double price = 0;
  friend bool operator==(const trade&, const trade&) = default;
};
WEIR_FIELDS(trade, symbol, price)

struct order {
  std::int64_t id = 0;
  side direction = side::buy;
  std::optional<std::string> note;
  friend bool operator==(const order&, const order&) = default;
};

// What protoc generates, as far as a codec sees it.
class message {
public:
  std::string text;
  bool SerializeToString(std::string* bytes) const {
    *bytes = "m" + text;
    return true;
  }
  bool ParseFromString(const std::string& bytes) {
    if (!bytes.starts_with('m')) return false;
    text = bytes.substr(1);
    return true;
  }
  std::string GetTypeName() const { return "codec_samples.message"; }
  friend bool operator==(const message&, const message&) = default;
};

// A type with a codec of its own.
class ticker {
public:
  ticker() = default;
  explicit ticker(std::string name) : name_{std::move(name)} {}
  const std::string& name() const { return name_; }

private:
  std::string name_;
};

}  // namespace codec_samples

template <>
struct weir::codec<codec_samples::ticker> {
  static constexpr bool is_canonical = true;
  static void encode(const codec_samples::ticker& value, std::string& out) {
    codec<std::string>::encode(value.name(), out);
  }
  static result<codec_samples::ticker> decode(std::string_view& bytes) {
    auto name = codec<std::string>::decode(bytes);
    if (!name) return name.failure();
    return codec_samples::ticker{*std::move(name)};
  }
  static std::string schema() { return "ticker"; }
};

namespace weir {
namespace {

using namespace std::literals;

template <class T>
std::string bytes_of(const T& value) {
  std::string bytes;
  codec<T>::encode(value, bytes);
  return bytes;
}

// Decodes every prefix of the value's bytes, too: all but the whole one fail.
template <class T>
void expect_round_trip(const T& value) {
  SCOPED_TRACE(codec<T>::schema());
  const std::string bytes = bytes_of(value) + bytes_of(value) + "rest";
  std::string_view rest = bytes;
  for (int i = 0; i < 2; ++i) {
    const auto decoded = codec<T>::decode(rest);
    ASSERT_TRUE(decoded.ok()) << decoded.failure().message;
    EXPECT_TRUE(*decoded == value);
  }
  EXPECT_EQ(rest, "rest");

  const std::string whole = bytes_of(value);
  ASSERT_FALSE(whole.empty());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    // A copy of its own, so that reading beyond its end is seen.
    const std::unique_ptr<char[]> part{new char[length]};
    whole.copy(part.get(), length);
    std::string_view cut{part.get(), length};
    const auto decoded = codec<T>::decode(cut);
    ASSERT_FALSE(decoded.ok()) << length;
    EXPECT_EQ(decoded.failure().code, error_code::corrupt_data);
  }
}

template <class T>
std::string refusal_of(std::string_view bytes) {
  const auto decoded = codec<T>::decode(bytes);
  return decoded.ok() ? "accepted" : decoded.failure().message;
}

TEST(Codec, WritesGoldenBytes) {
  EXPECT_EQ(bytes_of(std::int32_t{-2}), "\xFE\xFF\xFF\xFF"sv);
  EXPECT_EQ(bytes_of(std::uint16_t{0x1234}), "\x34\x12"sv);
  EXPECT_EQ(bytes_of(true), "\1"sv);
  EXPECT_EQ(bytes_of(1.0), "\0\0\0\0\0\0\xF0\x3F"sv);
  EXPECT_EQ(bytes_of("ab"s), "\2\0\0\0ab"sv);
  EXPECT_EQ(bytes_of(codec_samples::side::sell), "\1"sv);
  EXPECT_EQ(bytes_of(event_time{1us}), "\1\0\0\0\0\0\0\0"sv);
  EXPECT_EQ(bytes_of(std::pair{true, "a"s}), "\1\1\0\0\0a"sv);
  EXPECT_EQ(bytes_of(std::optional<bool>{}), "\0"sv);
  EXPECT_EQ(bytes_of(std::optional{true}), "\1\1"sv);
  EXPECT_EQ(bytes_of(std::vector<std::uint16_t>{1, 2}), "\2\0\0\0\1\0\2\0"sv);
  EXPECT_EQ(bytes_of(std::map<char, bool>{{'b', true}, {'a', false}}), "\2\0\0\0a\0b\1"sv);
  EXPECT_EQ(bytes_of(std::variant<bool, char>{'x'}), "\1x"sv);
  EXPECT_EQ(bytes_of(codec_samples::trade{"a", 1.0}), "\1\0\0\0a\0\0\0\0\0\0\xF0\x3F"sv);
  EXPECT_EQ(bytes_of(codec_samples::message{"a"}), "\2\0\0\0ma"sv);
  EXPECT_EQ(bytes_of(std::monostate{}), "\0"sv);
}

TEST(Codec, BringsEveryTypeThereAndBack) {
  expect_round_trip(true);
  expect_round_trip('x');
  expect_round_trip(std::numeric_limits<std::int64_t>::min());
  expect_round_trip(std::numeric_limits<std::uint64_t>::max());
  expect_round_trip(1.5F);
  expect_round_trip(-0.1);
  expect_round_trip("with \0 inside"s);
  expect_round_trip(""s);
  expect_round_trip(codec_samples::side::sell);
  expect_round_trip(std::monostate{});
  expect_round_trip(end_of_time);
  expect_round_trip(processing_time{3s});
  expect_round_trip(90min);
  expect_round_trip(std::chrono::duration<double>{0.5});
  expect_round_trip(std::pair{1, "one"s});
  expect_round_trip(std::tuple{1, 2.5, "three"s});
  expect_round_trip(std::array{1, 2, 3});
  expect_round_trip(std::optional<std::string>{"there"});
  expect_round_trip(std::optional<std::string>{});
  expect_round_trip(std::vector{1, 2, 3});
  expect_round_trip(std::vector{"a"s, ""s});
  expect_round_trip(std::vector{true, false});
  expect_round_trip(std::vector<double>{});
  expect_round_trip(std::vector<std::vector<int>>{{1}, {}, {2, 3}});
  expect_round_trip(std::vector<std::monostate>(3));
  expect_round_trip(std::set{"b"s, "a"s});
  expect_round_trip(std::map<std::string, std::vector<int>>{{"a", {1}}, {"b", {}}});
  expect_round_trip(std::map<int, int, std::greater<>>{{1, 2}, {3, 4}});
  expect_round_trip(std::variant<int, std::string, int>{std::in_place_index<2>, 5});
  expect_round_trip(codec_samples::trade{"ACME", 1.5});
  expect_round_trip(codec_samples::order{1, codec_samples::side::sell, "urgent"});
  expect_round_trip(std::vector{codec_samples::order{1, codec_samples::side::buy, {}}});
  expect_round_trip(codec_samples::message{"hello"});
  expect_round_trip(operator_id{42});
}

TEST(Codec, IsCanonicalIfItsPartsAre) {
  static_assert(codec<int>::is_canonical && codec<std::string>::is_canonical);
  static_assert(!codec<double>::is_canonical && !codec<float>::is_canonical);
  static_assert(!codec<codec_samples::message>::is_canonical);
  static_assert(codec<std::tuple<int, bool>>::is_canonical);
  static_assert(!codec<std::tuple<int, double>>::is_canonical);
  static_assert(!codec<codec_samples::trade>::is_canonical &&
                codec<codec_samples::order>::is_canonical);
  static_assert(codec<std::map<int, std::set<std::string>>>::is_canonical);
  static_assert(!codec<std::map<int, double>>::is_canonical);
  static_assert(!codec<std::variant<int, float>>::is_canonical);
  static_assert(!codec<std::array<std::optional<double>, 2>>::is_canonical);
  static_assert(!codec<std::chrono::duration<double>>::is_canonical);
}

TEST(Codec, DescribesItsType) {
  EXPECT_EQ(codec<codec_samples::trade>::schema(), "struct{symbol:string,price:f64}");
  EXPECT_EQ(codec<codec_samples::order>::schema(), "struct{i64,enum{u8},optional<string>}");
  EXPECT_EQ(codec<codec_samples::message>::schema(), "protobuf{codec_samples.message}");
  EXPECT_EQ((codec<std::pair<int, std::tuple<bool, char>>>::schema()),
            "pair{i32,tuple{bool,char}}");
  EXPECT_EQ((codec<std::map<event_time, std::vector<float>>>::schema()),
            "map<event_time,vector<f32>>");
  EXPECT_EQ((codec<std::variant<std::monostate, std::set<std::uint16_t>>>::schema()),
            "variant<nothing,set<u16>>");
  EXPECT_EQ((codec<std::array<processing_time, 3>>::schema()), "array<processing_time,3>");
  EXPECT_EQ(codec<duration>::schema(), "duration{i64*us}");
  EXPECT_EQ(codec<std::chrono::seconds>::schema(), "duration{i64*s}");
  EXPECT_EQ(codec<std::chrono::hours>::schema(), "duration{i64*3600s}");
  EXPECT_EQ((codec<std::chrono::duration<int, std::ratio<1, 30>>>::schema()),
            "duration{i32*1/30s}");
}

TEST(Codec, OfAUsersTypeWorksInsideContainersAndStructs) {
  const std::vector<codec_samples::ticker> tickers{codec_samples::ticker{"ACME"}};
  const std::string bytes = bytes_of(tickers);
  std::string_view rest = bytes;
  const auto decoded = codec<std::vector<codec_samples::ticker>>::decode(rest);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->front().name(), "ACME");
  EXPECT_EQ((codec<std::pair<int, codec_samples::ticker>>::schema()), "pair{i32,ticker}");
}

TEST(Codec, ExistsOnlyForTypesWhosePartsHaveOne) {
  static_assert(encodable<int> && encodable<codec_samples::order> &&
                encodable<codec_samples::message>);
  static_assert(!encodable<std::string_view>, "would point into bytes that are gone");
  static_assert(!encodable<int*> && !encodable<std::unique_ptr<int>> && !encodable<long double>);
  static_assert(!encodable<const int> && !encodable<int&>);
  static_assert(!encodable<std::vector<int*>> && !encodable<std::pair<int, std::string_view>>);
  struct holds_a_pointer {
    int* pointer;
  };
  static_assert(!encodable<holds_a_pointer> && !encodable<std::optional<holds_a_pointer>>);
}

TEST(Codec, SaysWhatIsMissing) {
  EXPECT_EQ(refusal_of<double>("abc"),
            "decode f64: needs 8 bytes, has 3; the bytes are damaged, or were written as another "
            "type");
  EXPECT_EQ(refusal_of<std::string>("\5\0\0\0abc"sv),
            "decode string: needs 5 bytes, has 3; the bytes are damaged, or were written as "
            "another type");
  EXPECT_EQ(refusal_of<codec_samples::trade>("\1\0\0\0a123"sv),
            "field price: decode f64: needs 8 bytes, has 3; the bytes are damaged, or were written "
            "as another type");
  EXPECT_EQ((refusal_of<std::pair<bool, int>>("\1\1"sv)),
            "part 2: decode i32: needs 4 bytes, has 1; the bytes are damaged, or were written as "
            "another type");
  EXPECT_EQ(refusal_of<std::vector<std::string>>("\1\0\0\0abcd"sv),
            "decode vector<string>: decode string: needs 1684234849 bytes, has 0; the bytes are "
            "damaged, or were written as another type");
}

TEST(Codec, RefusesMarksThatMeanNothing) {
  EXPECT_EQ(refusal_of<bool>("\2"),
            "decode bool: 2 is none of its values; the bytes are damaged, or were written as "
            "another type");
  EXPECT_EQ(refusal_of<std::monostate>("\2"),
            "decode nothing: 2 is none of its values; the bytes are damaged, or were written as "
            "another type");
  EXPECT_EQ(refusal_of<std::optional<int>>("\7"),
            "decode optional<i32>: decode bool: 7 is none of its values; the bytes are damaged, or "
            "were written as another type");
  EXPECT_EQ((refusal_of<std::variant<int, bool>>("\2\0"sv)),
            "decode variant<i32,bool>: 2 is none of its values; the bytes are damaged, or were "
            "written as another type");
  EXPECT_EQ(
      refusal_of<codec_samples::message>("\1\0\0\0x"sv),
      "decode protobuf{codec_samples.message}: 1 bytes are no such message; the bytes are damaged, "
      "or were written as another type");
}

TEST(Codec, RefusesSetsAndMapsThatAreNotInOrder) {
  const std::string message =
      "its elements are out of order; the bytes are damaged, or were written as another type";
  EXPECT_EQ(refusal_of<std::set<char>>("\2\0\0\0ba"sv), "decode set<char>: " + message);
  EXPECT_EQ(refusal_of<std::set<char>>("\2\0\0\0aa"sv), "decode set<char>: " + message);
  EXPECT_EQ((refusal_of<std::map<char, bool>>("\2\0\0\0b\1a\1"sv)),
            "decode map<char,bool>: " + message);
}

TEST(Codec, TrustsNoLength) {
  const std::string huge = "\xFF\xFF\xFF\xFF";
  EXPECT_NE(refusal_of<std::string>(huge), "accepted");
  EXPECT_NE(refusal_of<std::vector<double>>(huge + "12345678"), "accepted");
  EXPECT_NE(refusal_of<std::vector<std::string>>(huge), "accepted");
  EXPECT_NE(refusal_of<std::vector<std::monostate>>(huge), "accepted");
  EXPECT_NE((refusal_of<std::map<int, int>>(huge)), "accepted");
  EXPECT_NE(refusal_of<codec_samples::message>(huge), "accepted");
  EXPECT_NE(refusal_of<std::vector<double>>("\2\0\0\0"
                                            "12345678"sv),
            "accepted")
      << "two announced, one there";
}

TEST(Codec, SurvivesRandomBytes) {
  using everything = std::tuple<codec_samples::order, std::vector<std::string>,
                                std::map<std::uint8_t, codec_samples::trade>,
                                std::variant<bool, std::vector<std::set<char>>>, std::vector<bool>>;
  std::mt19937_64 random{7};
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 64, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 3 == 0 ? random() % 256 : 0);
    std::string_view rest = bytes;
    const auto decoded = codec<everything>::decode(rest);
    if (!decoded) continue;
    // Whatever is accepted is what encoding would have written, so keys have one encoding.
    EXPECT_EQ(bytes_of(*decoded), bytes.substr(0, bytes.size() - rest.size()));
  }
}

TEST(CodecDeathTest, StopsAtALengthThatDoesNotFitItsPrefix) {
  std::string out;
  EXPECT_DEATH(codecs::encode_length(std::size_t{1} << 32, out), "broken invariant");
}

}  // namespace
}  // namespace weir
