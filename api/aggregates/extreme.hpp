// SPDX-License-Identifier: Apache-2.0
// The smallest and the largest: of a projection of the records, or the whole record that has it. Of
// equals, the first to arrive wins. Named in full, because std::min and std::max are often in
// scope.
#pragma once

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "api/aggregate.hpp"

namespace weir {

// Whether an extreme keeps the value compared or the record it came from.
enum class extreme_kind : bool { value, record };

// Better{}(a, b): a is kept rather than b.
template <extreme_kind Kind, class Projection, class Better>
class extreme_aggregate {
public:
  explicit extreme_aggregate(Projection of) : of_{std::move(of)} {}

  template <class T>
  auto initial() const {
    if constexpr (Kind == extreme_kind::record) {
      return std::optional<T>{};
    } else {
      return std::optional<projected<Projection, T>>{};
    }
  }
  template <class Best, class T>
  void add(std::optional<Best>& best, const T& record) const {
    if constexpr (Kind == extreme_kind::record) {
      consider(best, record);
    } else {
      consider(best, std::invoke(of_, record));
    }
  }
  template <class Best>
  void merge(std::optional<Best>& into, const std::optional<Best>& from) const {
    if (from) consider(into, *from);
  }
  // REQUIRES: at least one record was added.
  template <class Best>
  Best result(const std::optional<Best>& best) const {
    return best.value();
  }

private:
  template <class Best, class Candidate>
  void consider(std::optional<Best>& best, Candidate&& candidate) const {
    if (!best) {
      best.emplace(std::forward<Candidate>(candidate));
    } else if (Better{}(measure(candidate), measure(*best))) {
      *best = std::forward<Candidate>(candidate);
    }
  }
  template <class Best>
  decltype(auto) measure(const Best& of) const {
    if constexpr (Kind == extreme_kind::record) {
      return std::invoke(of_, of);
    } else {
      return (of);
    }
  }

  Projection of_;
};

// The smallest of(record): minimum(&order::price).
template <class Projection = std::identity>
auto minimum(Projection of = {}) {
  return extreme_aggregate<extreme_kind::value, Projection, std::less<>>{std::move(of)};
}

// The largest of(record).
template <class Projection = std::identity>
auto maximum(Projection of = {}) {
  return extreme_aggregate<extreme_kind::value, Projection, std::greater<>>{std::move(of)};
}

// The record with the smallest of(record).
template <class Projection>
auto min_by(Projection of) {
  return extreme_aggregate<extreme_kind::record, Projection, std::less<>>{std::move(of)};
}

// The record with the largest of(record).
template <class Projection>
auto max_by(Projection of) {
  return extreme_aggregate<extreme_kind::record, Projection, std::greater<>>{std::move(of)};
}

}  // namespace weir
