// SPDX-License-Identifier: Apache-2.0
// What a configuration file may say, and how it is told what is wrong with it.
#include "coordination/configuration.hpp"

#include <array>

#include <gtest/gtest.h>

namespace weir {
namespace {

configuration read(std::string_view text) {
  auto outcome = read_configuration("job.yaml", text, {});
  EXPECT_TRUE(outcome.ok()) << (outcome ? "" : outcome.failure().message);
  return outcome ? *outcome : configuration{};
}

std::string failure_of(std::string_view text) {
  const auto outcome = read_configuration("job.yaml", text, {});
  return outcome ? "no failure" : outcome.failure().message;
}

TEST(Configuration, TakesNestedKeysAndKeysWithDots) {
  const auto nested =
      read("parallelism:\n  default: 4\ntaskmanager:\n  network:\n    credits: 9\n");
  EXPECT_EQ(nested.options.parallelism, 4U);
  EXPECT_EQ(nested.options.credit_window, 9U);
  const auto dotted = read("parallelism.default: 4\ntaskmanager.network:\n  credits: 9\n");
  EXPECT_EQ(dotted.options.parallelism, 4U);
  EXPECT_EQ(dotted.options.credit_window, 9U);
}

TEST(Configuration, LeavesWhatItDoesNotSayAsItWas) {
  job_options defaults;
  defaults.parallelism = 3;
  defaults.credit_window = 5;
  const auto outcome = read_configuration("job.yaml", "parallelism.default: 4", defaults);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->options.parallelism, 4U);
  EXPECT_EQ(outcome->options.credit_window, 5U);
}

TEST(Configuration, MayBeEmpty) {
  for (const std::string_view text : {"", "\n\n", "# nothing yet\n", "---\n", "{}"}) {
    EXPECT_EQ(read(text).options.parallelism, 1U) << text;
    EXPECT_TRUE(read(text).parameters.empty()) << text;
  }
}

TEST(Configuration, GivesParametersToTheJob) {
  const auto outcome = read("job:\n  input: book.txt\n  window: {size: 10s}\njob.top: '5'\n");
  EXPECT_EQ(outcome.parameters,
            (given_parameters{{"input", "book.txt"}, {"top", "5"}, {"window.size", "10s"}}));
  EXPECT_TRUE(read("job:\n").parameters.empty());
}

TEST(Configuration, RefusesAnUnknownKeyWithItsLine) {
  EXPECT_EQ(failure_of("# four\n\nparalelism.default: 4\n"),
            "job.yaml: line 3: unknown key 'paralelism.default'; did you mean "
            "'parallelism.default'?");
  EXPECT_EQ(failure_of("parallelism:\n  defualt: 4\n"),
            "job.yaml: line 2: unknown key 'parallelism.defualt'; did you mean "
            "'parallelism.default'?");
  EXPECT_EQ(failure_of("xyzzy: 1"), "job.yaml: line 1: unknown key 'xyzzy'; --help lists the keys");
  EXPECT_EQ(failure_of("job.: 1"), "job.yaml: line 1: unknown key 'job.'; --help lists the keys");
}

TEST(Configuration, RefusesAKeyThatIsGivenTwice) {
  EXPECT_EQ(failure_of("parallelism:\n  default: 4\nparallelism.default: 5\n"),
            "job.yaml: line 3: 'parallelism.default' was already given in line 2");
  EXPECT_EQ(failure_of("job:\n  input: a\n  input: b\n"),
            "job.yaml: line 3: 'job.input' was already given in line 2");
}

TEST(Configuration, RefusesAValueOfTheWrongType) {
  EXPECT_EQ(failure_of("parallelism.default: four"),
            "job.yaml: line 1: parallelism.default: 'four' is not an integer between 1 and 32768");
  EXPECT_EQ(failure_of("progress.enabled: [true]"),
            "job.yaml: line 1: progress.enabled: is a list; expected true or false");
  EXPECT_EQ(failure_of("progress.enabled:"),
            "job.yaml: line 1: progress.enabled: has no value; expected true or false");
}

TEST(Configuration, RefusesJobParametersThatAreNotText) {
  EXPECT_EQ(failure_of("job: book.txt"),
            "job.yaml: line 1: job: is one value; expected a map of parameters");
  EXPECT_EQ(failure_of("job: [book.txt]"),
            "job.yaml: line 1: job: is a list; expected a map of parameters");
  EXPECT_EQ(failure_of("job:\n  input: [a, b]\n"),
            "job.yaml: line 2: job.input: is a list; expected text");
  EXPECT_EQ(failure_of("job.input: ~"), "job.yaml: line 1: job.input: has no value; expected text");
}

TEST(Configuration, RefusesAFileThatIsNoMap) {
  EXPECT_EQ(failure_of("- parallelism.default\n"),
            "job.yaml: line 1: the file is a list; expected lines of 'key: value'");
  EXPECT_EQ(failure_of("parallelism\n"),
            "job.yaml: line 1: the file is a single value; expected lines of 'key: value'");
  EXPECT_EQ(failure_of("? [a]\n: 1\n"), "job.yaml: line 1: a key must be plain text");
  EXPECT_EQ(failure_of("execution.seed: 1\n---\nexecution.seed: 2\n"),
            "job.yaml: line 3: a second document; expected only one");
}

// Of which yaml-cpp reads the same document for ever.
TEST(Configuration, ComesToAnEndWithTextsThatAreNoValue) {
  for (const std::string text : {",", ",!", ":,", "a: 1\n---\n,"}) {
    const auto why = failure_of(text);
    EXPECT_EQ(why.find("job.yaml: line "), 0U) << why;
  }
  EXPECT_EQ(failure_of(","),
            "job.yaml: line 1, column 1: not valid YAML: no value begins like this");
}

TEST(Configuration, EndsAliasesThatMakeALotOfALittle) {
  std::string text = "job:\n  a: &a {x0: 0, x1: 0, x2: 0, x3: 0, x4: 0, x5: 0, x6: 0, x7: 0}\n";
  for (const std::string name : {"b", "c", "d", "e"}) {
    const std::string inner(1, static_cast<char>(name[0] - 1));
    text += "  " + name + ": &" + name + " {";
    for (int n = 0; n < 10; ++n) {
      text += (n == 0 ? "x" : ", x") + std::to_string(n) + ": *" + inner;
    }
    text += "}\n";
  }
  const auto why = failure_of(text);
  EXPECT_NE(why.find("more than 10000 keys"), std::string::npos) << why;
}

TEST(Configuration, SaysWhereTheTextIsNotYaml) {
  EXPECT_EQ(failure_of("job:\n  input: a: b\n"),
            "job.yaml: line 2, column 11: not valid YAML: illegal map value");
  EXPECT_EQ(failure_of("job: {input: a\n"),
            "job.yaml: line 2, column 1: not valid YAML: end of map flow not found");
}

TEST(Configuration, SurvivesAMapThatContainsItself) {
  EXPECT_EQ(failure_of("job: &all\n  again: *all\n"),
            "job.yaml: line 2: 'job.again.again.again.again.again.again.again' is nested too "
            "deeply; no key has more than 8 parts");
}

TEST(PlainKeys, AreReadAndNothingElse) {
  constexpr std::array<std::string_view, 2> known{"listen", "slots"};
  const auto why = [&](const char* text) {
    const auto read = read_plain_keys("node.yaml", text, known);
    return read ? "" : read.failure().message;
  };
  const auto read = read_plain_keys("node.yaml", "listen: 10.0.0.1:6123\nslots: 4\n", known);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->at("listen"), "10.0.0.1:6123");
  EXPECT_EQ(read->at("slots"), "4");
  EXPECT_TRUE(read_plain_keys("node.yaml", "", known)->empty());
  EXPECT_EQ(why("slot: 4"), "node.yaml: line 1: unknown key 'slot'; did you mean 'slots'?");
  EXPECT_EQ(why("slots: [4]"), "node.yaml: line 1: slots: expected one value");
  EXPECT_EQ(why("slots: 4\nslots: 5"), "node.yaml: line 2: 'slots' was already given");
  EXPECT_EQ(why("- 4"), "node.yaml: line 1: expected lines of 'key: value'");
  EXPECT_EQ(why("slots: 4\n---\nslots: 5"),
            "node.yaml: line 3: a second document; expected only one");
  EXPECT_NE(why("slots: [").find("not valid YAML"), std::string::npos);
}

}  // namespace
}  // namespace weir
