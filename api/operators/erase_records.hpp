// SPDX-License-Identifier: Apache-2.0
// Takes single records out of a batch. Operators that work in place do so after their loop, only
// when the error policy skipped a record, so that the loop itself stays free of bookkeeping.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "api/record_batch.hpp"

namespace weir {

// Takes the records at `positions` out of `batch`; the others keep their order.
// REQUIRES: positions ascend and are less than batch.size().
template <class T>
void erase_records(batch_of<T>& batch, const std::vector<std::size_t>& positions) {
  if (positions.empty()) return;
  std::size_t kept = positions.front();
  auto next = positions.begin();
  for (std::size_t i = kept; i < batch.size(); ++i) {
    if (next != positions.end() && *next == i) {
      ++next;
    } else {
      batch.move_record(i, kept++);
    }
  }
  batch.truncate(kept);
}

// A witness of guard_loop that remembers which records were skipped.
struct skipped_records {
  std::vector<std::size_t> positions;

  std::string place_of(std::size_t) const { return {}; }
  void on_skipped(std::size_t position) { positions.push_back(position); }
};

}  // namespace weir
