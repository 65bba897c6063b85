// SPDX-License-Identifier: Apache-2.0
// Which blocks of a checkpoint the extents of an array (api/changed_extents.hpp) consist of, while
// it is filled from them: so that the next checkpoint can refer to those blocks instead of writing
// what has only just been read.
//
// A block that lands in one extent alone belongs to it. An extent is whole if all that has landed
// in it were such blocks; it then has exactly their entries, as entries stay where they land. Slots
// that are filled in the order in which they were read take the same places again, if there are as
// many: so nearly all extents are whole of a table whose size is known beforehand
// (state_table::expect). One that grows while it is filled is not followed any further.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "api/changed_extents.hpp"
#include "api/snapshot.hpp"

namespace weir {

class loaded_extents {
public:
  // A block begins to be loaded into the array with that number, which has so many extents and,
  // `is_empty`, no entries yet. The number is 0 if its changes are not tracked.
  void begin_block(std::uint64_t array, std::size_t extents, bool is_empty) {
    if (is_empty && array != array_) *this = loaded_extents{array, extents};
    if (array != array_) *this = {};
    now_ = none;
    is_whole_ = true;
  }
  // Whether it is worth saying where entries land.
  bool is_on() const noexcept { return array_ != 0; }
  // An entry of the block has landed there; an extent that the array does not have is elsewhere.
  void on_landed(std::size_t extent) noexcept {
    if (extent == now_) return;
    if (now_ != none || extent >= is_mixed_.size()) is_whole_ = false;
    if (extent >= is_mixed_.size()) return;
    if (now_ != none) is_mixed_[now_] = is_mixed_[extent] = true;
    now_ = extent;
  }
  // All of the block has landed, in the array with that number. `block`: see state_block::number.
  void end_block(std::uint64_t array, std::uint32_t block) {
    if (array != array_) *this = {};
    if (now_ == none) return;
    if (is_whole_ && block != 0) {
      blocks_.emplace_back(static_cast<std::uint32_t>(now_), block);
    } else {
      is_mixed_[now_] = true;
    }
  }

  // The whole extents, by their names in that array, of which the last block was loaded.
  std::vector<loaded_part> parts(const extent_names& names) const {
    std::vector<loaded_part> found;
    if (!is_on() || names.array != array_) return found;
    auto blocks = blocks_;
    std::stable_sort(blocks.begin(), blocks.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [extent, block] : blocks) {
      if (is_mixed_[extent]) continue;
      const content_name name{array_, extent, names.versions[extent]};
      if (found.empty() || found.back().name != name) found.push_back({name, {}});
      found.back().blocks.push_back(block);
    }
    return found;
  }

  loaded_extents() = default;

private:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  loaded_extents(std::uint64_t array, std::size_t extents) : array_{array}, is_mixed_(extents) {}

  std::uint64_t array_ = 0;
  std::vector<bool> is_mixed_;  // Of each extent: something else has landed there.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> blocks_;  // Those of one extent, with it.
  std::size_t now_ = none;  // Where the last entry of the block has landed.
  bool is_whole_ = true;    // So has all of it.
};

}  // namespace weir
