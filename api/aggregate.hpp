// SPDX-License-Identifier: Apache-2.0
// Incremental aggregates: a window keeps one accumulator per key, never its records.
//
//   struct longest {
//     struct accumulator { std::size_t length = 0; };
//     accumulator initial() const { return {}; }
//     void add(accumulator& a, const std::string& s) const { a.length = std::max(a.length,
//     s.size()); } void merge(accumulator& a, const accumulator& b) const { a.length =
//     std::max(a.length, b.length); } std::size_t result(const accumulator& a) const { return
//     a.length; }
//   };
//
// `merge` must be associative and commutative. An aggregate that can also undo a merge exactly has
// `void subtract(accumulator&, const accumulator&) const`: sliding windows then cost less. The
// ready ones are in api/aggregates.hpp.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "api/codec.hpp"

namespace weir {

// The accumulator of no records. An aggregate for any record type has
// `template <class T> auto initial() const` instead of `initial()`.
template <class T, class A>
constexpr auto initial_accumulator(const A& aggregate) {
  if constexpr (requires { aggregate.template initial<T>(); }) {
    return aggregate.template initial<T>();
  } else {
    return aggregate.initial();
  }
}

template <class A, class T>
concept has_initial = requires(const A& aggregate) {
  aggregate.template initial<T>();
}
|| requires(const A& aggregate) { aggregate.initial(); };

template <class A, class T>
  requires has_initial<A, T>
using accumulator_of = decltype(initial_accumulator<T>(std::declval<const A&>()));

template <class A, class T>
using aggregate_result = std::remove_cvref_t<decltype(std::declval<const A&>().result(
    std::declval<const accumulator_of<A, T>&>()))>;

template <class A, class T>
concept has_add = requires(const A& aggregate, accumulator_of<A, T>& to, const T& value) {
  aggregate.add(to, value);
};
template <class A, class T>
concept has_merge = requires(const A& aggregate, accumulator_of<A, T>& to,
                             const accumulator_of<A, T>& from) {
  aggregate.merge(to, from);
};
template <class A, class T>
concept has_result = requires(const A& aggregate, const accumulator_of<A, T>& from) {
  aggregate.result(from);
};

// A is an aggregate over records of type T.
template <class A, class T>
concept aggregate_of = std::copy_constructible<A> && has_initial<A, T> && has_add<A, T> &&
    has_merge<A, T> && has_result<A, T>;

// `subtract` undoes `merge`, exactly and in any order.
template <class A, class T>
concept invertible_aggregate_of = aggregate_of<A, T> &&
    requires(const A& aggregate, accumulator_of<A, T>& from, const accumulator_of<A, T>& part) {
  aggregate.subtract(from, part);
};

// An aggregate that keeps every value: joining its accumulators copies them all, so sliding windows
// do it no more often than they must.
template <class A>
concept collecting_aggregate = requires {
  requires A::keeps_every_value;
};

// Fails to compile, naming the type, unless the accumulators can be in a snapshot.
template <class Accumulator>
constexpr void require_encodable_accumulator() {
  static_assert(encodable<Accumulator>,
                "an aggregate's accumulator must be able to become bytes in a snapshot: give its "
                "type a codec; see api/codec.hpp");
}

// Says at compile time which function an aggregate lacks.
template <class A, class T>
constexpr void require_aggregate() {
  static_assert(has_initial<A, T>,
                "an aggregate needs `accumulator initial() const`: the accumulator of no records");
  if constexpr (has_initial<A, T>) {
    static_assert(has_add<A, T>,
                  "an aggregate needs `void add(accumulator&, const T&) const`, where T is the "
                  "type of the stream's records");
    static_assert(has_merge<A, T>,
                  "an aggregate needs `void merge(accumulator&, const accumulator&) const`");
    static_assert(has_result<A, T>, "an aggregate needs `Result result(const accumulator&) const`");
    require_encodable_accumulator<accumulator_of<A, T>>();
  }
}

// What a projection makes of a record: a field, a computed value, the record itself.
template <class Projection, class T>
using projected = std::remove_cvref_t<std::invoke_result_t<const Projection&, const T&>>;

}  // namespace weir
