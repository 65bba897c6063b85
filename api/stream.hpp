// SPDX-License-Identifier: Apache-2.0
// The words a job is written in. A stream is a handle on an end of the job graph: cheap to copy,
// dead once its environment is gone. Every word answers the stream behind it, so that a pipeline
// reads as a sentence. Words that describe an operator follow the one that made it:
//
//   env.from(lines_of("book.txt")).flat_map(words_of).name("words").parallelism(4)...
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <ranges>
#include <string>
#include <utility>

#include "api/function.hpp"
#include "api/function_key_hasher.hpp"
#include "api/function_router.hpp"
#include "api/graph_node_of.hpp"
#include "api/loose_ends.hpp"
#include "api/on_error.hpp"
#include "api/operators/assign_watermarks.hpp"
#include "api/operators/filter.hpp"
#include "api/operators/flat_map.hpp"
#include "api/operators/map.hpp"
#include "api/operators/process.hpp"
#include "api/operators/sink.hpp"
#include "api/sink_handle.hpp"
#include "api/watermark_strategy.hpp"

namespace weir {

template <class Key, class T, class KeyFunction>
class keyed_stream;
template <class Key, class T, class KeyFunction, class Assigner>
class windowed_stream;
template <class A, class B>
class connected_streams;
template <class A, class B>
class connected_broadcast;

template <class T>
class stream {
public:
  using value_type = T;

  explicit stream(loose_ends ends) : ends_{std::move(ends)} {}

  // --- One record at a time

  // R f(const T&), or a pointer to member.
  template <class F>
  auto map(F function) const {
    static_assert(record_function<F, T>,
                  "map: the function must be copyable and callable as R f(const T&), where T is "
                  "the type of the stream's records");
    using out = result_of<F, T>;
    return then<out>("map", factory_of<map_operator<T, out, F>>(function));
  }

  // Keeps the records for which bool f(const T&) is true.
  template <class F>
  stream filter(F predicate) const {
    static_assert(record_predicate<F, T>,
                  "filter: the function must be copyable and callable as bool f(const T&), where "
                  "T is the type of the stream's records");
    return then<T>("filter", factory_of<filter_operator<T, F>>(predicate));
  }

  // A range f(const T&): every element of it becomes a record.
  template <class F>
  auto flat_map(F function) const {
    static_assert(record_expansion<F, T>,
                  "flat_map: the function must be copyable and return a range, as in "
                  "std::vector<R> f(const T&); one that emits is given as flat_map<R>(f)");
    using out = std::ranges::range_value_t<std::invoke_result_t<F&, const T&>>;
    return then<out>("flat_map", factory_of<flat_map_operator<T, out, F>>(function));
  }

  // void f(const T&, emitter<Out>&): every value it emits becomes a record.
  template <class Out, class F>
  stream<Out> flat_map(F function) const {
    static_assert(std::copy_constructible<F> && std::invocable<F&, const T&, emitter<Out>&>,
                  "flat_map<Out>: the function must be copyable and callable as "
                  "void f(const T&, weir::emitter<Out>&), where T is the type of the stream's "
                  "records");
    return then<Out>("flat_map", factory_of<flat_map_operator<T, Out, F>>(function));
  }

  // void f(const T&, process_context<Out>&), or an object with that function as `process` and
  // perhaps `void finish(process_context<Out>&)` and `void open(operator_state&)`, with which the
  // operator needs a uid.
  template <class Out, class F>
  stream<Out> process(F function) const {
    static_assert(process_function<F, T, process_context<Out>>,
                  "process<Out>: the function must be copyable and callable as "
                  "void f(const T&, weir::process_context<Out>&), or be an object with "
                  "void process(const T&, weir::process_context<Out>&)");
    auto sides = std::make_shared<side_output_ports>();
    auto node = node_of<Out>("process", {element_type_of<T>()},
                             factory_of<process_operator<T, Out, F>>(function, sides));
    describe_state<F>(node);
    node.side_outputs = sides;
    return stream<Out>{ends_.followed_by(std::move(node))};
  }

  // --- Time

  // Gives the records new times in mid-stream; the watermarks of the input end here.
  template <class Strategy>
  stream assign_watermarks(const Strategy& strategy) const {
    static_assert(is_watermark_strategy<Strategy>,
                  "assign_watermarks: not a watermark strategy; see api/watermark_strategy.hpp");
    auto node = node_of<T>("assign_watermarks", {element_type_of<T>()},
                           factory_of<assign_watermarks_operator<T, Strategy>>(strategy));
    node.problem = strategy.problem();
    return stream{ends_.followed_by(std::move(node))};
  }

  // --- Many records at a time

  // Groups the records by a key: K f(const T&), or a pointer to member.
  template <class F>
  auto key_by(F key_of) const {
    static_assert(key_function<F, T>,
                  "key_by: the function must be copyable and callable as Key f(const T&) even "
                  "when it is const, where T is the type of the stream's records");
    using key = result_of<F, T>;
    require_key_type<key>();
    return keyed_stream<key, T, F>{ends_, std::move(key_of)};
  }

  // Windows over all records of the stream, in one subtask.
  template <class Assigner>
  auto window_all(Assigner assigner) const;

  // One result over all records of a bounded stream, when it has ended.
  template <class Aggregate>
  auto aggregate(Aggregate aggregate) const;

  // --- Several streams

