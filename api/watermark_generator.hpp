// SPDX-License-Identifier: Apache-2.0
// What watches the records of one split, gives them their times and says how far event time has
// come. The watermark t promises that no record with a time of t or earlier follows.
#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "api/operators/erase_records.hpp"
#include "api/operators/guarded.hpp"
#include "api/source.hpp"

namespace weir {

// How a batch came to a generator.
template <class T>
struct arrival {
  operator_context& context;
  bool has_times;                  // The records' times are their own, not that of their reading.
  const source_reader<T>* reader;  // Null in mid-stream.

  bool is_in_mid_stream() const { return reader == nullptr; }
};

template <class T>
class watermark_generator {
public:
  virtual ~watermark_generator() = default;
  // Gives the records their times, takes out those that the error policy skips, and returns the
  // watermark behind them; beginning_of_time is no promise.
  virtual event_time on_batch(batch_of<T>& batch, const arrival<T>& how) = 0;
};

// Stands for the function where the records' times are already right.
struct known_times {};

template <class Function, class T>
concept timestamp_function_for = std::same_as<Function, known_times> ||
    (std::invocable<Function&, const T&>&&
         std::convertible_to<std::invoke_result_t<Function&, const T&>, event_time>);

// `time - span`, but not before beginning_of_time. REQUIRES: span >= 0.
constexpr event_time earlier_by(event_time time, duration span) {
  return time.time_since_epoch() < duration::min() + span ? beginning_of_time : time - span;
}

// Calls `watch(record, time)` for every record, after giving it the time that `stamp(record, time
// known so far)` answers, under the error policy.
template <class T, class Stamp, class Watch>
void stamp_records(batch_of<T>& batch, const arrival<T>& how, Stamp&& stamp, Watch&& watch) {
  struct witness : skipped_records {
    const source_reader<T>* reader = nullptr;
    std::string place_of(std::size_t i) const { return reader ? reader->place_of(i) : ""; }
  } skipped;
  skipped.reader = how.reader;
  event_time* const times = batch.times().data();
  guard_loop(
      how.context, batch, 0,
      [&](std::size_t i) {
        const T& record = batch.values[i];
        const event_time time = stamp(record, times[i]);
        watch(record, time);
        times[i] = time;
      },
      skipped);
  erase_records(batch, skipped.positions);
}

// Event time follows the greatest time seen at a distance of `bound`.
template <class T, class Function>
class bounded_generator final : public watermark_generator<T> {
public:
  bounded_generator(duration bound, Function time_of)
      : bound_{bound}, time_of_{std::move(time_of)} {}

  event_time on_batch(batch_of<T>& batch, const arrival<T>& how) override {
    event_time greatest = greatest_;
    if constexpr (std::same_as<Function, known_times>) {
      if (batch.has_common_time()) {
        greatest = std::max(greatest, batch.common_time());
      } else {
        for (const event_time time : batch.times()) greatest = std::max(greatest, time);
      }
    } else {
      stamp_records(
          batch, how,
          [&](const T& record, event_time) -> event_time { return std::invoke(time_of_, record); },
          [&](const T&, event_time time) { greatest = std::max(greatest, time); });
    }
    greatest_ = greatest;
    return earlier_by(greatest_, bound_ + duration{1});
  }

private:
  duration bound_;
  Function time_of_;
  event_time greatest_ = beginning_of_time;
};

// Some records say themselves how far event time has come.
template <class T, class Function, class Mark>
class punctuated_generator final : public watermark_generator<T> {
public:
  punctuated_generator(Function time_of, Mark mark)
      : time_of_{std::move(time_of)}, mark_{std::move(mark)} {}

  event_time on_batch(batch_of<T>& batch, const arrival<T>& how) override {
    stamp_records(
        batch, how,
        [&](const T& record, event_time known) -> event_time {
          if constexpr (std::same_as<Function, known_times>)
            return known;
          else
            return std::invoke(time_of_, record);
        },
        [&](const T& record, event_time time) {
          if (const auto mark = mark_of(record, time)) watermark_ = std::max(watermark_, *mark);
        });
    return watermark_;
  }

private:
  std::optional<event_time> mark_of(const T& record, event_time time) {
    using answer = std::invoke_result_t<Mark&, const T&>;
    if constexpr (std::same_as<std::remove_cvref_t<answer>, bool>) {
      return std::invoke(mark_, record) ? std::optional{time} : std::nullopt;
    } else {
      return std::invoke(mark_, record);
    }
  }

  Function time_of_;
  Mark mark_;
  event_time watermark_ = beginning_of_time;
};

// The user's own.
template <class T, class Generator>
class custom_generator final : public watermark_generator<T> {
public:
  explicit custom_generator(Generator generator) : generator_{std::move(generator)} {}

  event_time on_batch(batch_of<T>& batch, const arrival<T>& how) override {
    stamp_records(
        batch, how,
        [&](const T& record, event_time known) { return generator_.on_record(record, known); },
        [](const T&, event_time) {});
    return generator_.watermark();
  }

private:
  Generator generator_;
};

// The time of reading, which never goes back.
template <class T>
class ingestion_generator final : public watermark_generator<T> {
public:
  event_time on_batch(batch_of<T>& batch, const arrival<T>& how) override {
    const event_time now = event_time_of(how.context.now);
    if (how.is_in_mid_stream()) {
      batch.set_common_time(now);
    } else if (how.has_times) {
      return beginning_of_time;
    }
    return earlier_by(now, duration{1});
  }
};

// Keeps the times and promises nothing.
template <class T>
class silent_generator final : public watermark_generator<T> {
public:
  event_time on_batch(batch_of<T>&, const arrival<T>&) override { return beginning_of_time; }
};

}  // namespace weir
