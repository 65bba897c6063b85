// SPDX-License-Identifier: Apache-2.0
// Records that are written down in the program: for samples, tests, and small reference tables.
//
//   env.from(collection({1, 2, 3}))
//   env.from(collection<std::string>({"to be or not to be"}))
//   env.from(timed_collection<trade>({{{"ACME", 12.5}, *parse_event_time("2001-01-01T09:00Z")}}))
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/record_batch.hpp"
#include "api/source.hpp"
#include "connectors/index_range.hpp"

namespace weir {

// The elements, and when each happened if the program says so. Shared by all copies of a source.
template <class T>
struct collected_records {
  column<T> values;
  std::vector<event_time> times;  // Empty, or one for each value.
};

template <class T>
class collection_reader final : public source_reader<T> {
public:
  collection_reader(std::shared_ptr<const collected_records<T>> records,
                    std::vector<index_range> ranges)
      : records_{std::move(records)}, ranges_{std::move(ranges)} {}

  result<poll_status> poll(processing_time, polled<T>& out) override {
    if (current_ == ranges_.size()) return poll_status::end_of_input;
    auto& range = ranges_[current_];
    out.split = static_cast<std::uint32_t>(current_);
    out.has_times = !records_->times.empty();
    const auto count = std::min<std::uint64_t>(range.left(), records_per_batch<T>());
    first_ = range.next;
    range.next += count;
    for (auto i = first_; i < range.next; ++i) {
      out.records.push(records_->values[i], out.has_times ? records_->times[i] : beginning_of_time);
    }
    out.split_ended = range.is_exhausted();
    if (out.split_ended) ++current_;
    return poll_status::more_available;
  }

  std::vector<source_split> positions() const override { return to_source_splits(ranges_); }

  std::string place_of(std::size_t i) const override {
    return "collection: element " + std::to_string(first_ + i + 1);
  }

private:
  std::shared_ptr<const collected_records<T>> records_;
  std::vector<index_range> ranges_;
  std::size_t current_ = 0;
  std::uint64_t first_ = 0;  // Of the last poll.
};

// Each subtask reads a contiguous part. Made by `collection` and `timed_collection`.
template <class T>
class collection_source {
public:
  using value_type = T;

  // REQUIRES: no times, or one for each value.
  explicit collection_source(collected_records<T> records)
      : records_{std::make_shared<const collected_records<T>>(std::move(records))} {
    WEIR_ASSERT(records_->times.empty() || records_->times.size() == records_->values.size());
  }

  std::string name() const { return "collection"; }
  bool is_bounded() const { return true; }

  result<std::vector<source_split>> discover_splits(const source_context& context) const {
    return to_source_splits(contiguous_ranges(records_->values.size(), context.parallelism));
  }

  result<std::unique_ptr<source_reader<T>>> open(const source_context&,
                                                 std::vector<source_split> splits) const {
    auto ranges = parse_index_ranges(name(), splits);
    if (!ranges) return ranges.failure();
    for (const auto& range : *ranges) {
      if (range.end <= records_->values.size() && range.stride == 1) continue;
      return error{error_code::corrupt_data, "collection: the split " + to_source_split(range).id +
                                                 " is not in its " +
                                                 std::to_string(records_->values.size()) +
                                                 " elements; was the job "
                                                 "changed since its positions were stored?"};
    }
    return std::unique_ptr<source_reader<T>>{
        std::make_unique<collection_reader<T>>(records_, std::move(*ranges))};
  }

private:
  std::shared_ptr<const collected_records<T>> records_;
};

template <class T>
collection_source<T> collection(const std::vector<T>& elements) {
  return collection_source<T>{{column<T>(elements.begin(), elements.end()), {}}};
}

template <class T>
collection_source<T> collection(std::initializer_list<T> elements) {
  return collection_source<T>{{column<T>(elements.begin(), elements.end()), {}}};
}

// Elements with the time at which each happened.
template <class T>
collection_source<T> timed_collection(const std::vector<std::pair<T, event_time>>& elements) {
  collected_records<T> records;
  for (const auto& [value, time] : elements) {
    records.values.push_back(value);
    records.times.push_back(time);
  }
  return collection_source<T>{std::move(records)};
}

}  // namespace weir
