// SPDX-License-Identifier: Apache-2.0
// Which words ask what, and what is said about words that ask nothing.
#include "coordination/state_arguments.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using words = std::vector<std::string>;
using kind = state_question::kind;

state_question asked(const words& given) {
  auto question = parse_state_arguments(given);
  EXPECT_TRUE(question.ok()) << (question ? "" : question.failure().message);
  return question ? *question : state_question{};
}
std::string problem_of(const words& given) {
  const auto question = parse_state_arguments(given);
  EXPECT_FALSE(question.ok());
  return question ? "" : question.failure().message;
}

TEST(StateArguments, AskForHelpWithoutACommand) {
  EXPECT_EQ(asked({}).what, kind::help);
  EXPECT_EQ(asked({"--help"}).what, kind::help);
  EXPECT_EQ(asked({"get", "-h"}).what, kind::help);
}

TEST(StateArguments, AskWhatTheCommandsSay) {
  EXPECT_EQ(asked({"ls", "ck"}).paths, words{"ck"});
  EXPECT_TRUE(asked({"ls", "--json", "ck"}).as_json);
  EXPECT_EQ(asked({"diff", "a", "b"}).paths, (words{"a", "b"}));
  const auto get = asked({"get", "ck", "number", "seen", "-5"});
  EXPECT_EQ(get.what, kind::get);
  EXPECT_EQ(get.selection.operator_name, "number");
  EXPECT_EQ(get.selection.table_name, "seen");
  EXPECT_EQ(get.key, "-5");
  EXPECT_EQ(asked({"get", "ck", "number", "seen", "--", "--json"}).key, "--json");
  const auto all = asked({"export", "ck", "--operator", "o", "--table=t"});
  EXPECT_EQ(all.selection.operator_name, "o");
  EXPECT_EQ(all.selection.table_name, "t");
  EXPECT_FALSE(asked({"export", "ck"}).selection.operator_name);
}

TEST(StateArguments, SayWhatIsWrong) {
  EXPECT_EQ(problem_of({"exprt"}),
            "unknown command exprt; did you mean export? See weir state --help");
  EXPECT_EQ(problem_of({"edit"}), "unknown command edit. See weir state --help");
  EXPECT_EQ(problem_of({"ls", "--jsn"}),
            "weir state ls: unknown option --jsn; did you mean --json? See weir state --help");
  EXPECT_EQ(problem_of({"ls", "--json=1", "ck"}),
            "option --json does not take a value. See weir state --help");
  EXPECT_EQ(problem_of({"export", "ck", "--table"}),
            "option --table needs a value. See weir state --help");
  EXPECT_EQ(problem_of({"export", "ck", "--table=a", "--table=b"}),
            "option --table was given more than once. See weir state --help");
  EXPECT_EQ(problem_of({"ls"}), "weir state ls: expected PATH, got nothing. See weir state --help");
  EXPECT_EQ(problem_of({"diff", "a", "b", "c"}),
            "weir state diff: expected A B, got 3 words. See weir state --help");
}

}  // namespace
}  // namespace weir
