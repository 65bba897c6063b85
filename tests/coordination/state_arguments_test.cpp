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

TEST(StateArguments, SayWhatIsToBeChanged) {
  const auto change = asked({"edit", "ck", "--operator", "o", "--table", "t", "--key", "-5",
                             "--place=1", "--value", "{}", "--out", "new"});
  EXPECT_EQ(change.what, kind::edit);
  EXPECT_EQ(change.paths, words{"ck"});
  EXPECT_EQ(change.out, "new");
  EXPECT_EQ(change.edit.operator_name, "o");
  EXPECT_EQ(change.edit.table, "t");
  EXPECT_EQ(change.edit.key, "-5");
  EXPECT_EQ(change.edit.place, "1");
  EXPECT_EQ(change.edit.value, "{}");
  const auto removal = asked({"edit", "ck", "--operator", "o", "--remove", "--out", "new"});
  EXPECT_FALSE(removal.edit.table);
  EXPECT_FALSE(removal.edit.value);
}

TEST(StateArguments, SayWhatAChangeStillNeeds) {
  const auto problem = [](words given) {
    given.insert(given.begin(), {"edit", "ck"});
    return problem_of(given);
  };
  const std::string end = ". See weir state --help";
  const std::string begin = "weir state edit: ";
  EXPECT_EQ(problem({}), begin + "say which --operator" + end);
  EXPECT_EQ(problem({"--operator=o"}),
            begin + "say with --out where the changed savepoint goes" + end);
  EXPECT_EQ(problem({"--operator=o", "--out=n"}), begin + "give either --value or --remove" + end);
  EXPECT_EQ(problem({"--operator=o", "--out=n", "--remove", "--value=1"}),
            begin + "give either --value or --remove" + end);
  EXPECT_EQ(problem({"--operator=o", "--out=n", "--value=1"}),
            begin + "--value needs the --key that has it" + end);
  EXPECT_EQ(problem({"--operator=o", "--out=n", "--value=1", "--key=1"}),
            begin + "--key needs the --table that has it" + end);
  EXPECT_EQ(problem({"--operator=o", "--out=n", "--remove", "--place=1"}),
            begin + "--place needs the --key that has it" + end);
}

TEST(StateArguments, SayWhatIsWrong) {
  EXPECT_EQ(problem_of({"exprt"}),
            "unknown command exprt; did you mean export? See weir state --help");
  EXPECT_EQ(problem_of({"move"}), "unknown command move. See weir state --help");
  EXPECT_EQ(problem_of({"ls", "--jsn"}),
            "weir state ls: unknown option --jsn; did you mean --json? See weir state --help");
  EXPECT_EQ(problem_of({"ls", "--json=1", "ck"}),
            "weir state ls: option --json does not take a value. See weir state --help");
  EXPECT_EQ(problem_of({"export", "ck", "--table"}),
            "weir state export: option --table needs a value. See weir state --help");
  EXPECT_EQ(problem_of({"export", "ck", "--table=a", "--table=b"}),
            "weir state export: option --table was given more than once. See weir state --help");
  EXPECT_EQ(problem_of({"ls"}), "weir state ls: expected PATH, got nothing. See weir state --help");
  EXPECT_EQ(problem_of({"diff", "a", "b", "c"}),
            "weir state diff: expected A B, got 3 words. See weir state --help");
}

}  // namespace
}  // namespace weir
