// SPDX-License-Identifier: Apache-2.0
// Session windows: each key's records, cut where it paused for longer than the gap. A pause of
// exactly the gap does not end a session (as in Flink).
//
// 1. A key with sessions has exactly one timer, not later than the next thing to do for any of
// them.
//    A session that grows leaves its timer alone; the timer looks again when it is due. So a record
//    of a running session costs one table update and no timer.
// 2. Sessions fire in order of their ends. They are kept for the allowed lateness and then
// forgotten.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "api/operators/key_sessions.hpp"
#include "api/operators/saved_part.hpp"
#include "api/operators/staged_keys.hpp"
#include "api/operators/window_emitters.hpp"
#include "api/operators/window_slicing.hpp"
#include "api/timer_queue.hpp"

namespace weir {

template <class T, class KeyOf, class Aggregate, class Emitter>
class session_window final : public stream_operator {
public:
  // REQUIRES: neither the windows nor the options have a problem().
  session_window(session_windows windows, KeyOf key_of, Aggregate aggregate, Emitter emitter,
                 window_options options)
      : windows_{windows},
        keys_{std::move(key_of)},
        aggregate_{std::move(aggregate)},
        initial_{initial_accumulator<T>(aggregate_)},
        emitter_{std::move(emitter)},
        options_{options} {}

  void open(operator_context& context) override {
    require_encodable_accumulator<accumulator>();
    stream_operator::open(context);
    state_backend& backend = *context.state;
    sessions_ =
        static_cast<table*>(&backend.adopt("window-sessions", std::make_unique<table>(backend)));
    timers_ = static_cast<timers*>(
        &backend.adopt("window-session-timers", std::make_unique<timers>(backend)));
    results_.emplace(context);
    if (options_.emit_late) late_.emplace(context, options_.late_port);
    const auto saved = restored_parts<event_time>(context, "window-progress");
    if (!saved.empty()) open_from_ = *std::min_element(saved.begin(), saved.end());
  }

  void process(std::uint32_t, record_batch& records) override {
    auto& batch = batch_of<T>::of(records);
    const std::size_t received = batch.size();
    if (received == 0) return;
    keys_.stage(context(), batch);
    if (is_by_processing_time()) {
      batch.set_common_time(std::max(event_time_of(context().now), open_from_));
    }
    for (std::size_t i = 0; i < batch.size(); ++i) require_time_for_window(batch.time_of(i));
    sessions_->continue_growing(batch.size());
    guard_loop(context(), batch, 0, [&](std::size_t i) {
      keys_.prefetch_ahead_of(i, *sessions_);
      if (keys_.has(i)) take_in(batch, i);
    });
    context().counters.records_in += received;
    flush();
  }

  bool advance_to(event_time watermark) override {
    if (is_by_processing_time() && watermark < end_of_time) return true;
    return fire_until(first_open_moment(watermark));
  }
  bool on_processing_time(processing_time now) override {
    return !is_by_processing_time() || fire_until(event_time_of(now));
  }
  std::optional<processing_time> next_processing_timer() const override {
    if (!is_by_processing_time()) return std::nullopt;
    const auto next = timers_->next_time();
    if (!next) return std::nullopt;
    return processing_time{next->time_since_epoch()};
  }
  bool finish() override { return fire_until(end_of_time); }

  void snapshot(checkpoint_id, state_parts& parts) override {
    save_part(parts, "window-progress", open_from_);
  }

private:
  using keys = staged_keys<T, KeyOf, collecting_aggregate<Aggregate>>;
  using key_type = typename keys::key_type;
  using accumulator = accumulator_of<Aggregate, T>;
  using session_type = open_session<accumulator>;
  using sessions_of_key = key_sessions<accumulator>;
  using table = flat_table<key_type, sessions_of_key>;
  using timers = timer_queue<key_type>;
  using out = typename Emitter::output;

  static_assert(aggregate_of<Aggregate, T>);

  // A timer is good for one result, nearly always.
  static constexpr std::size_t timers_per_call = 16 * records_per_batch<out>();

