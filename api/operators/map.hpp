// SPDX-License-Identifier: Apache-2.0
// One record in, one record out. In place where the type stays the same.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "api/operators/erase_records.hpp"
#include "api/operators/guarded.hpp"

namespace weir {

template <class T, class Out, class Function>
class map_operator final : public stream_operator {
public:
  explicit map_operator(Function function) : function_{std::move(function)} {}

  void process(std::uint32_t, record_batch& batch) override {
    auto& in = batch_of<T>::of(batch);
    if constexpr (std::is_same_v<T, Out>) {
      write_by_position(in, in);
      send(in);
    } else if constexpr (is_cheap_to_fill) {
      out_.values.resize(in.size());
      out_.copy_times_from(in);
      write_by_position(in, out_);
      send(out_);
    } else {
      out_.values.reserve(in.size());
      for_each_guarded(context(), in, [&](std::size_t i) {
        out_.push(std::invoke(function_, static_cast<const T&>(in.values[i])), in.time_of(i));
      });
      send(out_);
      out_.clear();
    }
  }

private:
  // Then a batch is sized first and written to by position, which compilers vectorise.
  static constexpr bool is_cheap_to_fill =
      std::is_trivially_copyable_v<Out> &&
      std::is_default_constructible_v<typename batch_of<Out>::element>;

  void write_by_position(const batch_of<T>& in, batch_of<Out>& out) {
    skipped_.positions.clear();
    auto* const results = out.values.data();
    for_each_guarded(
        context(), in,
        [&](std::size_t i) {
          results[i] = std::invoke(function_, static_cast<const T&>(in.values[i]));
        },
        skipped_);
    erase_records(out, skipped_.positions);
  }

  void send(batch_of<Out>& out) {
    if (out.empty()) return;
    context().counters.records_out += out.size();
    emit(out);
  }

  Function function_;
  batch_of<Out> out_;  // Unused where the map is in place.
  skipped_records skipped_;
};

}  // namespace weir
