// SPDX-License-Identifier: Apache-2.0
// The keyed state of one operator instance in memory; with a cold space only what has been touched
// lately, and the rest in a store.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "state/table_registry.hpp"

namespace weir {

class memory_backend final : public table_registry {
public:
  // The backend of a subtask that owns `groups`; `cold` may be null.
  memory_backend(key_group_range groups, std::uint32_t max_parallelism,
                 std::unique_ptr<cold_space> cold = nullptr)
      : table_registry{groups, max_parallelism, std::move(cold)} {}

  // From here on `adopt` loads what the checkpoint has under the table's name; null: nothing. If
  // it has the store of a subtask like this one, begins with that, or throws task_failure.
  // REQUIRES: no table was adopted yet; `restored` stays good until `end_restore`, behind which no
  // table is adopted.
  void restore_from(const restored_operator* restored);
  void end_restore();

  // All tables as they are now, by name.
  std::vector<frozen_section> freeze();
  // The same; unless the snapshot stands alone, what is in the store stays there, and `into` gets
  // the store, too.
  void freeze_into(operator_snapshot& into, bool stands_alone = false);

  // Between two batches: has the tables spill if they hold too much.
  void trim() {
    if (cold() != nullptr) cold()->trim();
  }

  state_table& adopt(std::string name, std::unique_ptr<state_table> table) override;
};

}  // namespace weir
