// SPDX-License-Identifier: Apache-2.0
// Tables that become blocks and tables again.
#pragma once

#include <vector>

#include <gtest/gtest.h>

#include "api/state_backend.hpp"

namespace weir {

inline std::vector<state_block> blocks_of(frozen_table& frozen) {
  std::vector<state_block> blocks;
  while (auto block = frozen.next_block()) blocks.push_back(*std::move(block));
  return blocks;
}
inline std::vector<state_block> blocks_of(state_table& table) { return blocks_of(*table.freeze()); }

inline void load_all(state_table& table, const std::vector<state_block>& blocks) {
  for (const state_block& each : blocks) {
    const status loaded = table.load(each);
    ASSERT_TRUE(loaded.ok()) << loaded.failure().message;
  }
}

}  // namespace weir
