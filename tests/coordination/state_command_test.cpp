// SPDX-License-Identifier: Apache-2.0
// Questions about small checkpoints, answered to the letter.
#include "coordination/state_command.hpp"

#include <gtest/gtest.h>

#include "state/map_store.hpp"
#include "tests/support/kept_checkpoint.hpp"

namespace weir {
namespace {

class StateCommand : public testing::Test {
protected:
  StateCommand() { keep_two_checkpoints(files); }
  // The answer; its failure is in `problem`, remarks in `remarks`.
  std::string ask(const std::vector<std::string>& words) {
    const auto question = parse_state_arguments(words);
    EXPECT_TRUE(question.ok());
    std::string out;
    remarks.clear();
    const auto answered =
        answer(*question, files, stores,
               {[&](std::string_view text) { out += text; },
                [&](std::string_view line) { remarks.append(line).append("\n"); }});
    problem = answered ? "" : answered.failure().message;
    return out;
  }
  simulated_file_system files;
  map_stores stores{files};
  std::string remarks;
  std::string problem;
};

TEST_F(StateCommand, FindsAKeyGivenAsTextOrAsJson) {
  const std::string line =
      "{\"operator\":\"number\",\"table\":\"seen\",\"key\":\"b\",\"value\":2}\n";
  EXPECT_EQ(ask({"get", "/ck/chk-1", "number", "seen", "b"}), line);
  EXPECT_EQ(ask({"get", "/ck/chk-1", "number", "seen", " \"b\" "}), line);
  EXPECT_EQ(ask({"get", "/ck/chk-1", "number", "seen", "x"}), "");
  EXPECT_EQ(problem, "operator number: table seen has no key x");
}

TEST_F(StateCommand, ProposesTheNameThatWasMeant) {
  ask({"get", "/ck", "numbre", "seen", "b"});
  EXPECT_EQ(problem, "the checkpoint has no operator numbre; did you mean number?");
  ask({"export", "/ck", "--table", "zzz"});
  EXPECT_EQ(problem, "the checkpoint has no table zzz; it has seen");
}

TEST_F(StateCommand, ExportsAllEntries) {
  EXPECT_EQ(ask({"export", "/ck/chk-1"}),
            "{\"operator\":\"number\",\"table\":\"seen\",\"key\":\"a\",\"value\":1}\n"
            "{\"operator\":\"number\",\"table\":\"seen\",\"key\":\"b\",\"value\":2}\n"
            "{\"operator\":\"number\",\"table\":\"seen\",\"key\":\"c\",\"value\":3}\n");
  EXPECT_EQ(problem + remarks, "");
}

TEST_F(StateCommand, ExportsBlocksOfWhatOnlyTheProgramCanDecode) {
  keep_checkpoint(files, 3, {{{"a", 1}}}, {"keyed", "pair{string,shop::money}"});
  EXPECT_EQ(ask({"export", "/ck"}),
            "{\"operator\":\"number\",\"table\":\"seen\",\"undecoded\":{\"entries\":1,\"base64\":"
            "\"AQAAAGEBAAAAAAAAAA==\"}}\n");
  EXPECT_EQ(problem, "");
  EXPECT_NE(remarks.find("written as blocks"), std::string::npos);
  ask({"get", "/ck", "number", "seen", "a"});
  EXPECT_NE(problem.find("shop::money"), std::string::npos);
}

TEST_F(StateCommand, ShowsItsHelp) { EXPECT_EQ(ask({}), state_help()); }

TEST_F(StateCommand, WritesASavepointWithOneEntryChanged) {
  EXPECT_EQ(ask({"edit", "/ck/chk-2", "--operator", "number", "--table", "seen", "--key", "b",
                 "--value", "50", "--out", "/new"}),
            "");
  EXPECT_EQ(problem, "");
  EXPECT_EQ(remarks, "1 changed, 0 added, 0 removed; go on with --restore /new\n");
  EXPECT_EQ(ask({"get", "/new", "number", "seen", "b"}),
            "{\"operator\":\"number\",\"table\":\"seen\",\"key\":\"b\",\"value\":50}\n");
  ask({"edit", "/ck/chk-2", "--operator", "numbr", "--remove", "--out", "/newer"});
  EXPECT_EQ(problem, "the checkpoint has no operator numbr; did you mean number?");
  ask({"edit", "/ck/chk-2", "--operator=number", "--table=seen", "--key=b", "--value=x",
       "--out=/newer"});
  EXPECT_EQ(problem, "operator number: table seen: value x: expected u64");
}

}  // namespace
}  // namespace weir
