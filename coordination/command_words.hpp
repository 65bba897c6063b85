// SPDX-License-Identifier: Apache-2.0
// What stands behind a command of `weir`: operands, and options with two dashes, told apart by a
// table. What they mean is for the command to say.
//
//   weir restart 4f --from /s/1 --cluster=10.0.0.1:6123
//
// An option is given once at most. -h and --help win over all else; "--" ends the options; what
// begins with a dash and a digit is an operand.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"

namespace weir {

struct command_option {
  std::string_view name{};  // "--from"
  bool takes_value = true;
};

struct command_table {
  std::string command{};                              // "weir restart": begins an error,
  std::string help{};                                 // "weir restart --help" ends it.
  std::string_view operands = "nothing but options";  // As an error names them: "ID N".
  std::size_t operand_count = 0;
  std::size_t optional_operands = 0;  // That many more may be given.
  std::vector<command_option> options{};
};

struct command_words {
  bool ask_for_help = false;  // Nothing else has been looked at.
  std::vector<std::string> operands{};
  std::map<std::string, std::string> options{};  // By their names without dashes.

  bool has(const std::string& option) const { return options.contains(option); }
  // None if the option was not given.
  std::optional<std::string> value_of(const std::string& option) const;
  std::string value_of(const std::string& option, std::string_view otherwise) const;
};

// Fails, in one line for the user, if the words do not fit the table: an unknown option, with the
// one that was probably meant; one without its value, with one too many, or given again; more
// operands or less.
result<command_words> read_words(const command_table& table, std::span<const std::string> words);

// "weir restart: PROBLEM. See weir restart --help"
error usage_error(const command_table& table, const std::string& problem);

}  // namespace weir