  // All records of streams of one type.
  template <class... Streams>
  stream union_with(const Streams&... others) const {
    static_assert((std::same_as<Streams, stream> && ...),
                  "union_with: all streams must have records of the same type");
    loose_ends joined = ends_;
    ((joined = joined.joined_with(others.ends())), ...);
    return stream{std::move(joined)};
  }

  // Two streams for one function.
  template <class B>
  connected_streams<T, B> connect(const stream<B>& right) const {
    return {ends_, right.ends()};
  }

  // The same, and every subtask gets all records of `right`; see api/broadcast_state.hpp.
  template <class B>
  connected_broadcast<T, B> connect_broadcast(const stream<B>& right) const {
    return {ends_, right.broadcast().ends()};
  }

  // The side output of the operator before: the stream of what it has written to `tag`.
  template <class U>
  stream<U> side_output(const weir::side_output<U>& tag) const {
    return stream<U>{ends_.side_output(tag.name(), element_type_of<U>())};
  }

  // --- How records find the next operator's subtasks

  // To the subtask of the same number; only between operators of equal parallelism.
  stream forward() const { return stream{ends_.partitioned(partitioning::forward)}; }
  // Round robin over all.
  stream rebalance() const { return stream{ends_.partitioned(partitioning::rebalance)}; }
  // Round robin over those next to the producer: fewer connections.
  stream rescale() const { return stream{ends_.partitioned(partitioning::rescale)}; }
  stream shuffle() const { return stream{ends_.partitioned(partitioning::shuffle)}; }
  // To every one.
  stream broadcast() const { return stream{ends_.partitioned(partitioning::broadcast)}; }
  // To the first.
  stream global() const { return stream{ends_.partitioned(partitioning::global)}; }
  // Where an integer f(const T&, std::uint32_t channels) says, from 0 to channels - 1.
  template <class F>
  stream partition_by(F channel_of) const {
    static_assert(channel_choice<F, T>,
                  "partition_by: the function must be copyable and callable as "
                  "integer f(const T&, std::uint32_t channels) even when it is const, where T is "
                  "the type of the stream's records");
    return stream{ends_.partitioned(
        partitioning::custom, std::make_shared<function_router<T, F>>(std::move(channel_of)))};
  }

  // --- About the operator before

  // What it is called in messages and metrics.
  stream name(std::string name) const {
    ends_.producer("name").name = std::move(name);
    return *this;
  }
  // The address of its state, which then survives changes of the job around it.
  stream uid(std::string uid) const {
    ends_.producer("uid").uid = std::move(uid);
    return *this;
  }
  // How many subtasks it has.
  stream parallelism(std::uint32_t subtasks) const {
    ends_.producer("parallelism").parallelism = subtasks;
    return *this;
  }
  // Operators of different groups never share a slot.
  stream slot_sharing_group(std::string group) const {
    ends_.producer("slot_sharing_group").slot_sharing_group = std::move(group);
    return *this;
  }
  // It runs in a task of its own, or with what follows, but not with what comes before.
  stream start_new_chain() const {
    ends_.producer("start_new_chain").chain = chaining::start_new_chain;
    return *this;
  }
  stream disable_chaining() const {
    ends_.producer("disable_chaining").chain = chaining::never;
    return *this;
  }
  // What becomes of a record that its function throws on: fail(), skip_and_count(),
  // dead_letters_to(sink), or, for a record that has failed the job three times, retry_then(...).
  stream on_error(fail_the_job) const {
    ends_.producer("on_error").on_error = error_policy::fail;
    return *this;
  }
  stream on_error(skip_the_record) const {
    ends_.producer("on_error").on_error = error_policy::skip;
    return *this;
  }
  template <class Sink>
  stream on_error(const send_to_dead_letters<Sink>& policy) const {
    stream<dead_letter>{ends_.dead_letters()}.sink(policy.sink);
    return *this;
  }
  stream on_error(const fail_first<skip_the_record>&) const {
    graph_node& node = ends_.producer("on_error");
    node.on_error = error_policy::fail;
    node.on_poison = error_policy::skip;
    return *this;
  }
  template <class Sink>
  stream on_error(const fail_first<send_to_dead_letters<Sink>>& policy) const {
    stream<dead_letter>{ends_.dead_letters(true)}.sink(policy.then.sink);
    return *this;
  }

  // --- The end

  template <class Sink>
  sink_handle sink(Sink sink) const {
    static_assert(sink_for<Sink, T>,
                  "sink: this sink cannot take the records of the stream; api/sink.hpp says what "
                  "a sink for T needs");
    graph_node node;
    node.name = sink.name();
    node.kind = operator_kind::sink;
    node.input_types = {element_type_of<T>()};
    node.make_operator = factory_of<sink_operator<T, Sink>>(sink);
    return sink_handle{ends_.followed_by(std::move(node))};
  }

  const loose_ends& ends() const { return ends_; }

private:
  template <class Out>
  stream<Out> then(std::string name, operator_factory make) const {
    return stream<Out>{
        ends_.followed_by(node_of<Out>(std::move(name), {element_type_of<T>()}, std::move(make)))};
  }

  loose_ends ends_;
};

}  // namespace weir

// The streams that the words above answer.
#include "api/connected_broadcast.hpp"
#include "api/connected_streams.hpp"
#include "api/keyed_stream.hpp"
#include "api/windowed_stream.hpp"
