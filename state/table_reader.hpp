// SPDX-License-Identifier: Apache-2.0
// All entries that one snapshot file has of a table, as blocks: those that are in blocks, and
// behind them what is in the files of the operator's store, but for keys that were in the blocks:
// what the store has of them is older.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/block_gatherer.hpp"
#include "api/error.hpp"
#include "api/key_group.hpp"
#include "api/snapshot.hpp"
#include "state/kept_stores.hpp"
#include "state/keyed_entries.hpp"
#include "state/snapshot_reader.hpp"

namespace weir {

class table_reader {
public:
  // Leaves out what cannot be of `groups`. `of` and `table` are entries of `file`; these three and
  // `stores` outlive the reader. Without `stores`, entries that are in one are an error.
  table_reader(const snapshot_reader& file, const operator_entry& of, const table_entry& table,
               key_group_range groups, kept_stores* stores);

  // From here on, no block has what is in the store. REQUIRES: nothing was read.
  void leave_out_stored() { reads_store_ = false; }

  // From here on, blocks have numbers. REQUIRES: `groups` are those of the file's subtask.
  void number_blocks() { numbers_blocks_ = true; }

  // The next block, verified; none at the end. Called no more after an error.
  result<std::optional<state_block>> next();

private:
  struct seen_key {
    std::uint64_t hash;
    std::uint32_t checksum;
    friend auto operator<=>(const seen_key&, const seen_key&) = default;
  };
  static seen_key seen(std::string_view key);

  status note_keys(const state_block& block);
  status open_store();
  status read_store();
  result<std::optional<state_block>> next_of_store();
  error damaged(const std::string& what) const;

  const snapshot_reader* file_;
  const operator_entry* of_;
  const table_entry* table_;
  key_group_range groups_;
  kept_stores* stores_;
  bool reads_store_;
  bool numbers_blocks_ = false;
  std::size_t next_ = 0;  // Of the blocks.
  // Of what is in the store:
  std::optional<keyed_entries> entries_;
  std::vector<seen_key> seen_;
  entry_view* view_ = nullptr;
  std::string begin_;  // What is to be read; nothing, when it is empty.
  std::string end_;
  std::uint64_t found_ = 0;
  std::vector<stored_entry> chunk_;
  block_gatherer gathered_;
};

}  // namespace weir
