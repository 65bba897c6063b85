// SPDX-License-Identifier: Apache-2.0
// Lists of nodes are read, or refused with the one that is none.
#include "coordination/cluster/node_list.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(NodeList, HasTheNodesInTheirOrder) {
  const auto one = parse_node_list("127.0.0.1:6123");
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(nodes_in(*one), (std::vector<std::string>{"127.0.0.1:6123"}));
  const auto two = parse_node_list("127.0.0.2:6123,127.0.0.1:6124");
  ASSERT_TRUE(two.ok());
  EXPECT_EQ(nodes_in(*two), (std::vector<std::string>{"127.0.0.2:6123", "127.0.0.1:6124"}));
}

// Of several nodes the next is asked where one cannot be: that must be another one.
TEST(NodeList, HasEachNodeOnce) {
  const auto list = parse_node_list("127.0.0.1:6123,127.0.0.2:6123,127.0.0.1:6123,127.0.0.1:06123");
  ASSERT_TRUE(list.ok()) << list.failure().message;
  EXPECT_EQ(*list, "127.0.0.1:6123,127.0.0.2:6123");
}

TEST(NodeList, RefusesWhatIsNoNode) {
  for (const auto* text : {"", "127.0.0.1:6123,", ",127.0.0.1:6123", "127.0.0.1:6123,here"}) {
    EXPECT_FALSE(parse_node_list(text).ok()) << text;
  }
  EXPECT_NE(parse_node_list("127.0.0.1:6123,here").failure().message.find("here"),
            std::string::npos);
}

}  // namespace
}  // namespace weir
