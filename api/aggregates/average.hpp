// SPDX-License-Identifier: Apache-2.0
// The arithmetic mean of a projection of the records. Invertible where the sum is: for integers.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "api/aggregates/sum.hpp"

namespace weir {

template <class Sum>
struct average_accumulator {
  Sum sum{};
  std::uint64_t count = 0;
  friend bool operator==(const average_accumulator&, const average_accumulator&) = default;
};

template <class Projection>
class average_aggregate {
public:
  explicit average_aggregate(Projection of) : sum_{std::move(of)} {}

  template <class T>
    requires std::is_arithmetic_v<projected<Projection, T>>
        average_accumulator<sum_type<projected<Projection, T>>> initial()
  const { return {}; }
  template <class Sum, class T>
  void add(average_accumulator<Sum>& so_far, const T& record) const {
    sum_.add(so_far.sum, record);
    ++so_far.count;
  }
  template <class Sum>
  void merge(average_accumulator<Sum>& into, const average_accumulator<Sum>& from) const {
    sum_.merge(into.sum, from.sum);
    into.count += from.count;
  }
  template <exact_sum Sum>
  void subtract(average_accumulator<Sum>& from, const average_accumulator<Sum>& part) const {
    sum_.subtract(from.sum, part.sum);
    from.count -= part.count;
  }
  template <class Sum>
  double result(const average_accumulator<Sum>& of) const {
    return of.count == 0 ? 0 : static_cast<double>(of.sum) / static_cast<double>(of.count);
  }

private:
  sum_aggregate<Projection> sum_;
};

// The mean of of(record) over the records, as a double; `of` gives a number. 0 over no records.
template <class Projection = std::identity>
average_aggregate<Projection> average(Projection of = {}) {
  return average_aggregate<Projection>{std::move(of)};
}

}  // namespace weir
