// SPDX-License-Identifier: Apache-2.0
// Operators on plain numbers, written against the operator contract alone, so that tests of the
// engine do not depend on the words users write jobs with. The n-th number happened n us after
// 1970, which makes every result of a job a matter of arithmetic.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "api/collector.hpp"
#include "api/job_graph.hpp"
#include "api/operator.hpp"

namespace weir {

using number = std::uint64_t;
using numbers = batch_of<number>;

inline event_time time_of_number(number n) {
  return event_time{duration{static_cast<std::int64_t>(n)}};
}

// The numbers first, first + 1, ...
inline std::unique_ptr<numbers> batch_of_numbers(number first, std::size_t count) {
  auto made = std::make_unique<numbers>();
  for (number n = first; n < first + count; ++n) made->push(n, time_of_number(n));
  return made;
}

// Reads splits "k/n", each of which holds the numbers k, k + n, k + 2n, ... below `count`, in
// ascending order, and promises after each batch that event time has come that far.
class number_source final : public stream_operator {
public:
  explicit number_source(number count, std::size_t per_poll = 16)
      : count_{count}, per_poll_{per_poll} {}

  void open(operator_context& place) override {
    stream_operator::open(place);
    for (const auto& split : *place.splits) {
      const auto slash = split.id.find('/');
      offsets_.push_back(std::stoull(split.id));
      step_ = std::stoull(split.id.substr(slash + 1));
    }
    std::sort(offsets_.begin(), offsets_.end());
  }

  void process(std::uint32_t, record_batch&) override {}

  poll_result poll() override {
    if (offsets_.empty()) return {poll_result::kind::ended, {}};
    while (batch_.size() < per_poll_ && next() < count_) {
      batch_.push(next(), time_of_number(next()));
      if (++turn_ == offsets_.size()) {
        turn_ = 0;
        round_ += step_;
      }
    }
    if (batch_.empty()) return {poll_result::kind::ended, {}};
    const auto reached = batch_.time_of(batch_.size() - 1);
    context().counters.records_out += batch_.size();
    emit(batch_);
    batch_.clear();
    context().watermarks->emit_watermark(reached);
    return {poll_result::kind::more, {}};
  }

  bool makes_watermarks() const override { return true; }

private:
  number next() const { return round_ + offsets_[turn_]; }

  number count_;
  std::size_t per_poll_;
  std::vector<number> offsets_;
  number step_ = 1;
  number round_ = 0;
  std::size_t turn_ = 0;
  numbers batch_;
};

// Adds `amount` to every number, in place.
class adding_map final : public stream_operator {
public:
  explicit adding_map(number amount) : amount_{amount} {}
  void process(std::uint32_t, record_batch& batch) override {
    for (auto& value : numbers::of(batch).values) value += amount_;
    context().counters.records_in += batch.size();
    emit(batch);
  }

private:
  number amount_;
};

// Passes everything on, but throws on one number.
class throwing_map final : public stream_operator {
public:
  explicit throwing_map(number unlucky) : unlucky_{unlucky} {}
  void process(std::uint32_t, record_batch& batch) override {
    for (const number value : numbers::of(batch).values) {
      if (value == unlucky_) throw std::runtime_error{std::to_string(value) + " is unlucky"};
    }
    emit(batch);
  }

private:
  number unlucky_;
};

// Emits every number `times` times, however much that is for one event.
class repeating_map final : public stream_operator {
public:
  explicit repeating_map(number times) : times_{times} {}
  void open(operator_context& place) override {
    stream_operator::open(place);
    out_ = std::make_unique<collector<number>>(place);
  }
  void process(std::uint32_t, record_batch& batch) override {
    const auto& in = numbers::of(batch);
    for (std::size_t i = 0; i < in.size(); ++i) {
      for (number n = 0; n < times_; ++n) out_->emit(in.values[i], in.time_of(i));
    }
    out_->flush();
  }

private:
  number times_;
  std::unique_ptr<collector<number>> out_;
};

inline constexpr number key_count = 16;
inline number key_of_number(number n) { return n % key_count; }

// Sums up the numbers of each key and emits the sums at the end of input, one in each slice.
class keyed_sum final : public stream_operator {
public:
  void open(operator_context& place) override {
    stream_operator::open(place);
    out_ = std::make_unique<collector<number>>(place);
  }
  void process(std::uint32_t, record_batch& batch) override {
    for (const number value : numbers::of(batch).values) sums_[key_of_number(value)] += value;
  }
  bool finish() override {
    if (!sums_.empty()) {
      out_->emit(sums_.begin()->second, context().watermark);
      sums_.erase(sums_.begin());
      out_->flush();
    }
    return sums_.empty();
  }

private:
  std::map<number, number> sums_;
  std::unique_ptr<collector<number>> out_;
};

// Counts the numbers of each window of event time and emits the count once the watermark has
// passed the window, one window in each slice. Late numbers are dropped and counted.
class window_count final : public stream_operator {
public:
  explicit window_count(number width) : width_{width} {}
  void open(operator_context& place) override {
    stream_operator::open(place);
    out_ = std::make_unique<collector<number>>(place);
  }
  void process(std::uint32_t, record_batch& batch) override {
    const auto& in = numbers::of(batch);
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (in.time_of(i) <= context().watermark) {
        ++context().counters.late_dropped;
      } else {
        ++counts_[in.values[i] / width_];
      }
    }
  }
  bool advance_to(event_time watermark) override {
    if (counts_.empty() || watermark < end_of(counts_.begin()->first)) return true;
    out_->emit(counts_.begin()->second, watermark);
    counts_.erase(counts_.begin());
    out_->flush();
    return false;
  }

private:
  event_time end_of(number window) const { return time_of_number((window + 1) * width_ - 1); }

  number width_;
  std::map<number, number> counts_;
  std::unique_ptr<collector<number>> out_;
};

// What the sinks of a job have seen. Shared by all of its subtasks, on whatever threads they run.
class sink_results {
public:
  void add(const numbers& batch) {
    const std::scoped_lock lock{guard_};
    seen_.insert(seen_.end(), batch.values.begin(), batch.values.end());
  }
  void on_opened() {
    const std::scoped_lock lock{guard_};
    ++opened_;
  }
  void on_closed(bool failed) {
    const std::scoped_lock lock{guard_};
    ++(failed ? abandoned_ : finished_);
  }

  std::vector<number> seen() const {
    const std::scoped_lock lock{guard_};
    return seen_;
  }
  number sum() const {
    number total = 0;
    for (const number each : seen()) total += each;
    return total;
  }
  std::uint32_t opened() const {
    const std::scoped_lock lock{guard_};
    return opened_;
  }
  std::uint32_t finished() const {
    const std::scoped_lock lock{guard_};
    return finished_;
  }
  std::uint32_t abandoned() const {
    const std::scoped_lock lock{guard_};
    return abandoned_;
  }

private:
  mutable std::mutex guard_;
  std::vector<number> seen_;
  std::uint32_t opened_ = 0;
  std::uint32_t finished_ = 0;
  std::uint32_t abandoned_ = 0;
};

class collecting_sink final : public stream_operator {
public:
  // `results` outlives the sink.
  explicit collecting_sink(sink_results& results) : results_{&results} {}
  void open(operator_context& place) override {
    stream_operator::open(place);
    results_->on_opened();
  }
  void process(std::uint32_t, record_batch& batch) override {
    context().counters.records_in += batch.size();
    results_->add(numbers::of(batch));
  }
  void close(bool failed) override { results_->on_closed(failed); }

private:
  sink_results* results_;
};

}  // namespace weir
