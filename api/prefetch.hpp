// SPDX-License-Identifier: Apache-2.0
// Asks for memory ahead of its use.
#pragma once

namespace weir {

// Starts fetching the cache line of `address`, which need not be valid, to be written soon.
inline void prefetch_line(const void* address) noexcept {
  __builtin_prefetch(address, 1);
  // To GCC, a function that only prefetches has no effect, and calls of it are dropped. This does
  // nothing, but says that there is one.
  __asm__ volatile("" : : "r"(address));
}

}  // namespace weir
