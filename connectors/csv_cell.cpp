// SPDX-License-Identifier: Apache-2.0
// The parts of csv_cell.hpp that no template parameter touches.
#include "connectors/csv_cell.hpp"

#include "api/error.hpp"

namespace weir {

namespace {

std::string_view without_blanks(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

std::string_view number_text(std::string_view cell) {
  const auto text = without_blanks(cell);
  const bool has_plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
  return has_plus ? text.substr(1) : text;
}

bool parse_csv_boolean(std::string_view cell, bool& into, std::string& cause) {
  const auto text = without_blanks(cell);
  if (text.empty()) return refuse_empty_cell(cause);
  into = text == "true" || text == "1";
  if (into || text == "false" || text == "0") return true;
  cause = not_a_boolean(cell);
  return false;
}

bool parse_csv_time(std::string_view cell, event_time& into, std::string& cause) {
  const auto text = without_blanks(cell);
  if (text.empty()) return refuse_empty_cell(cause);
  const auto time = parse_event_time(text);
  if (!time) {
    cause = not_a_time(cell);
    return false;
  }
  into = *time;
  return true;
}

bool refuse_empty_cell(std::string& cause) {
  cause = "the cell is empty, and only a std::optional field may have no value";
  return false;
}

}  // namespace weir
