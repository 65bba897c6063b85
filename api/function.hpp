// SPDX-License-Identifier: Apache-2.0
// What the words of a job ask of the functions they are given. A pointer to member counts as a
// function of a record everywhere: `.map(&trade::price)`.
//
// Functions are copied: each subtask works with its own, from one task at a time, so they may keep
// state of their own between two calls - which does not survive a failure; see api/state.hpp and
// api/operator_state.hpp.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <ranges>
#include <string_view>
#include <type_traits>

#include "api/operator_state.hpp"
#include "api/state.hpp"

namespace weir {

// What a stream may carry: values that own what they hold.
template <class T>
concept record_type = std::same_as<T, std::remove_cvref_t<T>> && std::movable<T> &&
                      std::copy_constructible<T> && !std::is_pointer_v<T> &&
                      !std::same_as<T, std::string_view>;

// R f(const T&)
template <class F, class T>
concept record_function = std::copy_constructible<F> && std::invocable<F&, const T&> &&
    !std::is_void_v<std::invoke_result_t<F&, const T&>>;

// bool f(const T&)
template <class F, class T>
concept record_predicate = std::copy_constructible<F> && std::predicate<F&, const T&>;

// A range f(const T&)
template <class F, class T>
concept record_expansion =
    record_function<F, T> && std::ranges::input_range<std::invoke_result_t<F&, const T&>>;

// T f(const T&, const T&)
template <class F, class T>
concept record_reduction =
    std::copy_constructible<F> && std::is_invocable_r_v<T, const F&, const T&, const T&>;

// An integer f(const T&, std::uint32_t channels)
template <class F, class T>
concept channel_choice =
    std::copy_constructible<F> && std::invocable<const F&, const T&, std::uint32_t> &&
    std::integral<std::remove_cvref_t<std::invoke_result_t<const F&, const T&, std::uint32_t>>>;

// A key f(const T&), the same for the same record: it is asked where a record leaves and again
// where it arrives.
template <class F, class T>
concept key_function = record_function<F, T> && std::invocable<const F&, const T&>;

template <class F, class T>
using result_of = std::remove_cvref_t<std::invoke_result_t<F&, const T&>>;

// void f(const T&, Context&), or void process(const T&, Context&) of a class.
template <class F, class T, class Context>
concept has_process_member = requires(F& function, const T& record, Context& context) {
  function.process(record, context);
};
template <class F, class T, class Context>
concept process_function = std::copy_constructible<F> &&
    (has_process_member<F, T, Context> || std::invocable<F&, const T&, Context&>);

template <class T, class F, class Context>
void call_process(F& function, const T& record, Context& context) {
  if constexpr (has_process_member<F, T, Context>) {
    function.process(record, context);
  } else {
    std::invoke(function, record, context);
  }
}

// void on_left(const A&, Context&) and void on_right(const B&, Context&).
template <class F, class A, class B, class Context>
concept co_process_function = std::copy_constructible<F> &&
    requires(F& function, const A& left, const B& right, Context& context) {
  function.on_left(left, context);
  function.on_right(right, context);
};

// void on_left(const A&, LeftContext&) and void on_right(const B&, RightContext&).
template <class F, class A, class LeftContext, class B, class RightContext>
concept broadcast_function = std::copy_constructible<F> &&
    requires(F& function, const A& left, LeftContext& here, const B& right, RightContext& there) {
  function.on_left(left, here);
  function.on_right(right, there);
};

// The functions that a process function may have besides.
template <class F, class Context>
concept has_finish = requires(F& function, Context& context) {
  function.finish(context);
};
template <class F, class Key>
concept has_open = requires(F& function, keyed_state<Key>& state) {
  function.open(state);
};
template <class F>
concept has_open_without_key = requires(F& function, operator_state& state) {
  function.open(state);
};
template <class F, class Context>
concept has_on_timer = requires(F& function, event_time time, Context& context) {
  function.on_timer(time, context);
};
template <class F, class Context>
concept has_on_processing_timer = requires(F& function, processing_time time, Context& context) {
  function.on_processing_timer(time, context);
};

}  // namespace weir
