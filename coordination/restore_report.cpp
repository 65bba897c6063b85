// SPDX-License-Identifier: Apache-2.0
// See coordination/restore_report.hpp.
#include "coordination/restore_report.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace weir {

namespace {

constexpr std::size_t columns = 3;
using row = std::array<std::string, columns + 1>;  // The last one is as long as it is.

std::string_view words_of(state_verdict::kind what) {
  switch (what) {
    case state_verdict::kind::same:
      return "same";
    case state_verdict::kind::evolves:
      return "evolves";
    case state_verdict::kind::starts_empty:
      return "starts empty";
    case state_verdict::kind::is_left_behind:
      return "is left behind";
    case state_verdict::kind::not_checked:
      return "not checked";
    case state_verdict::kind::fails:
      break;
  }
  return "fails";
}

row row_of(const state_verdict& each) {
  std::string verdict{words_of(each.what)};
  if (!each.note.empty()) verdict += ": " + each.note;
  return {each.operator_name, each.state.empty() ? "-" : each.state,
          each.entries ? std::to_string(*each.entries) : "-", std::move(verdict)};
}

void append_table(std::string& text, const std::vector<row>& rows) {
  std::array<std::size_t, columns> widths{};
  for (const row& each : rows) {
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], each[i].size());
  }
  for (const row& each : rows) {
    for (std::size_t i = 0; i < columns; ++i) {
      const std::string blanks(widths[i] - each[i].size(), ' ');
      const bool is_number = i == columns - 1;  // Aligned to the right.
      text += is_number ? blanks + each[i] : each[i] + blanks;
      text += "  ";
    }
    text += each.back() + '\n';
  }
}

}  // namespace

std::string restore_report_text(const restore_report& report) {
  std::string text = "checkpoint " + std::to_string(report.checkpoint) + " in " + report.directory +
                     ", max parallelism " + std::to_string(report.max_parallelism) + "\n";
  for (const error& each : report.passed_over) {
    text += "passed over, because it is damaged: " + each.message + "\n";
  }
  if (!report.states.empty()) {
    std::vector<row> rows{{"operator", "state", "entries", "verdict"}};
    for (const auto& each : report.states) rows.push_back(row_of(each));
    append_table(text, rows);
  }
  for (const error& each : report.problems) text += each.message + "\n";
  return text + (report.fits() ? "the job can go on from it\n" : "the job cannot go on from it\n");
}

}  // namespace weir
