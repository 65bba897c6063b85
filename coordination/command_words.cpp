// SPDX-License-Identifier: Apache-2.0
// One pass over the words; see coordination/command_words.hpp.
#include "coordination/command_words.hpp"

#include <algorithm>

#include "coordination/suggestion.hpp"

namespace weir {

namespace {

const std::string end_of_options = "--";

bool asks_for_help(const std::string& word) { return word == "--help" || word == "-h"; }

bool is_option(const std::string& word) {
  return word.size() > 1 && word.front() == '-' && (word[1] < '0' || word[1] > '9');
}

const command_option* find_option(const command_table& table, const std::string& name) {
  const auto found = std::find_if(table.options.begin(), table.options.end(),
                                  [&](const command_option& each) { return each.name == name; });
  return found == table.options.end() ? nullptr : &*found;
}

error unknown_option(const command_table& table, const std::string& name) {
  std::vector<std::string_view> names{"--help"};
  for (const auto& each : table.options) names.push_back(each.name);
  const auto meant = did_you_mean(name, names);
  // The question has a mark of its own.
  return {error_code::invalid_argument, table.command + ": unknown option " + name +
                                            (meant.empty() ? "." : meant) + " See " + table.help};
}

// Takes the option at the front of `words`, with its value.
status take_option(const command_table& table, std::span<const std::string>& words,
                   command_words& into) {
  const auto& word = words.front();
  words = words.subspan(1);
  const auto equals = word.find('=');
  const auto name = word.substr(0, equals);
  const auto* const option = find_option(table, name);
  if (option == nullptr) return unknown_option(table, name);
  std::string value;
  if (equals != std::string::npos) {
    if (!option->takes_value) {
      return usage_error(table, "option " + name + " does not take a value");
    }
    value = word.substr(equals + 1);
  } else if (option->takes_value) {
    if (words.empty()) return usage_error(table, "option " + name + " needs a value");
    value = words.front();
    words = words.subspan(1);
  }
  if (!into.options.emplace(name.substr(2), std::move(value)).second) {
    return usage_error(table, "option " + name + " was given more than once");
  }
  return {};
}

std::string counted(std::size_t words) {
  if (words == 0) return "nothing";
  return std::to_string(words) + (words == 1 ? " word" : " words");
}

}  // namespace

error usage_error(const command_table& table, const std::string& problem) {
  return {error_code::invalid_argument, table.command + ": " + problem + ". See " + table.help};
}

result<command_words> read_words(const command_table& table, std::span<const std::string> words) {
  command_words read;
  const auto end = std::find(words.begin(), words.end(), end_of_options);
  if (std::any_of(words.begin(), end, asks_for_help)) return command_words{.ask_for_help = true};
  bool have_options_ended = false;
  while (!words.empty()) {
    const auto& word = words.front();
    if (!have_options_ended && is_option(word) && word != end_of_options) {
      if (auto taken = take_option(table, words, read); !taken) return taken.failure();
      continue;
    }
    if (have_options_ended || word != end_of_options) read.operands.push_back(word);
    have_options_ended = have_options_ended || word == end_of_options;
    words = words.subspan(1);
  }
  const auto given = read.operands.size();
  if (given < table.operand_count || given > table.operand_count + table.optional_operands) {
    return usage_error(table,
                       "expected " + std::string{table.operands} + ", got " + counted(given));
  }
  return read;
}

std::optional<std::string> command_words::value_of(const std::string& option) const {
  const auto found = options.find(option);
  return found == options.end() ? std::nullopt : std::optional{found->second};
}

std::string command_words::value_of(const std::string& option, std::string_view otherwise) const {
  return value_of(option).value_or(std::string{otherwise});
}

}  // namespace weir
