// SPDX-License-Identifier: Apache-2.0
// Makes blocks out of the entries of a table (api/snapshot.hpp).
//
// Entries that come in order of key groups fill one block after the other. Entries that come in no
// order are sorted into a few sections of the key groups first, so that a block still holds only a
// part of them; what the sections have left in the end shares blocks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "api/snapshot.hpp"

namespace weir {

class block_gatherer {
public:
  // For entries that come in order.
  block_gatherer() : sections_(1) {}
  // For entries of `groups` that come in no order. REQUIRES: sections > 0.
  block_gatherer(key_group_range groups, std::size_t sections)
      : groups_{groups}, sections_(sections) {}

  // Whether entries come in order.
  bool is_in_order() const { return sections_.size() == 1; }

  // Adds an entry: `encode(bytes)` appends its encoding.
  template <class Encode>
  void add(key_group group, Encode&& encode) {
    state_block& block = section_of(group);
    include(block, {group, group + 1U});
    ++block.entries;
    encode(block.bytes);
    if (block.bytes.size() >= state_block_size) ready_.push_back(std::exchange(block, {}));
  }
  // Adds entries that are encoded already. REQUIRES: entries come in order.
  void append(const state_block& more) {
    if (more.entries == 0) return;
    state_block& block = sections_.front();
    include(block, more.groups);
    block.entries += more.entries;
    block.bytes += more.bytes;
    cut(state_block_size);
  }
  // Ends the block that is being filled, if it has come to so many bytes.
  void cut(std::size_t bytes) {
    for (state_block& block : sections_) {
      if (block.entries > 0 && block.bytes.size() >= bytes) {
        ready_.push_back(std::exchange(block, {}));
      }
    }
  }
  // No entries follow.
  void finish() {
    for (std::size_t i = 0; i + 1 < sections_.size(); ++i) {
      state_block& block = sections_[i];
      state_block& next = sections_[i + 1];
      if (block.bytes.size() + next.bytes.size() > state_block_size || block.entries == 0) continue;
      if (next.entries > 0) include(block, next.groups);
      block.entries += next.entries;
      block.bytes += next.bytes;
      next = std::exchange(block, {});
    }
    cut(0);
  }

  // The first block that is full, or left over after finish().
  std::optional<state_block> take() {
    if (ready_.empty()) return std::nullopt;
    state_block first = std::move(ready_.front());
    ready_.pop_front();
    return first;
  }
  // All of them; no entries follow.
  std::deque<state_block> take_all() {
    finish();
    return std::exchange(ready_, {});
  }

private:
  static void include(state_block& block, key_group_range more) {
    if (block.entries == 0) {
      block.groups = more;
    } else {
      block.groups.begin = std::min(block.groups.begin, more.begin);
      block.groups.end = std::max(block.groups.end, more.end);
    }
  }
  state_block& section_of(key_group group) {
    if (sections_.size() == 1) return sections_.front();
    const std::size_t position = group - groups_.begin;
    return sections_[position * sections_.size() / (groups_.end - groups_.begin)];
  }

  key_group_range groups_;
  std::vector<state_block> sections_;  // What is not full yet.
  std::deque<state_block> ready_;
};

// A table whose blocks are all there.
class gathered_table final : public frozen_table {
public:
  explicit gathered_table(std::deque<state_block> blocks) : blocks_{std::move(blocks)} {}
  std::optional<state_block> next_block(known_content*) override {
    if (blocks_.empty()) return std::nullopt;
    state_block first = std::move(blocks_.front());
    blocks_.pop_front();
    return first;
  }

private:
  std::deque<state_block> blocks_;
};

}  // namespace weir
