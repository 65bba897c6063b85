// SPDX-License-Identifier: Apache-2.0
// The aggregate behind `reduce(f)`: folds the records two at a time into one of their own type.
#pragma once

#include <functional>
#include <optional>
#include <utility>

namespace weir {

// f(const T&, const T&) -> T, associative and commutative.
template <class T, class F>
class reduce_aggregate {
public:
  using accumulator = std::optional<T>;

  explicit reduce_aggregate(F f) : f_{std::move(f)} {}

  accumulator initial() const { return std::nullopt; }
  void add(accumulator& so_far, const T& record) const {
    so_far = so_far ? std::invoke(f_, std::as_const(*so_far), record) : record;
  }
  void merge(accumulator& into, const accumulator& from) const {
    if (from) add(into, *from);
  }
  // REQUIRES: at least one record was added.
  T result(const accumulator& of) const { return of.value(); }

private:
  F f_;
};

}  // namespace weir
