// SPDX-License-Identifier: Apache-2.0
// Two streams for one function: `stream.connect(other)`, or two keyed streams whose records of one
// key meet and share state. In which order records of the two sides come is not defined.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "api/graph_node_of.hpp"
#include "api/keyed_stream.hpp"
#include "api/operators/co_process.hpp"
#include "api/operators/keyed_co_process.hpp"
#include "api/stream.hpp"

namespace weir {

// One function for each side, both giving a value for a record.
template <class Left, class Right>
struct co_map_function {
  Left left;
  Right right;

  template <class A, class Out>
  void on_left(const A& record, process_context<Out>& context) {
    context.emit(std::invoke(left, record));
  }
  template <class B, class Out>
  void on_right(const B& record, process_context<Out>& context) {
    context.emit(std::invoke(right, record));
  }
};

// One function for each side, both emitting any number of values for a record.
template <class Left, class Right>
struct co_flat_map_function {
  Left left;
  Right right;

  template <class A, class Out>
  void on_left(const A& record, process_context<Out>& context) {
    std::invoke(left, record, static_cast<emitter<Out>&>(context));
  }
  template <class B, class Out>
  void on_right(const B& record, process_context<Out>& context) {
    std::invoke(right, record, static_cast<emitter<Out>&>(context));
  }
};

template <class A, class B>
class connected_streams {
public:
  connected_streams(loose_ends left, loose_ends right)
      : left_{std::move(left)}, right_{std::move(right)} {}

  // R f(const A&) and R g(const B&).
  template <class F, class G>
  auto map(F left, G right) const {
    static_assert(record_function<F, A> && record_function<G, B>,
                  "connect.map: the functions must be copyable and callable as R f(const A&) and "
                  "R g(const B&), where A and B are the types of the streams' records");
    using out = result_of<F, A>;
    static_assert(std::same_as<out, result_of<G, B>>,
                  "connect.map: both functions must return the same type");
    return apply<out>("co_map", co_map_function<F, G>{std::move(left), std::move(right)});
  }

  // void f(const A&, emitter<Out>&) and void g(const B&, emitter<Out>&).
  template <class Out, class F, class G>
  stream<Out> flat_map(F left, G right) const {
    static_assert(
        std::invocable<F&, const A&, emitter<Out>&> && std::invocable<G&, const B&, emitter<Out>&>,
        "connect.flat_map<Out>: the functions must be callable as "
        "void f(const A&, weir::emitter<Out>&) and "
        "void g(const B&, weir::emitter<Out>&), where A and B are the types of the "
        "streams' records");
    return apply<Out>("co_flat_map", co_flat_map_function<F, G>{std::move(left), std::move(right)});
  }

  // An object with void on_left(const A&, process_context<Out>&) and
  // void on_right(const B&, process_context<Out>&), and perhaps
  // void finish(process_context<Out>&) and void open(operator_state&), with which the operator
  // needs a uid.
  template <class Out, class F>
  stream<Out> process(F function) const {
    static_assert(co_process_function<F, A, B, process_context<Out>>,
                  "connect.process<Out>: the object needs "
                  "void on_left(const A&, weir::process_context<Out>&) and "
                  "void on_right(const B&, weir::process_context<Out>&), where A and B are the "
                  "types of the streams' records");
    return apply<Out>("co_process", std::move(function));
  }

private:
  template <class Out, class F>
  stream<Out> apply(std::string name, const F& function) const {
    auto sides = std::make_shared<side_output_ports>();
    auto node = node_of<Out>(std::move(name), {element_type_of<A>(), element_type_of<B>()},
                             factory_of<co_process_operator<A, B, Out, F>>(function, sides));
    describe_state<F>(node);
    node.side_outputs = sides;
    return stream<Out>{left_.followed_by(std::move(node), nullptr, right_, nullptr)};
  }

  loose_ends left_;
  loose_ends right_;
};

template <class A, class LeftKey, class B, class RightKey, class Key>
class connected_keyed_streams {
public:
  connected_keyed_streams(keyed_stream<Key, A, LeftKey> left, keyed_stream<Key, B, RightKey> right)
      : left_{std::move(left)}, right_{std::move(right)} {}

  // An object with void on_left(const A&, keyed_process_context<Key, Out>&) and
  // void on_right(const B&, keyed_process_context<Key, Out>&), and any of the functions that
  // keyed_stream::process knows besides `process`.
  template <class Out, class F>
  stream<Out> process(F function) const {
    using context = keyed_process_context<Key, Out>;
    static_assert(co_process_function<F, A, B, context>,
                  "connect.process<Out>: the object needs "
                  "void on_left(const A&, weir::keyed_process_context<Key, Out>&) and "
                  "void on_right(const B&, weir::keyed_process_context<Key, Out>&), where A and B "
                  "are the types of the streams' records");
    using made = keyed_co_process_operator<Key, A, LeftKey, B, RightKey, Out, F>;
    auto sides = std::make_shared<side_output_ports>();
    auto node = node_of<Out>("co_process", {element_type_of<A>(), element_type_of<B>()},
                             factory_of<made>(left_.key_of(), right_.key_of(), function, sides));
    describe_state<F, Key, context>(node);
    node.side_outputs = sides;
    return stream<Out>{
        left_.ends().followed_by(std::move(node), left_.hasher(), right_.ends(), right_.hasher())};
  }

private:
  keyed_stream<Key, A, LeftKey> left_;
  keyed_stream<Key, B, RightKey> right_;
};

}  // namespace weir
