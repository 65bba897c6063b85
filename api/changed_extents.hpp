// SPDX-License-Identifier: Apache-2.0
// What has changed in an array of slots since it was last frozen, extent by extent: so that a
// snapshot can leave out what an earlier one has (content_name).
//
// 1. An extent is a run of slots. Whatever changes one of them marks it, which is one store.
// 2. An extent that is marked when the array is frozen gets a new version. So two freezes give an
//    extent the same version only if it has not changed in between. Version 0 is empty.
// 3. Where changes are not tracked, marking stores into the one mark there is, and means nothing.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace weir {

// The names of the extents of an array at one moment.
struct extent_names {
  std::uint64_t array = 0;              // See content_name; 0: changes are not tracked.
  std::size_t slots_per_extent = 0;     // A power of two.
  std::vector<std::uint32_t> versions;  // Of each extent.
};

class changed_extents {
public:
  // Of no array: nothing may be marked.
  changed_extents() = default;
  // Of an array whose changes are not tracked.
  static changed_extents untracked() { return changed_extents{0, 1, no_shift}; }
  // Of an empty array with that number. REQUIRES: the number is not 0, capacity is a power of two.
  static changed_extents tracked(std::uint64_t array, std::size_t capacity,
                                 std::size_t bytes_per_slot) {
    // Too small an extent makes small blocks, which say little about the table (see
    // loaded_entries).
    const std::size_t wanted = std::bit_floor(std::max<std::size_t>(
        least_slots, bytes_per_extent / std::max<std::size_t>(1, bytes_per_slot)));
    const std::size_t slots = std::min(capacity, wanted);
    return changed_extents{array, capacity / slots, static_cast<unsigned>(std::countr_zero(slots))};
  }

  std::uint64_t array() const noexcept { return array_; }
  std::size_t extents() const noexcept { return versions_.size(); }
  std::size_t extent_of(std::size_t position) const noexcept { return position >> shift_; }

  // A slot has changed, or is about to.
  void mark(std::size_t position) noexcept { marks_[position >> shift_] = true; }
  void mark_all() noexcept { std::fill_n(marks_.get(), versions_.size(), true); }

  // Names the extents as they are now.
  extent_names freeze() {
    if (array_ == 0) return {};
    ++newest_version_;
    for (std::size_t i = 0; i < versions_.size(); ++i) {
      if (std::exchange(marks_[i], false)) versions_[i] = newest_version_;
    }
    return {array_, std::size_t{1} << shift_, versions_};
  }

private:
  static constexpr std::size_t bytes_per_extent = 16 * 1024;
  static constexpr std::size_t least_slots = 256;
  static constexpr unsigned no_shift = 63;

  changed_extents(std::uint64_t array, std::size_t extents, unsigned shift)
      : marks_{std::make_unique<bool[]>(extents)},
        shift_{shift},
        array_{array},
        versions_(extents) {}

  // Bools: a store into them is known not to change anything else.
  std::unique_ptr<bool[]> marks_;
  unsigned shift_ = no_shift;
  std::uint64_t array_ = 0;
  std::uint32_t newest_version_ = 0;
  std::vector<std::uint32_t> versions_;
};

}  // namespace weir
