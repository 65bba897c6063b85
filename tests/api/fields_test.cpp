// SPDX-License-Identifier: Apache-2.0
// Which structs are records, what their fields are called, and that fields are references.
#include "api/fields.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace field_samples {

struct trade {
  std::string symbol;
  double price = 0;
};
WEIR_FIELDS(trade, symbol, price)

struct order {
  std::string symbol;
  double cost = 0;
  double fee = 0;
};
WEIR_FIELDS(order, symbol, (cost, price, amount), fee)

struct marked_trade : trade {
  bool is_marked = false;
};

struct quote {
  std::optional<double> bid;
  std::variant<int, std::string> venue;
  std::array<int, 3> depth;
  std::vector<std::string> tags;
};

class account {
public:
  explicit account(int id) : id_{id} {}
  int id() const { return id_; }

private:
  int id_;
};

struct nothing {};

struct sixteen {
  int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p;
};

}  // namespace field_samples

namespace weir {
namespace {

TEST(Fields, HaveTheNamesOfTheirLineInAnyNamespace) {
  static_assert(has_named_fields<field_samples::trade>);
  EXPECT_EQ(fields_of<field_samples::trade>::names,
            (std::array<std::string_view, 2>{"symbol", "price"}));
}

TEST(Fields, MayHaveHadOtherNames) {
  using order = field_samples::order;
  EXPECT_EQ(fields_of<order>::names, (std::array<std::string_view, 3>{"symbol", "cost", "fee"}));
  EXPECT_EQ(fields_of<order>::former_names,
            (std::array<std::string_view, 3>{"", "price, amount", ""}));
  order of{"ACME", 7, 1};
  std::get<1>(tie_fields(of)) = 8;
  EXPECT_EQ(of.cost, 8);
}

TEST(Fields, AreReferencesIntoTheStruct) {
  field_samples::trade trade{"ACME", 1.5};
  std::get<1>(tie_fields(trade)) = 2.5;
  EXPECT_EQ(trade.price, 2.5);

  const field_samples::trade& fixed = trade;
  static_assert(
      std::is_same_v<decltype(tie_fields(fixed)), std::tuple<const std::string&, const double&>>);
}

TEST(Fields, WithoutNamesAreFoundByPosition) {
  static_assert(plain_struct<field_samples::quote> && !has_named_fields<field_samples::quote>);
  field_samples::quote quote{1.5, "LSE", {1, 2, 3}, {"fast"}};
  const auto fields = tie_fields(quote);
  static_assert(std::tuple_size_v<decltype(fields)> == 4);
  EXPECT_EQ(std::get<0>(fields), 1.5);
  EXPECT_EQ(std::get<2>(fields)[2], 3);
  EXPECT_EQ(std::get<3>(fields).front(), "fast");
}

TEST(Fields, AreAtMostSixteen) {
  field_samples::sixteen numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  EXPECT_EQ(std::get<15>(tie_fields(numbers)), 16);
}

TEST(Fields, AreNotSeenWhereThereIsMoreThanAPlainStruct) {
  static_assert(!plain_struct<field_samples::account>, "has a constructor");
  static_assert(!plain_struct<field_samples::marked_trade>, "has a base class");
  static_assert(!has_named_fields<field_samples::marked_trade>, "the names are those of the base");
  static_assert(!plain_struct<field_samples::nothing> && !plain_struct<int> &&
                !plain_struct<std::string>);
  EXPECT_EQ(field_samples::account{7}.id(), 7);
}

}  // namespace
}  // namespace weir
