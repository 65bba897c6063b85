// SPDX-License-Identifier: Apache-2.0
// Gathers single results into batches. An operator that emits one record at a time writes into a
// collector and flushes it at the end of each call from the engine.
#pragma once

#include <utility>

#include "api/operator.hpp"

namespace weir {

template <class Out>
class collector {
public:
  // `context` outlives the collector.
  explicit collector(operator_context& context, std::uint32_t port = 0)
      : context_{&context}, port_{port} {
    batch_.values.reserve(records_per_batch<Out>());
  }

  template <class U>
  void emit(U&& value, event_time time) {
    batch_.push(std::forward<U>(value), time);
    if (batch_.full()) flush();
  }
  // With the time of the last call of `set_time`.
  template <class U>
  void emit(U&& value) {
    emit(std::forward<U>(value), time_);
  }
  void set_time(event_time time) { time_ = time; }

  void flush() {
    if (batch_.empty()) return;
    if (port_ == 0) context_->counters.records_out += batch_.size();
    context_->ports[port_]->emit(batch_);
    batch_.clear();
  }

private:
  operator_context* context_;
  std::uint32_t port_;
  event_time time_ = beginning_of_time;
  batch_of<Out> batch_;
};

}  // namespace weir
