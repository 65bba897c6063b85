// SPDX-License-Identifier: Apache-2.0
// Two tables in aligned columns; see coordination/help_text.hpp.
#include "coordination/help_text.hpp"

#include <algorithm>
#include <vector>

#include "coordination/command_line.hpp"
#include "coordination/setting.hpp"
#include "coordination/version.hpp"

namespace weir {

namespace {

constexpr std::size_t widest_line = 100;
// A longer cell has the line to itself, and the row goes on below it.
constexpr std::size_t widest_column = 34;
constexpr std::string_view gap = "  ";

using table_row = std::vector<std::string>;

// The width of each column but the last.
std::vector<std::size_t> column_widths(const std::vector<table_row>& rows) {
  std::vector<std::size_t> widths(rows.front().size() - 1);
  for (const table_row& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (row[i].size() <= widest_column) widths[i] = std::max(widths[i], row[i].size());
    }
  }
  return widths;
}

// Adds `text`, breaking it between words; `column` is where it begins and where it goes on.
void append_wrapped(std::string& out, std::string_view text, std::size_t column) {
  while (column + text.size() > widest_line) {
    const auto space = text.rfind(' ', widest_line - column);
    if (space == std::string_view::npos) break;
    out.append(text.substr(0, space)).append("\n").append(column, ' ');
    text.remove_prefix(space + 1);
  }
  out.append(text).append("\n");
}

// All columns aligned, the last one wrapped.
void append_table(std::string& out, const std::vector<table_row>& rows) {
  const auto widths = column_widths(rows);
  for (const table_row& row : rows) {
    std::size_t column = gap.size();
    out.append(gap);
    for (std::size_t i = 0; i < widths.size(); ++i) {
      out.append(row[i]);
      column += widths[i] + gap.size();
      if (row[i].size() <= widths[i]) {
        out.append(widths[i] - row[i].size(), ' ').append(gap);
      } else {
        out.append("\n").append(column, ' ');
      }
    }
    append_wrapped(out, row.back(), column);
  }
}

std::vector<table_row> option_rows() {
  std::vector<table_row> rows;
  for (const program_option& each : program_options()) {
    // Options without a letter are indented as if they had one.
    const std::string indent = each.letter == '\0' ? "    " : "";
    rows.push_back({indent + usage_of(each), std::string{each.description}});
  }
  return rows;
}

std::vector<table_row> setting_rows(const job_options& defaults) {
  std::vector<table_row> rows{{"key", "default", "meaning"}};
  for (const setting& each : settings()) {
    rows.push_back({std::string{each.key}, value_text(each, defaults),
                    std::string{each.description} + " (" + range_text(each) + ")"});
  }
  return rows;
}

}  // namespace

std::string help_text(std::string_view program, const job_options& defaults) {
  std::string text = "Usage: " + std::string{program} + " [options]\n\nOptions:\n";
  append_table(text, option_rows());
  text += "\nSettings, for -D KEY=VALUE or as lines of 'key: value' in the --config file:\n";
  append_table(text, setting_rows(defaults));
  text +=
      "\nJob parameters stand under 'job:' in the file. An option wins over -D, -D over the file,"
      "\nand the file over the program. More in docs/operating.md.\n";
  return text;
}

std::string version_text(std::string_view program) {
  return std::string{program} + " (Weir " + std::string{version} + ")\n";
}

}  // namespace weir
