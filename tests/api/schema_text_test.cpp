// SPDX-License-Identifier: Apache-2.0
// Descriptors are no part of what a schema says a value is, and nobody is shown them.
#include "api/schema_text.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(SchemaText, ShowsMessagesByTheirNames) {
  EXPECT_EQ(without_descriptors("protobuf{shop.order:CAE=}"), "protobuf{shop.order}");
  EXPECT_EQ(without_descriptors("pair{u64,struct{a:protobuf{a.b:Zg==},c:protobuf{c:/w==}}}"),
            "pair{u64,struct{a:protobuf{a.b},c:protobuf{c}}}");
  EXPECT_EQ(without_descriptors("protobuf{a.b:}"), "protobuf{a.b}");
}

TEST(SchemaText, LeavesAllOtherTextAsItIs) {
  for (const char* text :
       {"", "u64", "protobuf{shop.order}", "pair{string,u64}", "struct{protobuf:u8}", "protobuf{",
        "protobuf{a:CAE=", "protobuf{a:CA E=}", "protobuf{shop::order}", "protobuf{a:b{c}}",
        "my_protobuf{a:b}", "shop.protobuf{a:b}", "protobuf{protobuf{"}) {
    EXPECT_EQ(without_descriptors(text), text);
  }
}

TEST(SchemaText, TakesTheNamesOfMessagesForWhatTheyAre) {
  EXPECT_TRUE(is_same_schema("map<u8,protobuf{a.b:CAE=}>", "map<u8,protobuf{a.b}>"));
  EXPECT_TRUE(is_same_schema("map<u8,protobuf{a.b:CAE=}>", "map<u8,protobuf{a.b:CAI=}>"));
  EXPECT_FALSE(is_same_schema("protobuf{a.b:CAE=}", "protobuf{a.c:CAE=}"));
  EXPECT_FALSE(is_same_schema("map<u8,protobuf{a.b:CAE=}>", "map<i8,protobuf{a.b:CAE=}>"));
  EXPECT_FALSE(is_same_schema("protobuf{shop::order}", "protobuf{shop::bill}"));
}

TEST(SchemaText, TakesApartWhatStandsBetweenTheBraces) {
  EXPECT_EQ(message_parts("shop.order:CAE=").name, "shop.order");
  EXPECT_EQ(message_parts("shop.order:CAE=").descriptors, "CAE=");
  EXPECT_EQ(message_parts("shop.order").name, "shop.order");
  EXPECT_EQ(message_parts("shop.order").descriptors, "");
  EXPECT_EQ(message_parts("shop::order").name, "shop::order");
  EXPECT_EQ(message_parts("").name, "");
}

}  // namespace
}  // namespace weir
