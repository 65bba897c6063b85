// SPDX-License-Identifier: Apache-2.0
// That docs/operating.md says what the code says.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "coordination/command_line.hpp"
#include "coordination/configuration.hpp"
#include "coordination/setting.hpp"
#include "coordination/version.hpp"

namespace weir {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file{std::string{WEIR_REPOSITORY_ROOT} + "/" + path};
  EXPECT_TRUE(file.is_open()) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string between(const std::string& text, std::string_view opening, std::string_view closing) {
  const auto begin = text.find(opening);
  const auto end = begin == std::string::npos ? begin : text.find(closing, begin + opening.size());
  if (end == std::string::npos) return "nothing";
  return text.substr(begin + opening.size(), end - begin - opening.size());
}

std::string option_table() {
  std::string table = "| option | meaning |\n|---|---|\n";
  for (const program_option& each : program_options()) {
    table += "| `" + usage_of(each) + "` | " + std::string{each.description} + " |\n";
  }
  return table;
}

std::string setting_table() {
  std::string table = "| key | values | default | meaning |\n|---|---|---|---|\n";
  for (const setting& each : settings()) {
    table += "| `" + std::string{each.key} + "` | " + range_text(each) + " | " +
             value_text(each, {}) + " | " + std::string{each.description} + " |\n";
  }
  return table;
}

TEST(OperatingPage, ListsTheOptions) {
  EXPECT_EQ(between(text_of("docs/operating.md"), "## Options\n\n", "\n## "), option_table());
}

TEST(OperatingPage, ListsTheSettings) {
  EXPECT_EQ(between(text_of("docs/operating.md"), "## Settings\n\n", "\n## "), setting_table());
}

TEST(OperatingPage, ShowsAConfigurationFileThatIsOne) {
  const auto example = between(text_of("docs/operating.md"), "```yaml\n", "```");
  const auto read = read_configuration("operating.md", example, {});
  ASSERT_TRUE(read.ok()) << read.failure().message;
  EXPECT_EQ(read->options.parallelism, 4U);
  EXPECT_EQ(read->parameters.size(), 2U);
}

TEST(Version, IsTheBuildFilesVersion) {
  EXPECT_EQ(between(text_of("CMakeLists.txt"), "project(weir VERSION ", " "), version);
}

}  // namespace
}  // namespace weir
