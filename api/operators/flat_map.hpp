// SPDX-License-Identifier: Apache-2.0
// One record in, any number out: either the elements of a range that the function returns, or what
// it emits. When the function throws, what it emitted before for that record stays emitted.
#pragma once

#include <functional>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

#include "api/operators/guarded.hpp"
#include "api/process_context.hpp"

namespace weir {

template <class T, class Out, class Function>
class flat_map_operator final : public stream_operator {
public:
  explicit flat_map_operator(Function function) : function_{std::move(function)} {}

  void open(operator_context& context) override {
    stream_operator::open(context);
    now_.emplace(context, nullptr);
  }

  void process(std::uint32_t, record_batch& batch) override {
    const auto& in = batch_of<T>::of(batch);
    for_each_guarded(context(), in, [&](std::size_t i) {
      now_->time = in.time_of(i);
      expand(static_cast<const T&>(in.values[i]));
    });
    now_->flush();
  }

private:
  void expand(const T& record) {
    if constexpr (std::invocable<Function&, const T&, emitter<Out>&>) {
      emitter<Out> out{*now_};
      std::invoke(function_, record, out);
    } else {
      using returned = std::invoke_result_t<Function&, const T&>;
      // The elements of a container that nobody else holds may be moved out of it.
      constexpr bool is_ours = !std::is_reference_v<returned> && !std::ranges::view<returned>;
      auto&& results = std::invoke(function_, record);
      for (auto&& each : results) {
        if constexpr (is_ours) {
          now_->results.emit(std::move(each), now_->time);
        } else {
          now_->results.emit(std::forward<decltype(each)>(each), now_->time);
        }
      }
    }
  }

  Function function_;
  std::optional<invocation<Out>> now_;
};

}  // namespace weir
