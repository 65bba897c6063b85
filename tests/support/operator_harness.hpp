// SPDX-License-Identifier: Apache-2.0
// Runs one operator the way a task does, on time that the test sets:
//
//   operator_harness<reading, alert> harness{std::make_unique<alarm>(limit)};
//   harness.push({7, 42.0}, at(3));
//   harness.watermark(at(10));
//   EXPECT_EQ(harness.values(), std::vector<alert>{...});
//
// With a function that makes operators, it also does what a checkpoint and a failure do:
//
//   operator_harness<reading, alert> harness{[&] { return std::make_unique<alarm>(limit); }};
//   harness.push({7, 42.0}, at(3));
//   harness.snapshot_and_restore();
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/operator.hpp"
#include "tests/support/saved_operator.hpp"
#include "tests/support/tested_backend.hpp"

namespace weir {

// The event time `seconds` after the epoch; processing_at is the same on the other clock.
inline event_time at(std::int64_t seconds) { return event_time{std::chrono::seconds{seconds}}; }
inline processing_time processing_at(std::int64_t seconds) {
  return processing_time{std::chrono::seconds{seconds}};
}

template <class T>
struct timed {
  T value;
  event_time time;
  friend bool operator==(const timed&, const timed&) = default;
};

// Keeps what comes out of one port, taking the records out of the batches.
template <class T>
class collecting_output final : public output {
public:
  void emit(record_batch& batch) override {
    auto& typed = batch_of<T>::of(batch);
    ASSERT_EQ(typed.element_type(), typeid(T));
    ++batches;
    for (std::size_t i = 0; i < typed.size(); ++i) {
      records.push_back({std::move(typed.values[i]), typed.time_of(i)});
    }
  }

  std::vector<timed<T>> records;
  std::size_t batches = 0;
};

// Keeps the watermarks of an operator that makes its own.
class collecting_watermarks final : public watermark_output {
public:
  void emit_watermark(event_time watermark) override { emitted.push_back(watermark); }
  void emit_idle(bool is_idle) override { idle.push_back(is_idle); }

  std::vector<event_time> emitted;
  std::vector<bool> idle;
};

template <class In, class Out>
class operator_harness {
public:
  // Subtask 0 of 1, with memory for state. Ports, files, policies and the like can be set in
  // `context()` before the first call that reaches the operator, which opens it.
  explicit operator_harness(std::unique_ptr<stream_operator> tested,
                            key_group_range groups = {0, default_max_parallelism})
      : groups_{groups}, tested_{std::move(tested)} {
    context_.name = "tested (1/1)";
    context_.state = backend_.get();
    context_.watermarks = &watermarks_;
    context_.ports.push_back(&main_);
  }
  using factory = std::function<std::unique_ptr<stream_operator>()>;
  // The same, and `make` makes the operators that go on after a restore.
  explicit operator_harness(factory make) : operator_harness{make()} { make_ = std::move(make); }
  // One of several subtasks.
  operator_harness(factory make, subtask_index subtask, std::uint32_t parallelism)
      : operator_harness{make(), key_groups_of(subtask, parallelism, default_max_parallelism)} {
    make_ = std::move(make);
    context_.subtask = subtask;
    context_.parallelism = parallelism;
  }
  operator_harness(const operator_harness&) = delete;
  operator_harness& operator=(const operator_harness&) = delete;
  ~operator_harness() {
    if (is_open_) tested_->close(!has_committed_);
  }

  operator_context& context() { return context_; }
  const operator_counters& counters() const { return context_.counters; }
  memory_backend& backend() { return *backend_; }
  stream_operator& tested() { return *tested_; }
  collecting_watermarks& watermarks() { return watermarks_; }

  // Adds the next port. The output is good as long as the harness.
  template <class Side>
  collecting_output<Side>& add_port() {
    auto port = std::make_unique<collecting_output<Side>>();
    auto& added = *port;
    context_.ports.push_back(port.get());
    sides_.push_back(std::move(port));
    return added;
  }

