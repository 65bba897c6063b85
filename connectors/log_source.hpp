// SPDX-License-Identifier: Apache-2.0
// Reads a topic of a replayable log, partition by partition:
//
//   env.from(log_source(log, "payments", [](const log_record& each) { return parse(*each.value);
//   }),
//            bounded_out_of_orderness(30s))
//
// What a record happened is the record's time. Checkpoints hold the offsets; the log's own memory
// of what a group has read is not used. Only committed records are read. Partitions that are added
// while the job runs are not read. A topic without an end may have idle partitions: choose
// .with_idleness(...) for them, or they hold back event time.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/record_batch.hpp"
#include "api/replayable_log.hpp"
#include "api/source.hpp"
#include "connectors/log_reading.hpp"
#include "connectors/malformed.hpp"

namespace weir {

// The value as it is. Errors (malformed_record): a record without one.
struct log_value_text {
  result<std::string> operator()(const log_record& record) const {
    if (record.value) return *record.value;
    return error{error_code::malformed_record, "the record has no value"};
  }
};

// What a deserializer makes: it returns a T, or a result<T> whose error says what is malformed.
template <class Made>
struct deserialized {
  using type = Made;
};
template <class T>
struct deserialized<result<T>> {
  using type = T;
};

template <class Deserializer>
using deserialized_by = typename deserialized<
    std::remove_cvref_t<std::invoke_result_t<const Deserializer&, const log_record&>>>::type;

template <class T, class Deserializer>
class log_reader final : public source_reader<T> {
public:
  log_reader(log_reading reading, Deserializer deserialize, malformed choice)
      : reading_{std::move(reading)}, deserialize_{std::move(deserialize)}, choice_{choice} {}

  result<poll_status> poll(processing_time now, polled<T>& out) override {
    auto read = reading_.poll(now, records_per_batch<T>());
    if (!read) return read.failure();
    offsets_.clear();
    split_ = read->split;
    out.retry_at = read->retry_at;
    if (read->what != poll_status::more_available) return read->what;
    out.split = read->split;
    out.has_times = true;
    for (const auto& each : read->records) {
      result<T> made = deserialize_(each);
      if (made) {
        offsets_.push_back(each.offset);
        out.records.push(std::move(*made), each.time);
        continue;
      }
      if (choice_ == malformed::skip) {
        ++skipped_;
        continue;
      }
      // Those before it go on their way first.
      if (offsets_.empty()) return explain(each, made.failure());
      reading_.go_back(each.offset);
      return poll_status::more_available;
    }
    out.split_ended = read->has_ended;
    return poll_status::more_available;
  }

  std::vector<source_split> positions() const override { return reading_.positions(); }

  std::string place_of(std::size_t i) const override {
    return i < offsets_.size() ? place_at(offsets_[i]) : std::string{};
  }
  std::uint64_t malformed_skipped() const override { return skipped_; }

private:
  std::string place_at(std::uint64_t offset) const {
    return to_string(reading_.partition(split_)) + ": offset " + std::to_string(offset);
  }
  error explain(const log_record& of, const error& cause) const {
    return {
        error_code::malformed_record,
        place_at(of.offset) + ": " + cause.message +
            "; write records as the job expects them, or choose .on_malformed(malformed::skip)"};
  }

  log_reading reading_;
  Deserializer deserialize_;
  malformed choice_;
  std::uint64_t skipped_ = 0;
  std::uint32_t split_ = 0;             // Of the last poll,
  std::vector<std::uint64_t> offsets_;  // and of its records.
};

// Made by `log_source`.
template <class Deserializer>
class log_source_of {
public:
  using value_type = deserialized_by<Deserializer>;

  log_source_of(std::shared_ptr<replayable_log> log, std::string topic, Deserializer deserialize)
      : log_{std::move(log)}, topic_{std::move(topic)}, deserialize_{std::move(deserialize)} {}

  // Ends where the partitions have their ends when the job begins for the first time.
  log_source_of bounded() const {
    auto changed = *this;
    changed.is_bounded_ = true;
    return changed;
  }
  // Begins behind what is there when the job begins for the first time; otherwise with the first
  // record that is still there.
  log_source_of from_the_end() const {
    auto changed = *this;
    changed.start_ = log_start::at_the_end;
    return changed;
  }
  // Records that the deserializer cannot read: they fail the job (the default), or are skipped and
  // counted.
  log_source_of on_malformed(malformed choice) const {
    auto changed = *this;
    changed.malformed_ = choice;
    return changed;
  }

  std::string name() const { return "log_source(" + topic_ + ")"; }
  bool is_bounded() const { return is_bounded_ || log_->is_bounded(); }

  result<std::vector<source_split>> discover_splits(const source_context&) const {
    auto splits = discover_log_splits(*log_, topic_, start_, is_bounded());
    if (!splits) return within(name(), splits.failure());
    return splits;
  }

  result<std::unique_ptr<source_reader<value_type>>> open(const source_context&,
                                                          std::vector<source_split> splits) const {
    std::vector<log_cursor> cursors;
    for (const auto& each : splits) {
      auto cursor = parse_log_cursor(topic_, each);
      if (!cursor) return within(name(), cursor.failure());
      cursors.push_back(std::move(*cursor));
    }
    return std::unique_ptr<source_reader<value_type>>{
        std::make_unique<log_reader<value_type, Deserializer>>(
            log_reading{log_, std::move(cursors)}, deserialize_, malformed_)};
  }

private:
  std::shared_ptr<replayable_log> log_;
  std::string topic_;
  Deserializer deserialize_;
  bool is_bounded_ = false;
  log_start start_ = log_start::at_the_beginning;
  malformed malformed_ = malformed::fail;
};

// `deserialize` is a function of a `const log_record&`, copied into every reader.
template <class Deserializer = log_value_text>
  requires std::invocable<const Deserializer&, const log_record&> log_source_of<Deserializer>
  log_source(std::shared_ptr<replayable_log> log, std::string topic,
             Deserializer deserialize = {}) {
    return {std::move(log), std::move(topic), std::move(deserialize)};
  }

}  // namespace weir
