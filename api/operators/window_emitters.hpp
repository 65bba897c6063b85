// SPDX-License-Identifier: Apache-2.0
// What a window operator does with the result of one key's window: emit it as it is, or hand it to
// the user's function. The collector's time is the window's last instant.
#pragma once

#include <functional>
#include <utility>

#include "api/collector.hpp"
#include "api/window.hpp"

namespace weir {

// Emits window_result<Key, R>.
template <class Key, class R>
struct emit_window_result {
  using output = window_result<Key, R>;

  void operator()(const Key& key, const window& in, R value, collector<output>& to) const {
    to.emit(output{key, in, std::move(value)});
  }
};

// Calls f(const Key&, const window&, value, collector<Out>&), where `value` is the aggregate's
// result: a `const R&`, or a std::span over the records of a window_buffer.
template <class Out, class F>
struct emit_by_function {
  using output = Out;

  F f;

  template <class Key, class R>
  void operator()(const Key& key, const window& in, const R& value, collector<Out>& to) const {
    std::invoke(f, key, in, value, to);
  }
};

}  // namespace weir
