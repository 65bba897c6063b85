// SPDX-License-Identifier: Apache-2.0
// A stream and another one that every subtask gets all of: `stream.connect_broadcast(rules)`.
// The left side reads what the broadcast side has written (api/broadcast_state.hpp). In which order
// records of the two sides come is not defined.
#pragma once

#include <memory>
#include <utility>

#include "api/graph_node_of.hpp"
#include "api/keyed_stream.hpp"
#include "api/operators/co_process.hpp"
#include "api/operators/keyed_broadcast_process.hpp"
#include "api/stream.hpp"

namespace weir {

template <class A, class B>
class connected_broadcast {
public:
  // The right ends are broadcast.
  connected_broadcast(loose_ends left, loose_ends right)
      : left_{std::move(left)}, right_{std::move(right)} {}

  // An object with void on_left(const A&, process_context<Out>&) and
  // void on_right(const B&, broadcast_context<Out>&), and perhaps void open(operator_state&), with
  // which the operator needs a uid, and void finish(process_context<Out>&).
  template <class Out, class F>
  stream<Out> process(F function) const {
    static_assert(broadcast_function<F, A, process_context<Out>, B, broadcast_context<Out>>,
                  "connect_broadcast.process<Out>: the object needs "
                  "void on_left(const A&, weir::process_context<Out>&) and "
                  "void on_right(const B&, weir::broadcast_context<Out>&), where A and B are the "
                  "types of the streams' records");
    using made = co_process_operator<A, B, Out, F, broadcast_context<Out>>;
    auto sides = std::make_shared<side_output_ports>();
    auto node = node_of<Out>("co_process", {element_type_of<A>(), element_type_of<B>()},
                             factory_of<made>(function, sides));
    describe_state<F>(node);
    node.side_outputs = sides;
    return stream<Out>{left_.followed_by(std::move(node), nullptr, right_, nullptr)};
  }

private:
  loose_ends left_;
  loose_ends right_;
};

template <class A, class LeftKey, class B, class Key>
class connected_keyed_broadcast {
public:
  // The right ends are broadcast.
  connected_keyed_broadcast(keyed_stream<Key, A, LeftKey> left, loose_ends right)
      : left_{std::move(left)}, right_{std::move(right)} {}

  // An object with void on_left(const A&, keyed_process_context<Key, Out>&) and
  // void on_right(const B&, broadcast_context<Out>&), where no key is current, and any of the
  // functions that keyed_stream::process knows besides `process`, and void open(operator_state&).
  template <class Out, class F>
  stream<Out> process(F function) const {
    using context = keyed_process_context<Key, Out>;
    static_assert(broadcast_function<F, A, context, B, broadcast_context<Out>>,
                  "connect_broadcast.process<Out>: the object needs "
                  "void on_left(const A&, weir::keyed_process_context<Key, Out>&) and "
                  "void on_right(const B&, weir::broadcast_context<Out>&), where A and B are the "
                  "types of the streams' records");
    using made = keyed_broadcast_process_operator<Key, A, LeftKey, B, Out, F>;
    auto sides = std::make_shared<side_output_ports>();
    auto node = node_of<Out>("co_process", {element_type_of<A>(), element_type_of<B>()},
                             factory_of<made>(left_.key_of(), function, sides));
    describe_state<F, Key, context>(node);
    node.side_outputs = sides;
    return stream<Out>{left_.ends().followed_by(std::move(node), left_.hasher(), right_, nullptr)};
  }

private:
  keyed_stream<Key, A, LeftKey> left_;
  loose_ends right_;
};

}  // namespace weir
