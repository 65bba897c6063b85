// SPDX-License-Identifier: Apache-2.0
// Where the linker has put the marks; see api/sometimes.hpp.
#include "api/sometimes.hpp"

// Null in a program without marks.
extern "C" {
[[gnu::weak]] extern weir::sometimes_mark __start_weir_sometimes[];
[[gnu::weak]] extern weir::sometimes_mark __stop_weir_sometimes[];
}

namespace weir {

std::span<sometimes_mark> sometimes_marks() {
  return {__start_weir_sometimes, __stop_weir_sometimes};
}

}  // namespace weir