  bool is_by_processing_time() const { return windows_.domain == time_domain::processing; }
  bool is_over_at(event_time now, const window& span) const {
    return span.end + options_.allowed_lateness <= now;
  }

  void take_in(batch_of<T>& batch, std::size_t i) {
    const key_type& key = keys_.key(i);
    const std::uint64_t hash = keys_.hash(i);
    const event_time time = batch.time_of(i);
    const window span{time, time + windows_.gap};
    if (is_over_at(open_from_, span)) {
      const sessions_of_key* open = sessions_->find(key, hash);
      if (open == nullptr || !open->touches(span)) return drop_late(batch, i);
    }
    sessions_->update(key, hash, [&](sessions_of_key& of_key) {
      session_type& joined = of_key.join(span, aggregate_, initial_,
                                         [&](accumulator& to) { add_record(to, batch, i); });
      if (joined.span.end <= open_from_) fire(key, joined);
      set_timer(key, of_key, next_turn(joined));
    });
  }

  void add_record(accumulator& to, batch_of<T>& batch, std::size_t i) {
    if constexpr (collecting_aggregate<Aggregate>) {
      aggregate_.take(to, std::move(batch.values[i]));
    } else {
      const T& record = batch.values[i];
      aggregate_.add(to, record);
    }
  }

  void drop_late(batch_of<T>& batch, std::size_t i) {
    ++context().counters.late_dropped;
    if (late_) late_->emit(std::move(batch.values[i]), batch.time_of(i));
  }

  // When there is something to do for a session: fire it, or forget it.
  event_time next_turn(const session_type& of) const {
    return of.has_fired ? of.span.end + options_.allowed_lateness : of.span.end;
  }

  void set_timer(const key_type& key, sessions_of_key& of_key, event_time time) {
    if (of_key.alarm <= time) return;
    if (of_key.alarm != end_of_time) timers_->erase(of_key.alarm, key);
    timers_->set(time, key);
    of_key.alarm = time;
  }

  void fire(const key_type& key, session_type& which) {
    results_->set_time(which.span.last());
    emitter_(key, which.span, aggregate_.result(which.of), *results_);
    which.has_fired = true;
  }

  // Fires what ends at `open` or before.
  bool fire_until(event_time open) {
    open_from_ = std::max(open_from_, open);
    std::size_t budget = timers_per_call;
    while (budget > 0) {
      const auto due = timers_->pop_due(open_from_);
      if (!due) break;
      on_timer(due->time, due->key);
      --budget;
    }
    flush();
    return budget > 0;
  }

  // Cannot be, unless what was restored is not what was saved.
  [[noreturn]] static void fail_without_sessions() {
    throw task_failure{{error_code::corrupt_data,
                        "a key has a timer but no session; the checkpoint is damaged, restore an "
                        "older one"}};
  }

  void on_timer(event_time time, const key_type& key) {
    const std::uint64_t hash = hash_key(key);
    sessions_of_key* const found = sessions_->find(key, hash);
    if (found == nullptr) [[unlikely]]
      fail_without_sessions();
    sessions_of_key& of_key = *found;
    of_key.alarm = end_of_time;
    event_time next = end_of_time;
    of_key.for_each([&](session_type& each) {
      if (each.span.end <= time && !each.has_fired) fire(key, each);
      if (!is_over_at(time, each.span)) next = std::min(next, next_turn(each));
    });
    of_key.erase_if([&](const session_type& each) { return is_over_at(time, each.span); });
    if (of_key.empty()) {
      sessions_->erase(key, hash);
    } else {
      set_timer(key, of_key, next);
    }
  }

  void flush() {
    results_->flush();
    if (late_) late_->flush();
  }

  session_windows windows_;
  keys keys_;
  Aggregate aggregate_;
  accumulator initial_;
  Emitter emitter_;
  window_options options_;
  table* sessions_ = nullptr;  // These two are owned by the state backend.
  timers* timers_ = nullptr;
  std::optional<collector<out>> results_;
  std::optional<collector<T>> late_;
  event_time open_from_ = beginning_of_time;  // Windows that end by then have fired.
};

}  // namespace weir
