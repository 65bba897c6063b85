// SPDX-License-Identifier: Apache-2.0
// Entries of a checkpoint as lines of JSON, the same in every answer of `weir state`.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/error.hpp"
#include "api/snapshot.hpp"
#include "state/snapshot_index.hpp"
#include "state/state_entry.hpp"

namespace weir {

// "operator":"number","table":"seen","key":7 - what tells an entry from all others, without braces.
std::string entry_address(const std::string& operator_name, const std::string& table,
                          const entry_decoder& decoder, const state_entry& entry);

// {"operator":"number","table":"seen","key":7,"value":1000} and a line end.
std::string entry_line(const std::string& operator_name, const std::string& table,
                       const entry_decoder& decoder, const state_entry& entry);

// A block whose entries cannot be told apart:
// {"operator":"o","table":"t","undecoded":{"entries":3,"base64":"AAEC"}} and a line end.
std::string block_line(const std::string& operator_name, const std::string& table,
                       const state_block& block);

// Decodes a block; an error names the operator and the table.
status for_each_entry(const std::string& operator_name, const table_entry& table,
                      const state_block& block,
                      const std::function<void(const entry_decoder&, const state_entry&)>& use);

}  // namespace weir
