// SPDX-License-Identifier: Apache-2.0
// The contiguous range of key hashes that a subtask's key groups cover, and how a table of any size
// is laid over it: the position of a key grows with its hash, so that a key group is one run of
// slots.
#pragma once

#include <cstdint>
#include <limits>

#include "api/key_group.hpp"

namespace weir {

// The smallest hash of `group`; for group == max_parallelism that would be 2^64, which wraps to 0.
constexpr std::uint64_t first_hash_of(std::uint32_t group, std::uint32_t max_parallelism) noexcept {
  __extension__ using wide = unsigned __int128;
  return static_cast<std::uint64_t>(((wide{group} << 64) + max_parallelism - 1) / max_parallelism);
}

// Throws task_failure: the key function gave this record another key than when it was routed here.
[[noreturn]] void fail_misrouted_key(std::uint64_t hash);

class hash_range {
public:
  // All hashes, as one key group.
  constexpr hash_range() = default;
  // REQUIRES: `groups` is not empty and lies within max_parallelism.
  constexpr hash_range(key_group_range groups, std::uint32_t max_parallelism) noexcept
      : first_{first_hash_of(groups.begin, max_parallelism)},
        width_{first_hash_of(groups.end, max_parallelism) - 1 - first_},
        max_parallelism_{max_parallelism} {}

  constexpr std::uint64_t first() const noexcept { return first_; }
  constexpr std::uint64_t last() const noexcept { return first_ + width_; }
  constexpr std::uint32_t max_parallelism() const noexcept { return max_parallelism_; }
  constexpr bool contains(std::uint64_t hash) const noexcept { return hash - first_ <= width_; }

  // The factor with which `position_of` spreads the range over `capacity` slots.
  // REQUIRES: capacity is a power of two, at most 2^48.
  constexpr std::uint64_t spread_over(std::uint64_t capacity) const noexcept {
    __extension__ using wide = unsigned __int128;
    return static_cast<std::uint64_t>((wide{capacity} << 64) / (wide{width_} + 1));
  }
  // The slot of `hash`, in hash order; meaningless if the hash does not belong here.
  constexpr std::uint64_t position_of(std::uint64_t hash, std::uint64_t spread) const noexcept {
    return scale_to(hash - first_, spread);
  }

private:
  std::uint64_t first_ = 0;
  std::uint64_t width_ = std::numeric_limits<std::uint64_t>::max();  // last - first
  std::uint32_t max_parallelism_ = 1;
};

}  // namespace weir
