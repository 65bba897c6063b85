// SPDX-License-Identifier: Apache-2.0
// What a user can ask `weir state` about a checkpoint, and have it change in a copy:
//
//   weir state ls PATH [--json]
//   weir state get PATH OPERATOR TABLE KEY
//   weir state export PATH [--operator O] [--table T]
//   weir state diff A B
//   weir state edit PATH --operator O [--table T [--key K]] --value JSON|--remove --out NEW
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "state/savepoint_edit.hpp"
#include "state/stored_state.hpp"

namespace weir {

struct state_question {
  enum class kind : std::uint8_t { help, list, get, write_out, compare, edit };
  kind what = kind::help;
  std::vector<std::string> paths;  // One; two for a comparison.
  table_selection selection;       // What `get` and `export` are about.
  std::string key;
  bool as_json = false;
  savepoint_edit edit;  // What `edit` changes,
  std::string out;      // and where the changed savepoint goes.
};

// Understands the words behind "weir state". Touches nothing. An error is one line for the user,
// with the word that was probably meant. "--" ends the options, so that a key may begin with one.
result<state_question> parse_state_arguments(std::span<const std::string> words);

// What `weir state --help` shows.
std::string_view state_help();

}  // namespace weir
