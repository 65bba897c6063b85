// SPDX-License-Identifier: Apache-2.0
// Filling a table from a checkpoint, whatever backend keeps it: entries of a type that has changed
// since are converted while they are loaded (state/schema_evolution.hpp).
#pragma once

#include <string>
#include <vector>

#include "api/error.hpp"
#include "api/snapshot.hpp"
#include "api/state_backend.hpp"

namespace weir {

struct table_restore {
  bool was_saved = false;            // Else the table starts empty.
  bool has_evolved = false;          // Its entries were of another type,
  std::vector<std::string> changes;  // which has changed like this.
};

// Loads what `from` holds under the table's name. An error begins with the state's name; what the
// table has then is anything. REQUIRES: the table is empty.
result<table_restore> restore_table(const restored_operator& from, const std::string& name,
                                    state_table& table);

// What is said when a checkpoint has a table that its operator does not open any more: it would be
// lost without a word.
error state_left_out(const std::string& name);

}  // namespace weir
