// SPDX-License-Identifier: Apache-2.0
// The sum of a projection of the records.
//
// Integers add up in 64 bits and wrap around; their sums are invertible. Sums of floating-point
// numbers are not: adding and subtracting for months would let rounding errors grow without limit,
// so sliding windows recombine them instead.
#pragma once

#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include "api/aggregate.hpp"
#include "api/integral_time.hpp"

namespace weir {

namespace summing {

template <class V>
constexpr auto widened() {
  if constexpr (std::is_integral_v<V> && std::is_signed_v<V>) {
    return std::int64_t{};
  } else if constexpr (std::is_integral_v<V>) {
    return std::uint64_t{};
  } else if constexpr (std::is_floating_point_v<V>) {
    return double{};
  } else {
    return V{};
  }
}

}  // namespace summing

// The type that sums of V have: 64 bits for numbers; other types, such as durations, add up as they
// are, from V{}.
template <class V>
using sum_type = decltype(summing::widened<V>());

// Sums that subtraction undoes exactly.
template <class S>
concept exact_sum = std::integral<S> || is_integral_time<S>;

template <class Projection>
class sum_aggregate {
public:
  explicit sum_aggregate(Projection of) : of_{std::move(of)} {}

  template <class T>
  sum_type<projected<Projection, T>> initial() const {
    return {};
  }
  template <class Sum, class T>
  void add(Sum& so_far, const T& record) const {
    merge(so_far, static_cast<Sum>(std::invoke(of_, record)));
  }
  template <class Sum>
  void merge(Sum& into, const Sum& from) const {
    if constexpr (std::integral<Sum>) {
      into = static_cast<Sum>(static_cast<std::uint64_t>(into) + static_cast<std::uint64_t>(from));
    } else {
      into = into + from;
    }
  }
  template <exact_sum Sum>
  void subtract(Sum& from, const Sum& part) const {
    if constexpr (std::integral<Sum>) {
      from = static_cast<Sum>(static_cast<std::uint64_t>(from) - static_cast<std::uint64_t>(part));
    } else {
      from = from - part;
    }
  }
  template <class Sum>
  Sum result(const Sum& of) const {
    return of;
  }

private:
  Projection of_;
};

// The sum of of(record) over the records: sum(&order::amount).
template <class Projection = std::identity>
sum_aggregate<Projection> sum(Projection of = {}) {
  return sum_aggregate<Projection>{std::move(of)};
}

}  // namespace weir
