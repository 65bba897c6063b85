// SPDX-License-Identifier: Apache-2.0
// Records that a function makes from their number: load for benchmarks, tests and trials.
//
//   env.from(generator(1'000'000, [](std::uint64_t i) { return trade_number(i); }))
//   env.from(generator(unbounded, make_trade).at_rate(50'000))
//
// The function must depend on the number alone: then a restored job makes the same records again.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/record_batch.hpp"
#include "api/source.hpp"
#include "connectors/index_range.hpp"
#include "connectors/pace.hpp"

namespace weir {

// The count of a generator that never ends.
inline constexpr std::uint64_t unbounded = index_range::unbounded;

// Appends fn(first), fn(first + stride), ... to `batch`.
template <class T, class Fn>
void generate(batch_of<T>& batch, Fn& fn, std::uint64_t first, std::uint64_t stride,
              std::uint64_t count) {
  auto& values = batch.values;
  if constexpr (std::is_trivially_copyable_v<T> && std::default_initializable<T> &&
                !std::is_same_v<T, bool>) {
    // Without a check of the capacity for each record the loop stays open to vector instructions.
    const auto size = values.size();
    values.resize(size + count);
    T* const to = values.data() + size;
    for (std::uint64_t i = 0; i < count; ++i) to[i] = static_cast<T>(fn(first + i * stride));
  } else {
    values.reserve(values.size() + count);
    for (std::uint64_t i = 0; i < count; ++i) values.emplace_back(fn(first + i * stride));
  }
}

template <class T, class Fn>
class generator_reader final : public source_reader<T> {
public:
  // `per_second`: of the whole source; a range of stride n makes an n-th of it.
  generator_reader(Fn fn, std::vector<index_range> ranges, std::optional<double> per_second)
      : fn_{std::move(fn)}, ranges_{std::move(ranges)}, ended_(ranges_.size(), false) {
    if (!per_second) return;
    for (const auto& range : ranges_) {
      paces_.emplace_back(*per_second / static_cast<double>(range.stride));
    }
  }

  // The ranges take turns, so that none of an unbounded source is forgotten.
  result<poll_status> poll(processing_time now, polled<T>& out) override {
    std::optional<processing_time> retry_at;
    for (std::size_t tries = 0; tries < ranges_.size(); ++tries) {
      const auto i = turn_;
      turn_ = (turn_ + 1) % ranges_.size();
      if (ended_[i]) continue;
      if (make_some(i, now, out)) return poll_status::more_available;
      const auto due = paces_[i].next_due();
      retry_at = retry_at ? std::min(*retry_at, due) : due;
    }
    if (!retry_at) return poll_status::end_of_input;
    out.retry_at = *retry_at;
    return poll_status::nothing_available;
  }

  std::vector<source_split> positions() const override { return to_source_splits(ranges_); }

  std::string place_of(std::size_t i) const override {
    return "generator: index " + std::to_string(first_ + i * stride_);
  }

private:
  // False if nothing is due yet.
  bool make_some(std::size_t i, processing_time now, polled<T>& out) {
    auto& range = ranges_[i];
    auto count = std::min<std::uint64_t>(range.left(), records_per_batch<T>());
    if (!paces_.empty() && count > 0) {
      count = std::min(count, paces_[i].due(now));
      if (count == 0) return false;
      paces_[i].take(count);
    }
    first_ = range.next;
    stride_ = range.stride;
    generate(out.records, fn_, first_, stride_, count);
    range.next += count * range.stride;
    out.split = static_cast<std::uint32_t>(i);
    out.split_ended = ended_[i] = range.is_exhausted();
    return true;
  }

  Fn fn_;
  std::vector<index_range> ranges_;
  std::vector<bool> ended_;  // And told so.
  std::vector<pace> paces_;  // One for each range, or none at all.
  std::size_t turn_ = 0;
  std::uint64_t first_ = 0;  // Of the last poll.
  std::uint64_t stride_ = 1;
};

// Made by `generator`.
template <class T, class Fn>
class generator_source {
public:
  using value_type = T;

  generator_source(std::uint64_t count, Fn fn) : count_{count}, fn_{std::move(fn)} {}

  // How many records the whole source makes in a second, at most and on average. More than 0.
  generator_source at_rate(double records_per_second) const {
    auto changed = *this;
    changed.per_second_ = records_per_second;
    return changed;
  }

  std::string name() const { return "generator"; }
  bool is_bounded() const { return count_ != unbounded; }

  // Contiguous ranges; with a rate or without an end every n-th index, so that the numbers of all
  // subtasks grow together.
  result<std::vector<source_split>> discover_splits(const source_context& context) const {
    if (per_second_ && !(std::isfinite(*per_second_) && *per_second_ > 0)) {
      return error{error_code::invalid_argument,
                   "generator: at_rate(" + std::to_string(*per_second_) +
                       "): a rate is a number of records per second greater than 0"};
    }
    const bool is_dealt = per_second_ || !is_bounded();
    return to_source_splits(is_dealt ? strided_ranges(count_, context.parallelism)
                                     : contiguous_ranges(count_, context.parallelism));
  }

  result<std::unique_ptr<source_reader<T>>> open(const source_context&,
                                                 std::vector<source_split> splits) const {
    auto ranges = parse_index_ranges(name(), splits);
    if (!ranges) return ranges.failure();
    return std::unique_ptr<source_reader<T>>{
        std::make_unique<generator_reader<T, Fn>>(fn_, std::move(*ranges), per_second_)};
  }

private:
  std::uint64_t count_;
  Fn fn_;
  std::optional<double> per_second_;
};

// `count` records, fn(0) to fn(count - 1), or `unbounded`. T may be left out: it is what fn
// returns. Another T is converted to.
template <class T = void, std::invocable<std::uint64_t> Fn>
auto generator(std::uint64_t count, Fn fn) {
  using made = std::remove_cvref_t<std::invoke_result_t<Fn&, std::uint64_t>>;
  using value = std::conditional_t<std::is_void_v<T>, made, T>;
  return generator_source<value, Fn>{count, std::move(fn)};
}

}  // namespace weir