  void open() {
    if (std::exchange(is_open_, true)) return;
    tested_->open(context_);
  }

  // Adds what a checkpoint now has of this operator.
  void save_to(saved_operator& checkpoint) {
    open();
    state_parts parts;
    tested_->snapshot(checkpoint_id{1}, parts);
    checkpoint.add(backend_->freeze(), std::move(parts));
  }
  // Starts from `checkpoint`, which outlives this. REQUIRES: the operator is not open.
  void restore_from(const saved_operator& checkpoint) {
    restored_ = checkpoint.view(groups_);
    context_.restored = restored_.get();
    backend_->restore_from(restored_.get());
    open();
    EXPECT_EQ(backend_->not_restored(), std::vector<std::string>{});
  }
  // The operator fails after a checkpoint and goes on from that. What has been emitted stays.
  // REQUIRES: the harness was made with a function that makes operators.
  void snapshot_and_restore() {
    auto checkpoint = std::make_unique<saved_operator>();
    save_to(*checkpoint);
    tested_->close(true);
    tested_.reset();
    tested_ = make_();
    is_open_ = false;
    restored_.reset();
    checkpoint_ = std::move(checkpoint);
    backend_ = make_tested_backend(groups_, default_max_parallelism);
    context_.state = backend_.get();
    context_.watermark = beginning_of_time;
    restore_from(*checkpoint_);
  }

  // A batch of one record.
  void push(In value, event_time time) {
    batch_of<In> batch;
    batch.push(std::move(value), time);
    push(batch);
  }
  // One batch with all the records.
  void push(std::vector<timed<In>> records) {
    batch_of<In> batch;
    for (auto& each : records) batch.push(std::move(each.value), each.time);
    push(batch);
  }
  void push(batch_of<In>& batch) { push_to(0, batch); }

  // A batch for one of several inputs, of whatever type that takes.
  template <class T>
  void push_to(std::uint32_t input, batch_of<T>& batch) {
    open();
    tested_->process(input, batch);
    backend_->trim();
  }

  // Advances event time, in as many calls as the operator wants. Returns their number.
  std::size_t watermark(event_time to) {
    open();
    context_.watermark = to;
    return repeat([&] { return tested_->advance_to(to); });
  }

  // Sets the processing time and lets the operator's timers go off.
  std::size_t processing_time_is(processing_time now) {
    open();
    context_.now = now;
    return repeat([&] { return tested_->on_processing_time(now); });
  }

  // Ends the input: the last watermark, then `finish`.
  void finish() {
    watermark(end_of_time);
    repeat([&] { return tested_->finish(); });
  }
  // The job has finished.
  void commit() {
    tested_->commit();
    has_committed_ = true;
  }

  // What has come out of the main port since the last call of one of these.
  std::vector<timed<Out>> take() { return std::exchange(main_.records, {}); }
  std::vector<Out> values() {
    std::vector<Out> taken;
    for (auto& each : take()) taken.push_back(std::move(each.value));
    return taken;
  }
  std::size_t batches_out() const { return main_.batches; }

private:
  // An operator that is never done would hang its task; here it fails the test.
  template <class Step>
  std::size_t repeat(Step step) {
    constexpr std::size_t most_calls = 10'000'000;
    std::size_t calls = 1;
    while (!step()) {
      backend_->trim();
      if (++calls == most_calls) {
        ADD_FAILURE() << "the operator still has work after " << most_calls << " calls";
        break;
      }
    }
    backend_->trim();
    return calls;
  }

  key_group_range groups_;
  factory make_;
  std::unique_ptr<saved_operator> checkpoint_;  // These outlive the operator.
  std::unique_ptr<restored_operator> restored_;
  std::unique_ptr<memory_backend> backend_ = make_tested_backend(groups_, default_max_parallelism);
  operator_context context_;
  collecting_output<Out> main_;
  std::deque<std::unique_ptr<output>> sides_;
  collecting_watermarks watermarks_;
  std::unique_ptr<stream_operator> tested_;
  bool is_open_ = false;
  bool has_committed_ = false;
};

}  // namespace weir
