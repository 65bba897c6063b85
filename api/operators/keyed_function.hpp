// SPDX-License-Identifier: Apache-2.0
// What every operator around a keyed user function has: the key at hand, state, timers, results.
// keyed_process and keyed_co_process differ only in where their records come from.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/function.hpp"
#include "api/keyed_process_context.hpp"
#include "api/operators/guarded.hpp"
#include "api/operators/saved_part.hpp"

namespace weir {

// The timers that one reaction of the engine handles before it lets others have a turn.
inline constexpr std::size_t timers_per_turn = 4096;

template <class Key, class Out, class Function>
class keyed_function {
public:
  using context_type = keyed_process_context<Key, Out>;

  // `context` outlives the function.
  keyed_function(operator_context& context, Function function,
                 std::shared_ptr<const side_output_ports> sides)
      : context_{context},
        function_{std::move(function)},
        now_{context, std::move(sides)},
        event_timers_{adopt<event_time>("event-timers")},
        processing_timers_{adopt<processing_time>("processing-timers")},
        state_{*context.state, current_, time_},
        operator_state_{context} {
    if constexpr (has_open_without_key<Function>) function_.open(operator_state_);
    if constexpr (has_open<Function, Key>) {
      function_.open(state_);
      if (!state_.goes_by_event_time()) return;
      for (const event_time time : restored_parts<event_time>(context, event_time_part)) {
        time_.advance_to(time);
      }
    }
  }

  // Calls `handle(function, view)` with `key` as the current one.
  template <class Handle>
  void handle(const Key& key, event_time time, Handle&& handle) {
    current_.set(key);
    now_.time = time;
    handle(function_, view_);
  }

  // Calls `handle(function, now)` without a key.
  template <class Handle>
  void handle_without_key(event_time time, Handle&& handle) {
    now_.time = time;
    handle(function_, now_);
  }

  // The end of a batch.
  void flush() {
    current_.unset();
    now_.flush();
    state_.remove_expired();
  }

  // Operator state, and what state with a time to live by event time needs before watermarks come.
  void snapshot(state_parts& parts) const {
    operator_state_.save(parts);
    if (state_.goes_by_event_time()) {
      save_part(parts, event_time_part, time_.template now<event_time>());
    }
  }

  // Fires timers of event time up to `watermark`; false while more are due.
  bool advance_to(event_time watermark) {
    const bool is_done = fire(event_timers_, watermark, [this](event_time time) {
      now_.time = time;
      time_.advance_to(time);
      if constexpr (has_on_timer<Function, context_type>) function_.on_timer(time, view_);
    });
    if (is_done) time_.advance_to(watermark);
    return is_done;
  }
  // The same for processing time. What these emit has the time of the watermark.
  bool on_processing_time(processing_time now) {
    return fire(processing_timers_, now, [this](processing_time time) {
      now_.time = context_.watermark;
      if constexpr (has_on_processing_timer<Function, context_type>) {
        function_.on_processing_timer(time, view_);
      }
    });
  }
  std::optional<processing_time> next_processing_timer() const {
    return processing_timers_.next_time();
  }

  // What it emits without a time of its own has the time of the last record or timer.
  void finish() {
    if constexpr (has_finish<Function, process_context<Out>>) {
      process_context<Out> view{now_};
      function_.finish(view);
      now_.flush();
    }
  }

private:
  static constexpr const char* event_time_part = "event-time";

  template <class Time>
  timer_queue<Key, Time>& adopt(std::string name) {
    auto queue = std::make_unique<timer_queue<Key, Time>>(*context_.state);
    auto& adopted = *queue;
    context_.state->adopt(std::move(name), std::move(queue));
    return adopted;
  }

  template <class Time, class Call>
  bool fire(timer_queue<Key, Time>& timers, Time up_to, Call&& call) {
    for (std::size_t fired = 0; fired < timers_per_turn; ++fired) {
      auto due = timers.pop_due(up_to);
      if (!due) break;
      current_.set(due->key);
      if (auto cause = cause_of_failure([&] { call(due->time); })) {
        std::string key;
        if constexpr (printable<Key>) key = "key " + to_text(due->key);
        handle_user_error(context_, std::move(key), std::move(*cause), 0, beginning_of_time,
                          "the timer of " + to_string(due->time));
      }
    }
    flush();
    const std::optional<Time> next = timers.next_time();
    return !next || *next > up_to;
  }

  operator_context& context_;
  Function function_;
  invocation<Out> now_;
  current_key<Key> current_;
  timer_queue<Key, event_time>& event_timers_;
  timer_queue<Key, processing_time>& processing_timers_;
  keyed_timers<Key> timers_{current_, event_timers_, processing_timers_};
  context_type view_{now_, current_, timers_};
  state_time time_{context_, now_.time};
  keyed_state<Key> state_;
  operator_state operator_state_;
};

}  // namespace weir
