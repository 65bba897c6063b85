// SPDX-License-Identifier: Apache-2.0
// That --help names everything, in aligned lines of at most 100 columns.
#include "coordination/help_text.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/command_line.hpp"
#include "coordination/setting.hpp"

namespace weir {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string line_with(const std::string& text, std::string_view part) {
  for (const std::string& line : lines_of(text)) {
    if (line.find(part) != std::string::npos) return line;
  }
  return "no line with " + std::string{part};
}

TEST(HelpText, NamesEveryOptionAndEverySetting) {
  const std::string text = help_text("word_count", {});
  EXPECT_EQ(lines_of(text)[0], "Usage: word_count [options]");
  for (const program_option& each : program_options()) {
    EXPECT_NE(text.find(usage_of(each)), std::string::npos) << each.name;
  }
  for (const setting& each : settings()) {
    EXPECT_NE(text.find(each.key), std::string::npos) << each.key;
  }
}

TEST(HelpText, ShowsTheDefaultsOfTheProgram) {
  job_options defaults;
  defaults.parallelism = 12;
  EXPECT_EQ(line_with(help_text("word_count", defaults), "parallelism.default "),
            "  parallelism.default                 12            subtasks of an operator that "
            "sets none (1 to");
}

TEST(HelpText, AlignsOptionsWithAndWithoutALetter) {
  const std::string text = help_text("word_count", {});
  EXPECT_EQ(line_with(text, "--help "),
            "  -h, --help                      show this text and stop");
  EXPECT_EQ(line_with(text, "--version "),
            "      --version                   show the version and stop");
}

TEST(HelpText, FitsInto100Columns) {
  for (const std::string& line : lines_of(help_text("word_count", {}))) {
    EXPECT_LE(line.size(), 100U) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
}

TEST(HelpText, GoesOnBelowTheLastColumn) {
  job_options wide;
  wide.seed = 18446744073709551615U;
  const auto lines = lines_of(help_text("word_count", wide));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].find("pipeline.require-uids") == std::string::npos) continue;
    EXPECT_EQ(lines[i],
              "  pipeline.require-uids               false                 "
              "require a uid of every operator with");
    EXPECT_EQ(lines[i + 1], std::string(60, ' ') + "state (true or false)");
  }
}

TEST(HelpText, GivesALongKeyALineOfItsOwn) {
  const auto lines = lines_of(help_text("word_count", {}));
  const auto key = std::find(lines.begin(), lines.end(),
                             "  restart-strategy.exponential-delay.backoff-multiplier");
  ASSERT_LT(key, lines.end() - 2);
  EXPECT_EQ(key[1], std::string(38, ' ') +
                        "1.5           by how much each wait is longer than the last (1");
  EXPECT_EQ(key[2], std::string(52, ' ') + "to 100)");
}

TEST(VersionText, NamesTheProgramAndWeir) {
  EXPECT_EQ(version_text("word_count"), "word_count (Weir 0.1.0)\n");
}

}  // namespace
}  // namespace weir
