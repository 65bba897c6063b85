// SPDX-License-Identifier: Apache-2.0
// Several aggregates in one pass: combine(count(), sum(&order::amount)) gives a std::tuple of their
// results, in order. Invertible if all of them are.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "api/aggregate.hpp"

namespace weir {

template <class Part, class Accumulator>
concept can_subtract = requires(const Part& part, Accumulator& from) {
  part.subtract(from, from);
};

template <class... Parts>
class combined_aggregate {
public:
  explicit combined_aggregate(Parts... parts) : parts_{std::move(parts)...} {}

  template <class T>
    requires(has_initial<Parts, T>&&...)
  std::tuple<accumulator_of<Parts, T>...> initial()
  const {
    return std::apply(
        [](const Parts&... part) {
          return std::tuple<accumulator_of<Parts, T>...>(initial_accumulator<T>(part)...);
        },
        parts_);
  }
  template <class Accumulators, class T>
  void add(Accumulators& so_far, const T& record) const {
    for_each_part([&]<std::size_t I>() { part<I>().add(std::get<I>(so_far), record); });
  }
  template <class Accumulators>
  void merge(Accumulators& into, const Accumulators& from) const {
    for_each_part([&]<std::size_t I>() { part<I>().merge(std::get<I>(into), std::get<I>(from)); });
  }
  template <class... Accumulators>
    requires(can_subtract<Parts, Accumulators>&&...)
  void subtract(std::tuple<Accumulators...>& from, const std::tuple<Accumulators...>& taken) const {
    for_each_part(
        [&]<std::size_t I>() { part<I>().subtract(std::get<I>(from), std::get<I>(taken)); });
  }
  template <class... Accumulators>
  auto result(const std::tuple<Accumulators...>& of) const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::tuple<std::remove_cvref_t<decltype(part<I>().result(std::get<I>(of)))>...>(
          part<I>().result(std::get<I>(of))...);
    }
    (std::index_sequence_for<Parts...>{});
  }

private:
  template <std::size_t I>
  const auto& part() const {
    return std::get<I>(parts_);
  }
  template <class F>
  static void for_each_part(F f) {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (f.template operator()<I>(), ...); }
    (std::index_sequence_for<Parts...>{});
  }

  std::tuple<Parts...> parts_;
};

// Runs all `parts` over the same records.
template <class... Parts>
  requires(sizeof...(Parts) > 0)
combined_aggregate<Parts...> combine(Parts... parts) {
  return combined_aggregate<Parts...>{std::move(parts)...};
}

}  // namespace weir
