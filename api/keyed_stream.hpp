// SPDX-License-Identifier: Apache-2.0
// A stream whose records are grouped by a key: what follows is done for each key on its own.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "api/aggregates.hpp"
#include "api/aggregates/reduce.hpp"
#include "api/function_key_hasher.hpp"
#include "api/graph_node_of.hpp"
#include "api/keyed.hpp"
#include "api/operators/keyed_process.hpp"
#include "api/operators/rolling.hpp"
#include "api/stream.hpp"

namespace weir {

template <class A, class LeftKey, class B, class RightKey, class Key>
class connected_keyed_streams;
template <class A, class LeftKey, class B, class Key>
class connected_keyed_broadcast;

template <class Key, class T, class KeyFunction>
class keyed_stream {
public:
  using value_type = T;

  keyed_stream(loose_ends ends, KeyFunction key_function)
      : ends_{std::move(ends)}, key_of_{std::move(key_function)} {}

  // --- Rolling: a result for every record

  // T f(const T&, const T&): the result so far and the record give the new result.
  template <class F>
  stream<T> reduce(F function) const {
    static_assert(record_reduction<F, T>,
                  "reduce: the function must be copyable and callable as "
                  "T f(const T&, const T&) even when it is const, where T is the type of the "
                  "stream's records");
    return roll<T>("reduce", reduce_aggregate<T, F>{std::move(function)});
  }

  // The sum, the least, the greatest projection of the records of the key so far.
  template <class Projection>
  auto sum(Projection of) const {
    return roll_with_key("sum", weir::sum(std::move(of)));
  }
  template <class Projection>
  auto min(Projection of) const {
    return roll_with_key("min", minimum(std::move(of)));
  }
  template <class Projection>
  auto max(Projection of) const {
    return roll_with_key("max", maximum(std::move(of)));
  }

  // The record of the key that has the least, the greatest projection so far.
  template <class Projection>
  stream<T> min_by(Projection of) const {
    return roll<T>("min_by", weir::min_by(std::move(of)));
  }
  template <class Projection>
  stream<T> max_by(Projection of) const {
    return roll<T>("max_by", weir::max_by(std::move(of)));
  }

  // --- With state and timers

  // void f(const T&, keyed_process_context<Key, Out>&), or an object with that as `process` and any
  // of
  //   void open(keyed_state<Key>&);                         // The operator then needs a uid.
  //   void open(operator_state&);                           // The same, for what has no key.
  //   void on_timer(event_time, keyed_process_context<Key, Out>&);
  //   void on_processing_timer(processing_time, keyed_process_context<Key, Out>&);
  //   void finish(process_context<Out>&);                   // The input has ended.
  template <class Out, class F>
  stream<Out> process(F function) const {
    using context = keyed_process_context<Key, Out>;
    static_assert(process_function<F, T, context>,
                  "process<Out>: the function must be copyable and callable as "
                  "void f(const T&, weir::keyed_process_context<Key, Out>&), or be an object with "
                  "void process(const T&, weir::keyed_process_context<Key, Out>&)");
    auto sides = std::make_shared<side_output_ports>();
    auto node = node_of<Out>(
        "process", {element_type_of<T>()},
        factory_of<keyed_process_operator<Key, T, KeyFunction, Out, F>>(key_of_, function, sides));
    describe_state<F, Key, context>(node);
    node.side_outputs = sides;
    return stream<Out>{ends_.followed_by(std::move(node), hasher())};
  }

  // Two streams with one type of key, for one function.
  template <class B, class RightKey>
  auto connect(const keyed_stream<Key, B, RightKey>& right) const {
    return connected_keyed_streams<T, KeyFunction, B, RightKey, Key>{*this, right};
  }

  // A stream that every subtask gets all of; see api/broadcast_state.hpp.
  template <class B>
  auto connect_broadcast(const stream<B>& right) const {
    return connected_keyed_broadcast<T, KeyFunction, B, Key>{*this, right.broadcast().ends()};
  }

  // --- In windows

  // The windows of api/window.hpp: tumbling, sliding, session, global.
  template <class Assigner>
  auto window(Assigner assigner) const {
    return windowed_stream<Key, T, KeyFunction, Assigner>{ends_, key_of_, hasher(),
                                                          std::move(assigner)};
  }

  const loose_ends& ends() const { return ends_; }
  const KeyFunction& key_of() const { return key_of_; }
  std::shared_ptr<const key_hasher> hasher() const {
    return std::make_shared<function_key_hasher<T, KeyFunction>>(key_of_);
  }

private:
  template <class Aggregate>
  auto roll_with_key(std::string name, Aggregate aggregate) const {
    require_aggregate<Aggregate, T>();
    return roll<keyed<Key, aggregate_result<Aggregate, T>>>(std::move(name), std::move(aggregate));
  }

  template <class Out, class Aggregate>
  stream<Out> roll(std::string name, Aggregate aggregate) const {
    require_aggregate<Aggregate, T>();
    auto node = node_of<Out>(
        std::move(name), {element_type_of<T>()},
        factory_of<rolling_operator<Key, T, KeyFunction, Aggregate, Out>>(key_of_, aggregate));
    node.keeps_state = true;
    return stream<Out>{ends_.followed_by(std::move(node), hasher())};
  }

  loose_ends ends_;
  KeyFunction key_of_;
};

}  // namespace weir
