// SPDX-License-Identifier: Apache-2.0
// Listing, finding, exporting and changing; comparing is in coordination/state_difference.hpp.
#include "coordination/state_command.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/text.hpp"
#include "coordination/state_difference.hpp"
#include "coordination/state_line.hpp"
#include "coordination/state_listing.hpp"
#include "coordination/suggestion.hpp"
#include "state/state_entry.hpp"

namespace weir {

namespace {

result<stored_state> open(file_system& files, entry_stores& stores, const std::string& path,
                          const state_output& output) {
  auto state = stored_state::open(files, path, &stores);
  if (!state) return state;
  for (const error& each : state->passed_over()) {
    output.remark("passed over, because it is damaged: " + each.message);
  }
  return state;
}

error unknown_name(std::string_view what, const std::string& name,
                   const std::vector<std::string>& known) {
  const std::vector<std::string_view> names{known.begin(), known.end()};
  std::string message =
      "the checkpoint has no " + std::string{what} + " " + name + did_you_mean(name, names);
  if (!message.ends_with('?')) {
    message += "; it has";
    for (const auto& each : known) message += (&each == &known.front() ? " " : ", ") + each;
    if (known.empty()) message += " none";
  }
  return {error_code::not_found, std::move(message)};
}

// A selection that selects nothing is a slip of the pen.
status check_selection(const stored_state& state, const table_selection& selection) {
  if (!selection.operator_name && !selection.table_name) return {};
  const auto operators = state.operators();
  if (!operators) return operators.failure();
  std::vector<std::string> names;
  std::vector<std::string> tables;
  bool is_known = !selection.operator_name;
  for (const auto& each : *operators) {
    names.push_back(each.name);
    if (selection.operator_name && each.name != *selection.operator_name) continue;
    is_known = true;
    for (const auto& table : each.tables) tables.push_back(table.name);
  }
  if (!is_known) return unknown_name("operator", *selection.operator_name, names);
  if (!selection.table_name) return {};
  if (std::find(tables.begin(), tables.end(), *selection.table_name) != tables.end()) return {};
  return unknown_name(
      selection.operator_name ? "table of " + *selection.operator_name + " named" : "table",
      *selection.table_name, tables);
}

status list(const state_question& question, const stored_state& state, const state_output& output) {
  const auto operators = state.operators();
  if (!operators) return operators.failure();
  output.answer(question.as_json ? state_listing_json(state.manifest(), *operators)
                                 : state_listing(state.manifest(), *operators));
  return {};
}

// Without blanks between its parts, as entries are written.
std::string without_blanks(std::string_view json) {
  std::string dense;
  bool is_quoted = false;
  bool is_escaped = false;
  for (const char c : json) {
    if (is_quoted || (c != ' ' && c != '\t' && c != '\n' && c != '\r')) dense += c;
    if (c == '"' && !is_escaped) is_quoted = !is_quoted;
    is_escaped = c == '\\' && !is_escaped;
  }
  return dense;
}

status get(const state_question& question, const stored_state& state, const state_output& output) {
  const std::string as_json = without_blanks(question.key);
  std::string as_text;
  text::append_json_string(as_text, question.key);
  std::size_t found = 0;
  auto read = state.for_each_block(
      question.selection,
      [&](const std::string& of, const table_entry& table, const state_block& block) -> status {
        return for_each_entry(of, table, block,
                              [&](const entry_decoder& decoder, const state_entry& entry) {
                                if (entry.key != as_json && entry.key != as_text) return;
                                ++found;
                                output.answer(entry_line(of, table.name, decoder, entry));
                              });
      });
  if (!read) return read;
  if (found > 0) return {};
  return error{error_code::not_found, "operator " + *question.selection.operator_name + ": table " +
                                          *question.selection.table_name + " has no key " +
                                          question.key};
}

status write_out(const state_question& question, const stored_state& state,
                 const state_output& output) {
  std::set<std::string> reported;
  return state.for_each_block(
      question.selection,
      [&](const std::string& of, const table_entry& table, const state_block& block) -> status {
        const auto decoder = entry_decoder::of(table.schema);
        if (!decoder) {
          const std::string place = "operator " + of + ": table " + table.name;
          if (reported.insert(place).second) {
            output.remark(place + ": " + decoder.failure().message + "; written as blocks");
          }
          output.answer(block_line(of, table.name, block));
          return {};
        }
        return for_each_entry(of, table, block,
                              [&](const entry_decoder& by, const state_entry& entry) {
                                output.answer(entry_line(of, table.name, by, entry));
                              });
      });
}

status edit(const state_question& question, const stored_state& state, file_system& files,
            const state_output& output) {
  const auto written = write_edited_savepoint(files, state.found(), question.edit, question.out);
  if (!written) return written.failure();
  output.remark(std::to_string(written->changed) + " changed, " + std::to_string(written->added) +
                " added, " + std::to_string(written->removed) + " removed; go on with --restore " +
                question.out);
  return {};
}

}  // namespace

status answer(const state_question& question, file_system& files, entry_stores& stores,
              const state_output& output) {
  using kind = state_question::kind;
  if (question.what == kind::help) {
    output.answer(state_help());
    return {};
  }
  const auto state = open(files, stores, question.paths.front(), output);
  if (!state) return state.failure();
  if (question.what == kind::list) return list(question, *state, output);
  if (question.what == kind::compare) {
    const auto other = open(files, stores, question.paths.back(), output);
    if (!other) return other.failure();
    return write_difference(*state, *other, output);
  }
  if (auto checked = check_selection(*state, question.selection); !checked) return checked;
  if (question.what == kind::edit) return edit(question, *state, files, output);
  return question.what == kind::get ? get(question, *state, output)
                                    : write_out(question, *state, output);
}

}  // namespace weir
