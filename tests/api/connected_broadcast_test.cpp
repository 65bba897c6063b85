// SPDX-License-Identifier: Apache-2.0
// What connect_broadcast writes into the job graph.
#include "api/connected_broadcast.hpp"

#include <gtest/gtest.h>

#include "tests/support/graph_reading.hpp"

namespace weir {
namespace {

template <class Left>
struct forgetful {
  void on_left(const int&, Left&) {}
  void on_right(const int&, broadcast_context<int>&) {}
};
template <class Left>
struct remembering : forgetful<Left> {
  void open(operator_state&) {}
};

TEST(ConnectedBroadcast, SendsTheRightSideToEverySubtask) {
  environment env{"job"};
  const auto numbers = env.from(described_source<int>{"numbers"});
  const auto rules = env.from(described_source<int>{"rules"});
  numbers.connect_broadcast(rules).process<int>(forgetful<process_context<int>>{}).name("plain");
  numbers.key_by([](int x) { return x; })
      .connect_broadcast(rules)
      .process<int>(forgetful<keyed_process_context<int, int>>{})
      .name("keyed");
  const auto& edges = env.graph().edges;
  ASSERT_EQ(edges.size(), 4U);
  EXPECT_EQ(edges[0].how, partitioning::forward);
  EXPECT_EQ(edges[1].how, partitioning::broadcast);
  EXPECT_EQ(edges[1].input, 1U);
  EXPECT_EQ(edges[2].how, partitioning::hash);
  EXPECT_EQ(edges[3].how, partitioning::broadcast);
  EXPECT_EQ(edges[3].input, 1U);
}

TEST(ConnectedBroadcast, NeedsAUidWhenItsFunctionRemembers) {
  environment env{"job"};
  const auto numbers = env.from(described_source<int>{"numbers"});
  using plain = process_context<int>;
  using keyed = keyed_process_context<int, int>;
  numbers.connect_broadcast(numbers).process<int>(forgetful<plain>{});
  numbers.connect_broadcast(numbers).process<int>(remembering<plain>{});
  const auto by_key = numbers.key_by([](int x) { return x; });
  by_key.connect_broadcast(numbers).process<int>(forgetful<keyed>{});
  by_key.connect_broadcast(numbers).process<int>(remembering<keyed>{});
  const auto& nodes = env.graph().nodes;
  ASSERT_EQ(nodes.size(), 5U);
  EXPECT_FALSE(nodes[1].needs_uid);
  EXPECT_TRUE(nodes[2].needs_uid && nodes[2].keeps_state);
  EXPECT_FALSE(nodes[3].needs_uid);
  EXPECT_TRUE(nodes[4].needs_uid && nodes[4].keeps_state);
}

}  // namespace
}  // namespace weir
