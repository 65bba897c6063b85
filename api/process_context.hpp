// SPDX-License-Identifier: Apache-2.0
// What a user's function may do besides returning: emit, ask for the time, write to side outputs.
//
// The contexts are views of an `invocation`, which the operator owns and turns to the record at
// hand. They are good until the call ends.
#pragma once

#include <memory>
#include <utility>

#include "api/operators/side_collectors.hpp"

namespace weir {

// What one call into a user's function is about, and what it has emitted so far.
template <class Out>
struct invocation {
  // `of` outlives the invocation. Null ports: no side outputs.
  invocation(operator_context& of, std::shared_ptr<const side_output_ports> ports)
      : context{of}, results{of}, sides{of, std::move(ports)} {}

  void flush() {
    results.flush();
    sides.flush();
  }

  operator_context& context;
  collector<Out> results;
  side_collectors sides;
  event_time time = beginning_of_time;  // Of the record or timer at hand.
};

// For functions that give any number of results for a record.
template <class Out>
class emitter {
public:
  explicit emitter(invocation<Out>& now) : now_{&now} {}

  // Emits a record with the time of the one being handled.
  template <class U>
  void emit(U&& value) {
    now_->results.emit(std::forward<U>(value), now_->time);
  }

  // When the record being handled happened.
  event_time time() const { return now_->time; }

protected:
  invocation<Out>& now() const { return *now_; }

private:
  invocation<Out>* now_;
};

// For process functions.
template <class Out>
class process_context : public emitter<Out> {
public:
  using emitter<Out>::emitter;
  using emitter<Out>::emit;

  template <class U>
  void emit(U&& value, event_time time) {
    this->now().results.emit(std::forward<U>(value), time);
  }

  // Emits to the side output, with the time of the record being handled. Dropped if nobody reads
  // it with `.side_output(tag)`.
  template <class T, class U>
  void output(const side_output<T>& tag, U&& value) {
    output(tag, std::forward<U>(value), this->time());
  }
  template <class T, class U>
  void output(const side_output<T>& tag, U&& value, event_time time) {
    this->now().sides.emit(tag, std::forward<U>(value), time);
  }

  // How far event time has come at the input.
  event_time watermark() const { return this->now().context.watermark; }
  // When the handling of the batch began.
  weir::processing_time processing_time() const { return this->now().context.now; }
};

}  // namespace weir
