// SPDX-License-Identifier: Apache-2.0
// An operator that does what a test tells it to, and tasks made of such operators. What is not told
// behaves like an operator that passes everything on.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "actors/task_description.hpp"
#include "api/batch_codec.hpp"
#include "api/operator.hpp"
#include "tests/support/test_operators.hpp"

namespace weir {

struct operator_hooks {
  std::function<void(operator_context&)> open;
  std::function<void(operator_context&, std::uint32_t input, record_batch&)> process;
  std::function<bool(operator_context&, event_time)> advance_to;
  std::function<bool(operator_context&, processing_time)> on_processing_time;
  std::function<std::optional<processing_time>()> next_processing_timer;
  std::function<poll_result(operator_context&)> poll;
  std::function<bool(operator_context&)> finish;
  std::function<void(checkpoint_id, state_parts&)> snapshot;
  std::function<void(checkpoint_id)> on_checkpoint_completed;
  std::function<void()> commit;
  std::function<void(bool failed)> close;
  bool makes_watermarks = false;
};

class hooked_operator final : public stream_operator {
public:
  explicit hooked_operator(operator_hooks hooks) : hooks_{std::move(hooks)} {}

  void open(operator_context& place) override {
    stream_operator::open(place);
    if (hooks_.open) hooks_.open(place);
  }
  void process(std::uint32_t input, record_batch& batch) override {
    hooks_.process ? hooks_.process(context(), input, batch) : pass_on(batch);
  }
  bool advance_to(event_time watermark) override {
    return !hooks_.advance_to || hooks_.advance_to(context(), watermark);
  }
  bool on_processing_time(processing_time now) override {
    return !hooks_.on_processing_time || hooks_.on_processing_time(context(), now);
  }
  std::optional<processing_time> next_processing_timer() const override {
    return hooks_.next_processing_timer ? hooks_.next_processing_timer() : std::nullopt;
  }
  poll_result poll() override {
    return hooks_.poll ? hooks_.poll(context()) : stream_operator::poll();
  }
  bool finish() override { return !hooks_.finish || hooks_.finish(context()); }
  void snapshot(checkpoint_id checkpoint, state_parts& parts) override {
    if (hooks_.snapshot) hooks_.snapshot(checkpoint, parts);
  }
  void on_checkpoint_completed(checkpoint_id checkpoint) override {
    if (hooks_.on_checkpoint_completed) hooks_.on_checkpoint_completed(checkpoint);
  }
  void commit() override {
    if (hooks_.commit) hooks_.commit();
  }
  void close(bool failed) override {
    if (hooks_.close) hooks_.close(failed);
  }
  bool makes_watermarks() const override { return hooks_.makes_watermarks; }

private:
  void pass_on(record_batch& batch) {
    if (!context().ports.empty()) emit(batch);
  }

  operator_hooks hooks_;
};

// Emits the numbers first, first + 1, ...
inline void emit_numbers(operator_context& context, number first, std::size_t count,
                         std::uint32_t port = 0) {
  context.ports[port]->emit(*batch_of_numbers(first, count));
}

// The description of a task, put together by hand; owns the nodes it describes.
class hooked_task {
public:
  hooked_task& add(std::string name, operator_kind kind, operator_hooks hooks = {},
                   std::uint32_t output_ports = 1) {
    graph_node& node = nodes_.emplace_back();
    node.name = std::move(name);
    node.kind = kind;
    if (kind != operator_kind::source) node.input_types.assign(2, element_type_of<number>());
    if (kind != operator_kind::sink)
      node.output_types.assign(output_ports, element_type_of<number>());
    node.make_operator = [hooks] { return std::make_unique<hooked_operator>(hooks); };
    description_.operators.push_back({&node, {nodes_.size()}, {}});
    return *this;
  }
  hooked_task& map(std::string name, operator_hooks hooks = {}) {
    return add(std::move(name), operator_kind::transformation, std::move(hooks));
  }

  // Operator `to` consumes what operator `from` emits on `port`.
  hooked_task& chain(std::uint32_t from, std::uint32_t to, std::uint32_t port = 0) {
    description_.operators[from].targets.push_back({port, true, to, 0});
    return *this;
  }
  // What operator `from` emits on `port` leaves the task over `channels` new channels.
  hooked_task& leave(std::uint32_t from, partitioning how, std::uint32_t channels,
                     std::uint32_t port = 0) {
    const auto edge = static_cast<std::uint32_t>(description_.output_edges.size());
    description_.operators[from].targets.push_back({port, false, edge, 0});
    description_.output_edges.push_back(
        {how, nullptr, nullptr, channels, element_type_of<number>()});
    description_.downstream.resize(description_.downstream.size() + channels);
    return *this;
  }
  // Input `input` of the head is fed by `channels` new channels.
  hooked_task& enter(std::uint32_t channels, std::uint32_t input = 0) {
    auto& inputs = description_.input_of_channel;
    inputs.insert(inputs.end(), channels, input);
    description_.upstream.resize(inputs.size());
    return *this;
  }
  hooked_task& subtask(std::uint32_t index, std::uint32_t parallelism) {
    description_.subtask = {index};
    description_.parallelism = parallelism;
    return *this;
  }
  hooked_task& window(std::uint32_t credit_window) {
    description_.credit_window = credit_window;
    return *this;
  }

  const task_description& description() const { return description_; }

private:
  std::deque<graph_node> nodes_;  // Their addresses stay.
  task_description description_;
};

}  // namespace weir
