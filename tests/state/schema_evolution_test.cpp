// SPDX-License-Identifier: Apache-2.0
// What becomes of values when their type has changed: rule by rule, with the types of a program
// before and after.
#include "state/schema_evolution.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "api/codec.hpp"

namespace evolving {

struct order {
  std::string symbol;
  std::int32_t size = 0;
  double price = 0;
  friend bool operator==(const order&, const order&) = default;
};
WEIR_FIELDS(order, symbol, size, price)

struct order_with_fee {
  std::string symbol;
  std::int64_t size = 0;
  double price = 0;
  double fee = 0.1;
  std::vector<std::string> tags{"none"};
  friend bool operator==(const order_with_fee&, const order_with_fee&) = default;
};
WEIR_FIELDS(order_with_fee, symbol, size, price, fee, tags)

struct order_turned_round {
  double cost = 0;
  std::string note = "-";
  std::string symbol;
  friend bool operator==(const order_turned_round&, const order_turned_round&) = default;
};
WEIR_FIELDS(order_turned_round, (cost, amount, price), note, symbol)

struct order_without_names {
  std::string a;
  std::int32_t b = 0;
  double c = 0;
};

struct book {
  std::map<std::uint32_t, order> orders;
  std::optional<order> last;
};
WEIR_FIELDS(book, orders, last)

struct book_of_today {
  std::map<std::uint64_t, order_with_fee> orders;
  std::optional<order_with_fee> last;
  std::uint8_t version = 2;
};
WEIR_FIELDS(book_of_today, orders, last, version)

struct two_claims {
  double a = 0;
  double b = 0;
};
WEIR_FIELDS(two_claims, (a, price), (b, price))

enum class color : std::uint8_t { red, green = 200 };
enum class wide_color : std::uint16_t { red, green = 200 };

// Has a codec of its own.
struct money {
  std::int64_t cents = 0;
  friend bool operator==(const money&, const money&) = default;
};

}  // namespace evolving

namespace weir {

template <>
struct codec<evolving::money> {
  static constexpr bool is_canonical = true;
  static void encode(const evolving::money& value, std::string& out) {
    codec<std::string>::encode(std::to_string(value.cents), out);
  }
  static result<evolving::money> decode(std::string_view& bytes) {
    auto text = codec<std::string>::decode(bytes);
    if (!text) return text.failure();
    return evolving::money{std::stoll(*text)};
  }
  static std::string schema() { return "evolving::money"; }
};

}  // namespace weir

namespace evolving {

struct bill {
  money sum;
  std::string to;
};
WEIR_FIELDS(bill, sum, to)

struct longer_bill {
  money sum;
  std::string to;
  std::uint8_t reminders = 0;
};
WEIR_FIELDS(longer_bill, sum, to, reminders)

struct bill_without_sum {
  std::string to;
};
WEIR_FIELDS(bill_without_sum, to)

}  // namespace evolving

