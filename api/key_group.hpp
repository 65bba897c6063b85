// SPDX-License-Identifier: Apache-2.0
// Key groups: the unit in which keyed state is partitioned, snapshotted and moved.
//
// A key belongs to one key group for the whole life of a job; a key group belongs to one subtask
// for one attempt. Rescaling therefore moves whole key groups and never looks at a key. Every
// placement decision in the engine goes through the functions below.
//
// Groups are ranges of the 64-bit key hash, in order: a table that is sorted by hash has each group
// in one piece.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "api/ids.hpp"

namespace weir {

inline constexpr std::uint32_t default_max_parallelism = 1024;
inline constexpr std::uint32_t highest_max_parallelism = 32768;

using key_group = std::uint16_t;

// The half-open range [begin, end). `end` may be 32,768.
struct key_group_range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  constexpr bool contains(key_group group) const noexcept { return begin <= group && group < end; }
  friend bool operator==(const key_group_range&, const key_group_range&) = default;
};

// The high half of a 64 x 64 bit product: scales `fraction` / 2^64 to [0, size).
constexpr std::uint64_t scale_to(std::uint64_t fraction, std::uint64_t size) noexcept {
  __extension__ using wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<wide>(fraction) * size) >> 64);
}

// A bijective mixing function (two multiplications, after D. Lemire's and P. Evensen's studies of
// such finalisers). Part of the snapshot format: it never changes.
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x ^= x >> 32;
  x *= 0xE9846AF9B1A615DULL;
  x ^= x >> 32;
  x *= 0xE9846AF9B1A615DULL;
  x ^= x >> 28;
  return x;
}

// XXH3, 64 bit, seed 0. Part of the snapshot format.
std::uint64_t hash_bytes(std::string_view bytes) noexcept;

// The key group of a hashed key.
// REQUIRES: 0 < max_parallelism <= highest_max_parallelism.
constexpr key_group key_group_of(std::uint64_t key_hash, std::uint32_t max_parallelism) noexcept {
  return static_cast<key_group>(scale_to(key_hash, max_parallelism));
}

// The subtask that owns `group`.
// REQUIRES: 0 < parallelism <= max_parallelism, group < max_parallelism.
constexpr subtask_index owner_of(key_group group, std::uint32_t parallelism,
                                 std::uint32_t max_parallelism) noexcept {
  return {static_cast<std::uint32_t>(std::uint64_t{group} * parallelism / max_parallelism)};
}

// All key groups that `subtask` owns: the inverse of owner_of.
constexpr key_group_range key_groups_of(subtask_index subtask, std::uint32_t parallelism,
                                        std::uint32_t max_parallelism) noexcept {
  const auto first = [&](std::uint64_t s) {
    return static_cast<std::uint32_t>((s * max_parallelism + parallelism - 1) / parallelism);
  };
  return {first(subtask.value), first(std::uint64_t{subtask.value} + 1)};
}

}  // namespace weir
