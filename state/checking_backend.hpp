// SPDX-License-Identifier: Apache-2.0
// A backend that finds out whether the tables of an operator can be restored: it restores them as
// any backend does (state/table_restore.hpp), but goes on behind a failure, so that one look tells
// about all of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/error.hpp"
#include "state/table_registry.hpp"
#include "state/table_restore.hpp"

namespace weir {

class checking_backend final : public table_registry {
public:
  // Of a subtask that owns `groups`. `restored` is null if the checkpoint has nothing of the
  // operator; outlives the backend.
  checking_backend(key_group_range groups, std::uint32_t max_parallelism,
                   const restored_operator* restored)
      : table_registry{groups, max_parallelism} {
    restore_from(restored);
  }

  struct outcome {
    std::string name;
    result<table_restore> restored;
    std::uint64_t entries = 0;
  };
  // Of the tables so far, in the order of being opened.
  const std::vector<outcome>& outcomes() const { return outcomes_; }

  // Never throws.
  state_table& adopt(std::string name, std::unique_ptr<state_table> table) override;

private:
  std::vector<outcome> outcomes_;
};

}  // namespace weir
