// SPDX-License-Identifier: Apache-2.0
// What can be ordered, and how many answers are remembered.
#include "coordination/cluster/savepoint_order.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

std::string problem_of(const savepoint_order& order) {
  const auto checked = check(order);
  return checked ? "" : checked.failure().message;
}

TEST(SavepointOrder, IsCheckedBeforeItIsTaken) {
  EXPECT_EQ(problem_of({.token = "5df1"}), "");
  EXPECT_EQ(problem_of({.token = "5df1", .directory = "/shared/mine", .stops = true}), "");
  for (const auto* wrong : {"", "A", "a b", "../x"}) {
    EXPECT_EQ(problem_of({.token = wrong}), "its order has no proper token");
  }
  EXPECT_EQ(problem_of({.token = "1", .directory = "mine"}),
            "the directory for a savepoint, 'mine', is no absolute path: it is one on the hosts of "
            "the job, not here");
  EXPECT_EQ(problem_of({.token = "1", .directory = "/" + std::string(4096, 'x')}),
            "the directory for a savepoint, has more than 4096 bytes");
  EXPECT_EQ(problem_of({.token = "1", .directory = std::string("/a\0b", 4)}),
            "the directory for a savepoint, contains a zero byte");
  EXPECT_FALSE(check_savepoint_directory("").ok());
}

TEST(SavepointAnswers, AreRememberedAsLongAsThereMayBeOrders) {
  std::vector<savepoint_answer> answers;
  for (std::size_t i = 0; i <= most_savepoint_orders; ++i) {
    note_answer(answers, {.token = std::to_string(i), .path = "/s"});
  }
  EXPECT_EQ(answers.size(), most_savepoint_orders);
  EXPECT_EQ(answers.front().token, std::to_string(most_savepoint_orders));
  EXPECT_EQ(find_answer(answers, "0"), nullptr);
  ASSERT_NE(find_answer(answers, "1"), nullptr);
  EXPECT_EQ(find_answer(answers, "1")->path, "/s");
  note_answer(answers, {.token = "9", .failure = std::string(9'999, 'x')});
  EXPECT_EQ(answers.front().failure.size(), longest_savepoint_failure);
}

}  // namespace
}  // namespace weir