namespace weir {
namespace {

using namespace evolving;  // NOLINT

template <class To, class From>
To evolved(const From& value) {
  std::string bytes;
  codec<From>::encode(value, bytes);
  const auto made = evolve_value(codec<From>::schema(), codecs::present<To>(), bytes);
  EXPECT_TRUE(made.ok()) << (made ? "" : made.failure().message);
  if (!made) return {};
  std::string_view rest = *made;
  auto decoded = codec<To>::decode(rest);
  EXPECT_TRUE(decoded.ok()) << (decoded ? "" : decoded.failure().message);
  EXPECT_TRUE(rest.empty());
  return decoded ? *std::move(decoded) : To{};
}

template <class From, class To>
std::vector<std::string> changes() {
  const auto plan = plan_evolution(codec<From>::schema(), codecs::present<To>());
  EXPECT_TRUE(plan.ok()) << (plan ? "" : plan.failure().message);
  return plan ? plan->changes : std::vector<std::string>{};
}

template <class From, class To>
std::string problem() {
  const auto plan = plan_evolution(codec<From>::schema(), codecs::present<To>());
  EXPECT_FALSE(plan.ok());
  if (plan) return "";
  EXPECT_EQ(plan.failure().code, error_code::invalid_argument);
  return plan.failure().message;
}

using words = std::vector<std::string>;

TEST(SchemaEvolution, GivesNewFieldsTheDefaultsOfTheStruct) {
  EXPECT_EQ(evolved<order_with_fee>(order{"ACME", -3, 2.5}),
            (order_with_fee{"ACME", -3, 2.5, 0.1, {"none"}}));
  EXPECT_EQ((changes<order, order_with_fee>()), (words{"size i32->i64", "+fee", "+tags"}));
}

TEST(SchemaEvolution, FindsFieldsByNameAndFormerNameWhateverTheirOrder) {
  EXPECT_EQ(evolved<order_turned_round>(order{"ACME", -3, 2.5}),
            (order_turned_round{2.5, "-", "ACME"}));
  EXPECT_EQ((changes<order, order_turned_round>()), (words{"price->cost", "-size", "+note"}));
  // The second of the former names.
  EXPECT_EQ(evolved<order_turned_round>(order_turned_round{1, "a", "b"}),
            (order_turned_round{1, "a", "b"}));
}

TEST(SchemaEvolution, DropsFieldsThatAreGone) {
  const auto back = evolved<order>(order_turned_round{2.5, "note", "ACME"});
  EXPECT_EQ(back, (order{"ACME", 0, 0}));
}

TEST(SchemaEvolution, DoesNotLetTwoFieldsHaveBeenOne) {
  EXPECT_EQ((problem<order, two_claims>()),
            "struct{symbol:string,size:i32,price:f64} cannot become struct{a:f64,b:f64}: more than "
            "one field says that it was price; leave the name to one of them");
}

TEST(SchemaEvolution, LetsAStructGetNamesForItsFieldsButNotLoseThem) {
  EXPECT_EQ(evolved<order>(order_without_names{"ACME", 7, 0.5}), (order{"ACME", 7, 0.5}));
  EXPECT_EQ((problem<order, order_without_names>()),
            "struct{symbol:string,size:i32,price:f64} cannot become struct{string,i32,f64}: its "
            "fields have lost their names; give the struct its WEIR_FIELDS line");
  EXPECT_NE((problem<order_without_names, order_with_fee>().find("was saved by position")),
            std::string::npos);
}

TEST(SchemaEvolution, WorksAtAnyDepth) {
  const book before{{{7, {"ACME", 1, 2}}, {9, {"EMCA", -1, 3}}}, order{"LAST", 4, 5}};
  const auto after = evolved<book_of_today>(before);
  ASSERT_EQ(after.orders.size(), 2U);
  EXPECT_EQ(after.orders.at(7), (order_with_fee{"ACME", 1, 2, 0.1, {"none"}}));
  EXPECT_EQ(after.orders.at(9).size, -1);
  EXPECT_EQ(after.last, (order_with_fee{"LAST", 4, 5, 0.1, {"none"}}));
  EXPECT_EQ(after.version, 2);
  EXPECT_EQ((changes<book, book_of_today>()),
            (words{"orders[key] u32->u64", "orders[].size i32->i64", "+orders[].fee",
                   "+orders[].tags", "last.size i32->i64", "+last.fee", "+last.tags", "+version"}));
}

TEST(SchemaEvolution, WidensNumbersAndNothingElse) {
  EXPECT_EQ(evolved<std::int64_t>(std::int32_t{-5}), -5);
  EXPECT_EQ(evolved<std::int16_t>(std::int8_t{-128}), -128);
  EXPECT_EQ(evolved<std::uint64_t>(std::uint32_t{0xffffffffU}), 0xffffffffU);
  EXPECT_EQ(evolved<std::int64_t>(std::uint32_t{0xffffffffU}), 0xffffffffLL);
  EXPECT_EQ(evolved<double>(0.25F), 0.25);
  EXPECT_EQ(evolved<std::chrono::seconds>(std::chrono::duration<std::int32_t>{-7}),
            std::chrono::seconds{-7});
  const std::string why = " may only become a wider one";
  for (const std::string& each :
       {problem<std::int64_t, std::int32_t>(), problem<std::int32_t, std::uint64_t>(),
        problem<std::uint32_t, std::int32_t>(), problem<double, float>(),
        problem<std::int32_t, double>(), problem<std::uint64_t, std::int64_t>()}) {
    EXPECT_NE(each.find(why), std::string::npos) << each;
  }
  EXPECT_EQ((problem<bool, std::uint8_t>()), "bool cannot become u8");
  EXPECT_EQ((problem<event_time, processing_time>()), "event_time cannot become processing_time");
  EXPECT_EQ((problem<std::chrono::seconds, std::chrono::milliseconds>()),
            "duration{i64*s} cannot become duration{i64*ms}: a duration keeps its unit");
}

TEST(SchemaEvolution, KeepsTheIntegersOfEnums) {
  EXPECT_EQ(evolved<wide_color>(color::green), wide_color::green);
  EXPECT_EQ(evolved<std::int32_t>(color::green), 200);
  EXPECT_EQ(evolved<color>(std::uint8_t{200}), color::green);
  EXPECT_NE((problem<wide_color, color>()), "");
}

TEST(SchemaEvolution, MakesOptionalWhatAlwaysWasThere) {
  EXPECT_EQ((evolved<std::optional<std::int64_t>>(std::int32_t{5})), 5);
  EXPECT_EQ((evolved<std::optional<order_with_fee>>(order{"A", 1, 2}))->fee, 0.1);
  EXPECT_EQ((changes<std::string, std::optional<std::string>>()),
            words{"string->optional<string>"});
  EXPECT_EQ((problem<std::optional<int>, int>()), "optional<i32> cannot become i32");
}

TEST(SchemaEvolution, ConvertsContainersByTheirElements) {
  using narrow = std::vector<std::int32_t>;
  EXPECT_EQ(evolved<std::vector<std::int64_t>>(narrow{1, -2}), (std::vector<std::int64_t>{1, -2}));
  EXPECT_EQ((evolved<std::array<double, 2>>(std::array<float, 2>{1, 2})),
            (std::array<double, 2>{1, 2}));
  EXPECT_EQ(evolved<std::set<std::int64_t>>(std::set<std::int32_t>{-1, 5}),
            (std::set<std::int64_t>{-1, 5}));
  EXPECT_EQ(evolved<std::vector<int>>(std::set<int>{3, 4}), (std::vector<int>{3, 4}));
  EXPECT_EQ((problem<std::vector<int>, std::set<int>>()),
            "vector<i32> cannot become set<i32>: its elements are in no order and may come twice");
  EXPECT_EQ((problem<std::array<int, 2>, std::array<int, 3>>()),
            "array<i32,2> cannot become array<i32,3>: an array keeps its length");
  using pair = std::pair<int, std::string>;
  EXPECT_EQ((evolved<std::tuple<std::int64_t, std::string>>(pair{1, "a"})),
            (std::tuple<std::int64_t, std::string>{1, "a"}));
}

TEST(SchemaEvolution, ChangesNothingThatASetIsOrderedBy) {
  EXPECT_EQ(
      (problem<std::map<std::pair<int, int>, int>, std::map<std::tuple<int>, int>>()),
      "[key]: pair{i32,i32} cannot become tuple{i32}: in sets and in keys of maps fields keep "
      "their places");
}

TEST(SchemaEvolution, LetsVariantsHaveMoreAlternatives) {
  using before = std::variant<std::int32_t, std::string>;
  using after = std::variant<std::int64_t, std::string, double>;
  EXPECT_EQ(evolved<after>(before{-1}), after{std::int64_t{-1}});
  EXPECT_EQ(evolved<after>(before{"a"}), after{"a"});
  EXPECT_EQ((changes<before, after>()), (words{"<0> i32->i64", "<2> +f64"}));
  EXPECT_NE((problem<after, before>().find("a variant keeps its alternatives")), std::string::npos);
}

TEST(SchemaEvolution, StepsOverWhatACodecOfTheUserHasEncoded) {
  const auto after = evolved<longer_bill>(bill{money{-250}, "me"});
  EXPECT_EQ(after.sum, money{-250});
  EXPECT_EQ(after.to, "me");
  EXPECT_EQ((problem<bill, bill_without_sum>()),
            "sum: evolving::money cannot become evolving::money: only its own codec knows where it "
            "ends, and the program has that no more at this place; leave it where it was");
}

table_schema keyed(const std::string& entry) { return {"keyed", entry}; }

template <class From, class To>
result<schema_evolution> table_plan(const std::string& kind) {
  return plan_evolution(table_schema{kind, codec<From>::schema()},
                        table_schema{kind, codec<To>::schema()}, codecs::notes_of<To>());
}

TEST(SchemaEvolution, LeavesTheKeysOfStateAlone) {
  const auto wider =
      table_plan<std::pair<std::int32_t, int>, std::pair<std::int64_t, int>>("keyed");
  ASSERT_FALSE(wider.ok());
  EXPECT_EQ(wider.failure().message,
            "i32 cannot become i64: a key must stay as it is encoded, because its place in the "
            "table and its key group follow from that");
  const auto value = table_plan<std::tuple<std::int64_t, int, order>,
                                std::tuple<std::int64_t, int, order_with_fee>>("window-slices");
  ASSERT_TRUE(value.ok()) << value.failure().message;
  EXPECT_EQ(value->changes, (words{"size i32->i64", "+fee", "+tags"}));
  const auto clock = table_plan<std::tuple<event_time, int, std::uint64_t>,
                                std::tuple<processing_time, int, std::uint64_t>>("timers");
  ASSERT_FALSE(clock.ok());
  EXPECT_TRUE(
      clock.failure().message.starts_with("event_time cannot become processing_time: a time"))
      << clock.failure().message;
  EXPECT_FALSE(plan_evolution(keyed("pair{u8,u8}"), {"timers", "pair{u8,u8}"}, {}).ok());
  EXPECT_FALSE(plan_evolution(keyed("u8"), keyed("pair{u8,u8}"), {}).ok());
  EXPECT_TRUE(
      plan_evolution(keyed("pair{struct{a:u8,b:u8},u8}"), keyed("pair{struct{c:u8,b:u8},u16}"), {})
          .ok());
  EXPECT_FALSE(
      plan_evolution(keyed("pair{struct{a:u8,b:u8},u8}"), keyed("pair{struct{b:u8,a:u8},u8}"), {})
          .ok());
}

TEST(SchemaEvolution, RefusesASchemaThatIsNone) {
  const auto plan = plan_evolution("pair{u8", codecs::present<int>());
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.failure().message,
            "it cannot be compared: schema 'pair{u8': character 8: expected ','");
}

TEST(SchemaEvolution, FindsDamageInWhatWasSaved) {
  std::string bytes;
  codec<order>::encode({"ACME", 1, 2}, bytes);
  const auto now = codecs::present<order_with_fee>();
  const std::string was = codec<order>::schema();
  EXPECT_TRUE(evolve_value(was, now, bytes).ok());
  EXPECT_EQ(evolve_value(was, now, bytes + "x").failure(),
            (error{error_code::corrupt_data, "1 bytes too many"}));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto made = evolve_value(was, now, std::string_view{bytes}.substr(0, length));
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.failure().code, error_code::corrupt_data);
  }
}

}  // namespace
}  // namespace weir
