// SPDX-License-Identifier: Apache-2.0
// A stream cut into windows, for each key or for all records together. The next word says what to
// make of the records of one window; its result has the time of the window's last instant.
//
// Function forms, where R is the aggregate's result:
//   void f(const Key&, const window&, const R&, collector<Out>&)                 // aggregate,
//   reduce void f(const Key&, const window&, std::span<const T>, collector<Out>&)       // process
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "api/aggregates.hpp"
#include "api/aggregates/reduce.hpp"
#include "api/graph_node_of.hpp"
#include "api/operators/window_operator.hpp"
#include "api/stream.hpp"
#include "api/window.hpp"

namespace weir {

template <class Assigner>
concept window_assigner =
    std::same_as<Assigner, tumbling_windows> || std::same_as<Assigner, sliding_windows> ||
    std::same_as<Assigner, session_windows> || std::same_as<Assigner, global_windows>;

// The one key of a stream that is not keyed.
using no_key = std::monostate;

struct no_key_of {
  template <class T>
  no_key operator()(const T&) const {
    return {};
  }
};

// Emits the aggregate's result without its window.
template <class R>
struct emit_value {
  using output = R;
  void operator()(const no_key&, const window&, R value, collector<R>& to) const {
    to.emit(std::move(value));
  }
};

template <class Key, class T, class KeyFunction, class Assigner>
class windowed_stream {
  static_assert(
      window_assigner<Assigner>,
      "window: it takes tumbling(...), sliding(...), session(...), global_window() or one "
      "of their variants by processing time; see api/window.hpp");

public:
  // Without `keys`, all records go to one subtask.
  windowed_stream(loose_ends ends, KeyFunction key_of, std::shared_ptr<const key_hasher> keys,
                  Assigner assigner)
      : ends_{std::move(ends)},
        key_of_{std::move(key_of)},
        keys_{std::move(keys)},
        assigner_{std::move(assigner)} {}

  // --- What comes late

  // For so long after it has fired, a window takes late records in and fires again for their keys.
  template <class Span>
  windowed_stream allowed_lateness(Span span) const {
    windowed_stream changed{*this};
    changed.options_.allowed_lateness = to_duration(span);
    return changed;
  }

  // Records later still go to this side output of the window's results, instead of nowhere:
  // `.side_output(tag)` is their stream.
  windowed_stream late_output(const side_output<T>& tag) const {
    windowed_stream changed{*this};
    changed.late_output_ = tag.name();
    return changed;
  }

  // --- What to make of a window

  // Emits a window_result<Key, R> for each key and window.
  template <class Aggregate>
  auto aggregate(Aggregate aggregate) const {
    require_aggregate<Aggregate, T>();
    using result = aggregate_result<Aggregate, T>;
    return apply(std::move(aggregate), emit_window_result<Key, result>{});
  }
  template <class Out, class Aggregate, class F>
  stream<Out> aggregate(Aggregate aggregate, F function) const {
    require_aggregate<Aggregate, T>();
    using result = aggregate_result<Aggregate, T>;
    static_assert(window_function<F, result, Out>,
                  "window.aggregate<Out>: the function must be callable as void f(const Key&, "
                  "const weir::window&, const R&, weir::collector<Out>&) even when it is const, "
                  "where R is the aggregate's result");
    return apply(std::move(aggregate), emit_by_function<Out, F>{std::move(function)});
  }

  // T f(const T&, const T&), associative and commutative. Emits a window_result<Key, T>.
  template <class F>
  auto reduce(F function) const {
    require_reduction<F>();
    return aggregate(reduce_aggregate<T, F>{std::move(function)});
  }
  template <class Out, class F, class G>
  stream<Out> reduce(F function, G emit) const {
    require_reduction<F>();
    return aggregate<Out>(reduce_aggregate<T, F>{std::move(function)}, std::move(emit));
  }

  // Keeps all records of a window and hands them to the function together.
  template <class Out, class F>
  stream<Out> process(F function) const {
    using records = std::span<const typename column<T>::value_type>;
    static_assert(window_function<F, records, Out>,
                  "window.process<Out>: the function must be callable as void f(const Key&, "
                  "const weir::window&, std::span<const T>, weir::collector<Out>&) even when it "
                  "is const, where T is the type of the stream's records");
    return apply(window_buffer<T>{}, emit_by_function<Out, F>{std::move(function)});
  }

  // The operator behind all of these. `Emitter` is one of api/operators/window_emitters.hpp, or
  // has their shape.
  template <class Aggregate, class Emitter>
  auto apply(Aggregate aggregate, Emitter emitter) const {
    using out = typename Emitter::output;
    window_options options = options_;
    options.emit_late = late_output_.has_value();
    options.late_port = 1;
    const auto make = [assigner = assigner_, key_of = key_of_, aggregate, emitter, options] {
      return make_window_operator<T>(assigner, key_of, aggregate, emitter, options);
    };
    graph_node node = node_of<out>("window", {element_type_of<T>()}, make);
    node.keeps_state = true;
    node.problem = assigner_.problem();
    if (!node.problem) node.problem = options.problem();
    if (late_output_) {
      node.output_types.push_back(element_type_of<T>());
      node.side_outputs = std::make_shared<side_output_ports>();
      node.side_outputs->ports.push_back({*late_output_, typeid(T), options.late_port});
      node.side_outputs->accepts_more = false;
    }
    if (!keys_) node.parallelism_limit = 1;
    return stream<out>{ends_.followed_by(std::move(node), keys_)};
  }

private:
  template <class F, class R, class Out>
  static constexpr bool window_function = std::copy_constructible<F>&&
      std::invocable<const F&, const Key&, const window&, const R&, collector<Out>&>;

  template <class F>
  static constexpr void require_reduction() {
    static_assert(record_reduction<F, T>,
                  "window.reduce: the function must be copyable and callable as "
                  "T f(const T&, const T&) even when it is const, where T is the type of the "
                  "stream's records");
  }

  loose_ends ends_;
  KeyFunction key_of_;
  std::shared_ptr<const key_hasher> keys_;
  Assigner assigner_;
  window_options options_;
  std::optional<std::string> late_output_;
};

template <class T>
template <class Assigner>
auto stream<T>::window_all(Assigner assigner) const {
  return windowed_stream<no_key, T, no_key_of, Assigner>{
      ends_.partitioned(partitioning::global), {}, nullptr, std::move(assigner)};
}

template <class T>
template <class Aggregate>
auto stream<T>::aggregate(Aggregate aggregate) const {
  require_aggregate<Aggregate, T>();
  return window_all(global_window())
      .apply(std::move(aggregate), emit_value<aggregate_result<Aggregate, T>>{})
      .name("aggregate");
}

}  // namespace weir
