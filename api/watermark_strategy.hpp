// SPDX-License-Identifier: Apache-2.0
// When records happened, and how far event time has come: what a source or `assign_watermarks` is
// told about time.
//
//   env.from(csv_of<flight>(path), bounded_out_of_orderness(12h, &flight::scheduled))
//   env.from(kafka, monotonous().with_idleness(30s))      // The times that the source knows.
//
// A strategy is a small copyable description that learns the type of the records where it is used;
// every split of a source gets a generator of its own.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "api/watermark_generator.hpp"
#include "api/window.hpp"

namespace weir {

// `Maker` has `template <class T> std::unique_ptr<watermark_generator<T>> make() const` and
// `std::optional<error> problem() const`.
template <class Maker>
class watermark_strategy {
public:
  explicit watermark_strategy(Maker maker) : maker_{std::move(maker)} {}

  // A split without records for `span` of processing time holds event time back no longer, until it
  // brings records again. Meant for splits that are read side by side, such as partitions of a
  // topic, not for the files of a directory that are read one after the other.
  watermark_strategy with_idleness(duration span) const {
    watermark_strategy changed{*this};
    changed.idleness_ = span;
    return changed;
  }
  std::optional<duration> idleness() const { return idleness_; }

  // A negative bound, a span of idleness that is not positive.
  std::optional<error> problem() const {
    if (idleness_ && *idleness_ <= duration::zero()) {
      return error{error_code::invalid_argument,
                   "with_idleness(" + to_string(*idleness_) + "): the span must be positive"};
    }
    return maker_.problem();
  }

  template <class T>
  std::unique_ptr<watermark_generator<T>> make_generator() const {
    return maker_.template make<T>();
  }

private:
  Maker maker_;
  std::optional<duration> idleness_;
};

template <class Strategy>
inline constexpr bool is_watermark_strategy = false;
template <class Maker>
inline constexpr bool is_watermark_strategy<watermark_strategy<Maker>> = true;

namespace strategies {

template <class T, class Function>
constexpr void require_timestamp_function() {
  static_assert(timestamp_function_for<Function, T>,
                "watermarks: the timestamp function must be callable as event_time f(const T&), "
                "where T is the type of the stream's records");
}

template <class Function>
struct bounded {
  duration bound;
  Function time_of;

  std::optional<error> problem() const {
    if (bound >= duration::zero()) return std::nullopt;
    return error{error_code::invalid_argument, "bounded_out_of_orderness(" + to_string(bound) +
                                                   "): the bound must not be negative"};
  }
  template <class T>
  std::unique_ptr<watermark_generator<T>> make() const {
    require_timestamp_function<T, Function>();
    return std::make_unique<bounded_generator<T, Function>>(bound, time_of);
  }
};

template <class Function, class Mark>
struct punctuated {
  Function time_of;
  Mark mark;

  std::optional<error> problem() const { return std::nullopt; }
  template <class T>
  std::unique_ptr<watermark_generator<T>> make() const {
    require_timestamp_function<T, Function>();
    static_assert(
        std::is_invocable_r_v<std::optional<event_time>, const Mark&, const T&> ||
            std::is_invocable_r_v<bool, const Mark&, const T&>,
        "punctuated: the second function must be callable as bool f(const T&) or "
        "std::optional<event_time> f(const T&), where T is the type of the stream's records");
    return std::make_unique<punctuated_generator<T, Function, Mark>>(time_of, mark);
  }
};

template <class Generator>
struct custom {
  Generator generator;

  std::optional<error> problem() const { return std::nullopt; }
  template <class T>
  std::unique_ptr<watermark_generator<T>> make() const {
    static_assert(
        requires(Generator & g, const T& record, event_time known) {
          { g.on_record(record, known) } -> std::convertible_to<event_time>;
          { g.watermark() } -> std::convertible_to<event_time>;
        },
        "custom_watermarks: the generator needs event_time on_record(const T&, event_time known) "
        "and event_time watermark(), where T is the type of the stream's records");
    return std::make_unique<custom_generator<T, Generator>>(generator);
  }
};

template <template <class> class Generator>
struct without_settings {
  std::optional<error> problem() const { return std::nullopt; }
  template <class T>
  std::unique_ptr<watermark_generator<T>> make() const {
    return std::make_unique<Generator<T>>();
  }
};

}  // namespace strategies

// The records of a split are at most `bound` out of order: the watermark is the greatest time seen
// - bound - 1us. `time_of`: event_time f(const T&), or a pointer to member.
template <class Bound, class Function = known_times>
auto bounded_out_of_orderness(Bound bound, Function time_of = {}) {
  return watermark_strategy{strategies::bounded<Function>{to_duration(bound), std::move(time_of)}};
}

// The times of a split never go back: the watermark is the greatest time seen - 1us.
template <class Function = known_times>
auto monotonous(Function time_of = {}) {
  return bounded_out_of_orderness(duration::zero(), std::move(time_of));
}

// `mark` tells by a record how far event time has come: it answers std::optional<event_time>, or
// whether event time has come to the time of that record.
template <class Function, class Mark>
auto punctuated(Function time_of, Mark mark) {
  return watermark_strategy{
      strategies::punctuated<Function, Mark>{std::move(time_of), std::move(mark)}};
}

// A copyable generator of your own, copied for every split:
//   event_time on_record(const T& record, event_time known);  // When the record happened.
//   event_time watermark();                                   // Asked after every batch.
template <class Generator>
auto custom_watermarks(Generator generator) {
  return watermark_strategy{strategies::custom<Generator>{std::move(generator)}};
}

// A record happens when it is read. A source that brings its own times keeps them, and then its
// event time stays at the beginning until the input ends: such a source wants another strategy.
inline auto ingestion_time() {
  return watermark_strategy{strategies::without_settings<ingestion_generator>{}};
}

// The records keep their times, and event time stays at the beginning until the input ends.
inline auto no_watermarks() {
  return watermark_strategy{strategies::without_settings<silent_generator>{}};
}

}  // namespace weir
