// SPDX-License-Identifier: Apache-2.0
// Marks at paths that are taken only when something goes wrong at the right moment:
//
//   WEIR_SOMETIMES("a checkpoint was declined");
//
// A mark counts how often it was passed. Simulations must reach every one (sometimes assertions, as
// in FoundationDB and Antithesis): one that no seed reaches stands at code that nobody has tried.
// It costs an addition, so it belongs to rare paths, and to functions that are neither inline nor
// templates, where it is one.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

namespace weir {

struct sometimes_mark {
  const char* what;
  std::atomic<std::uint64_t> passed;
};

// All marks of the program, in no order.
std::span<sometimes_mark> sometimes_marks();

}  // namespace weir

// The linker puts them side by side.
#define WEIR_SOMETIMES(text)                                                                    \
  do {                                                                                          \
    [[gnu::section("weir_sometimes"), gnu::used]] static constinit ::weir::sometimes_mark mark{ \
        text, {0}};                                                                             \
    mark.passed.fetch_add(1, std::memory_order_relaxed);                                        \
  } while (false)
