// SPDX-License-Identifier: Apache-2.0
// Keeps the records that a predicate accepts. Compacts the batch in place.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "api/operators/guarded.hpp"

namespace weir {

template <class T, class Predicate>
class filter_operator final : public stream_operator {
public:
  explicit filter_operator(Predicate predicate) : predicate_{std::move(predicate)} {}

  void process(std::uint32_t, record_batch& batch) override {
    auto& records = batch_of<T>::of(batch);
    std::size_t kept = 0;
    if (std::is_trivially_copyable_v<T> && records.has_common_time()) {
      // Without a branch: what is not accepted is overwritten by the next record.
      auto* const values = records.values.data();
      for_each_guarded(context(), records, [&](std::size_t i) {
        const bool is_kept = std::invoke(predicate_, static_cast<const T&>(values[i]));
        values[kept] = values[i];
        kept += is_kept ? 1 : 0;
      });
    } else {
      for_each_guarded(context(), records, [&](std::size_t i) {
        if (std::invoke(predicate_, static_cast<const T&>(records.values[i]))) {
          records.move_record(i, kept++);
        }
      });
    }
    records.truncate(kept);
    if (kept == 0) return;
    context().counters.records_out += kept;
    emit(records);
  }

private:
  Predicate predicate_;
};

}  // namespace weir
