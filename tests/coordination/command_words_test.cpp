// SPDX-License-Identifier: Apache-2.0
// How words are told apart, and what is said of those that do not fit.
#include "coordination/command_words.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using words = std::vector<std::string>;

const command_table table{.command = "weir move",
                          .help = "weir move --help",
                          .operands = "A B",
                          .operand_count = 2,
                          .options = {{"--from"}, {"--to"}, {"--json", false}}};

command_words read(const words& given) {
  const auto understood = read_words(table, given);
  EXPECT_TRUE(understood.ok()) << (understood ? "" : understood.failure().message);
  return understood ? *understood : command_words{};
}
std::string problem_of(const words& given) {
  const auto understood = read_words(table, given);
  EXPECT_FALSE(understood.ok());
  return understood ? "" : understood.failure().message;
}

TEST(CommandWords, AreOperandsAndOptionsInAnyOrder) {
  const auto all = read({"a", "--from", "x", "--json", "b", "--to=y=z"});
  EXPECT_EQ(all.operands, (words{"a", "b"}));
  EXPECT_EQ(all.value_of("from"), "x");
  EXPECT_EQ(all.value_of("to", "otherwise"), "y=z");
  EXPECT_TRUE(all.has("json"));
  const auto few = read({"a", "b"});
  EXPECT_EQ(few.value_of("from"), std::nullopt);
  EXPECT_EQ(few.value_of("to", "otherwise"), "otherwise");
  EXPECT_FALSE(few.has("json"));
}

TEST(CommandWords, MayBeMoreOperandsWhereTheTableSaysSo) {
  auto more = table;
  more.optional_operands = 1;
  EXPECT_TRUE(read_words(more, words{"a", "b"}).ok());
  EXPECT_EQ(read_words(more, words{"a", "b", "c"})->operands, (words{"a", "b", "c"}));
  EXPECT_FALSE(read_words(more, words{"a"}).ok());
  EXPECT_FALSE(read_words(more, words{"a", "b", "c", "d"}).ok());
}

TEST(CommandWords, TakeTheNextWordForAValueWhateverItIs) {
  const auto taken = read({"a", "b", "--from", "--to", "--to="});
  EXPECT_EQ(taken.value_of("from"), "--to");
  EXPECT_EQ(taken.value_of("to"), "");
}

TEST(CommandWords, MayBeginWithADash) {
  EXPECT_EQ(read({"-5", "-"}).operands, (words{"-5", "-"}));
  EXPECT_EQ(read({"--", "--json", "--"}).operands, (words{"--json", "--"}));
  EXPECT_EQ(read({"a", "--", "-h"}).operands, (words{"a", "-h"}));
}

TEST(CommandWords, AskForHelpWhateverElseIsWrong) {
  EXPECT_TRUE(read({"--nonsense", "-h"}).ask_for_help);
  EXPECT_TRUE(read({"a", "--help", "b", "c"}).ask_for_help);
  EXPECT_FALSE(read({"a", "b"}).ask_for_help);
}

TEST(CommandWords, AreRefusedOneByOne) {
  const std::string end = ". See weir move --help";
  EXPECT_EQ(problem_of({"a", "b", "--form", "x"}),
            "weir move: unknown option --form; did you mean --from? See weir move --help");
  EXPECT_EQ(problem_of({"a", "b", "-f"}), "weir move: unknown option -f" + end);
  EXPECT_EQ(problem_of({"a", "b", "--from"}), "weir move: option --from needs a value" + end);
  EXPECT_EQ(problem_of({"a", "b", "--json=1"}),
            "weir move: option --json does not take a value" + end);
  EXPECT_EQ(problem_of({"--to", "x", "--to=x"}),
            "weir move: option --to was given more than once" + end);
  EXPECT_EQ(problem_of({"--json", "--json"}),
            "weir move: option --json was given more than once" + end);
  EXPECT_EQ(problem_of({}), "weir move: expected A B, got nothing" + end);
  EXPECT_EQ(problem_of({"a"}), "weir move: expected A B, got 1 word" + end);
  EXPECT_EQ(problem_of({"a", "b", "c"}), "weir move: expected A B, got 3 words" + end);
}

}  // namespace
}  // namespace weir
