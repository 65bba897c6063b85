// SPDX-License-Identifier: Apache-2.0
// A log that can be read again: topics with partitions, and transactions on them, as Apache Kafka
// has them. Sources and sinks are written against this contract (connectors/log_source.hpp,
// connectors/log_sink.hpp), so that one job runs on a cluster of brokers and in a simulation.
//
// 1. A partition is a sequence of records. Offsets grow and are never used twice; there are gaps.
// 2. A transaction appends to any partitions, and may set the metadata of groups: all or nothing.
// 3. Readers see committed records only, in the order of their offsets, up to the last stable
//    offset: that of the first record of the oldest open transaction.
// 4. A transactional id has one producer at a time. A new one fences the former: whatever that
// still
//    sends, or has sent and did not arrive yet, has no effect; its open transaction is aborted.
// 5. A transaction that is open for longer than its producer's timeout is aborted and its producer
//    fenced. Nobody can go on with the transaction of another producer.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "api/error.hpp"
#include "api/time.hpp"

namespace weir {

struct log_record {
  std::optional<std::string> key{};
  std::optional<std::string> value{};  // None: what has this key is gone (a tombstone).
  event_time time = beginning_of_time;
  std::uint64_t offset = 0;  // Given by the log; what a producer says here does not count.
  friend bool operator==(const log_record&, const log_record&) = default;
};

struct log_partition {
  std::string topic{};
  std::uint32_t partition = 0;  // From 0.
  friend auto operator<=>(const log_partition&, const log_partition&) = default;
};

// "payments/3".
inline std::string to_string(const log_partition& partition) {
  return partition.topic + "/" + std::to_string(partition.partition);
}

enum class log_failure : std::uint8_t {
  retriable,  // It has had no effect, and may succeed later: a leader changes, a broker is away.
  fenced,     // Another producer has the transactional id, or the transaction took too long.
  unknown_result,  // It has happened, or will happen soon, or never.
  out_of_range,    // No such offset: its records were removed, or the partition is a new one.
  permanent,       // Trying again is of no use.
};

struct log_error {
  log_failure what = log_failure::permanent;
  std::string message{};  // Names the topic, the group or the transactional id.
  friend bool operator==(const log_error&, const log_error&) = default;
};

// For those who cannot do anything about it.
inline error to_error(const log_error& failure) {
  const bool is_bad_argument = failure.what == log_failure::permanent;
  return {is_bad_argument ? error_code::invalid_argument : error_code::io_failure, failure.message};
}

// A value or the failure that kept it from being one.
template <class T>
class [[nodiscard]] log_result {
public:
  log_result(T value) : state_{std::in_place_index<0>, std::move(value)} {}  // NOLINT: implicit.
  log_result(log_error failure)                                              // NOLINT: implicit.
      : state_{std::in_place_index<1>, std::move(failure)} {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  // REQUIRES: ok().
  T& operator*() { return *std::get_if<0>(&state_); }
  const T& operator*() const { return *std::get_if<0>(&state_); }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }
  // REQUIRES: !ok().
  const log_error& failure() const { return *std::get_if<1>(&state_); }

private:
  std::variant<T, log_error> state_;
};

struct log_done {};
using log_status = log_result<log_done>;

struct log_offsets {
  std::uint64_t begin = 0;  // Of the first record that is still there.
  std::uint64_t end = 0;    // The last stable offset: all that is committed before it can be read.
};

struct fetched_records {
  std::vector<log_record> records{};
  // Where the next fetch goes on. Behind what was asked for also if there are no records: what was
  // aborted takes up offsets, and so does the end of each transaction.
  std::uint64_t next = 0;
};

// Writes in transactions, one after the other. One thread at a time. Dropping it does nothing: its
// open transaction waits for the next producer of its id, or for its timeout.
class log_producer {
public:
  virtual ~log_producer() = default;

  // REQUIRES: it has no open transaction, and has not failed.
  virtual log_status begin() = 0;

  // The following require an open transaction. After a failure other than `retriable` the producer
  // is of no use any more, and the next producer of its id finds out what has become of the
  // transaction. Only `commit` answers `unknown_result`.

  // Records with a key go to the partition that the key decides, others anywhere. In this order.
  virtual log_status append(const std::string& topic, const std::vector<log_record>& records) = 0;
  // Once the transaction is committed it is in place of what the group had.
  virtual log_status put_metadata(const std::string& group, const std::string& metadata) = 0;
  virtual log_status commit() = 0;
  virtual log_status abort() = 0;
};

struct log_producer_options {
  // From `begin` to the end of the transaction. Longer than 0.
  duration timeout = std::chrono::minutes{1};
};

// May be used by several threads. Calls wait for the log as long as the implementation says, then
// they fail; who is told `retriable` may try again at once.
class replayable_log {
public:
  virtual ~replayable_log() = default;

  // What it is called in names and errors: "kafka(broker-1:9092)".
  virtual std::string name() const = 0;
  // Whether topics get no records but those they have, so that a source comes to an end. A log in
  // production goes on for ever.
  virtual bool is_bounded() const { return false; }

  // Their number. Errors (permanent): no such topic.
  virtual log_result<std::uint32_t> partitions_of(const std::string& topic) = 0;
  virtual log_result<log_offsets> offsets_of(const log_partition& partition) = 0;
  // At most `max_records` from `offset` on. Nothing, and `next == offset`: there is nothing yet.
  // Errors (out_of_range): `offset` lies before the beginning or behind the end.
  virtual log_result<fetched_records> fetch(const log_partition& partition, std::uint64_t offset,
                                            std::size_t max_records) = 0;

  // The producer of that id from now on; see 4. When it is there, what its predecessor has done is
  // either committed or undone, for good.
  virtual log_result<std::unique_ptr<log_producer>> make_producer(
      const std::string& transactional_id, const log_producer_options& options) = 0;
  // What the last committed transaction has set; none if there is none.
  // Errors (retriable): an open transaction has set it, too.
  virtual log_result<std::optional<std::string>> metadata_of(const std::string& group) = 0;

  // Without a transaction: seen at once. After `unknown_result`, all, some or none are there.
  virtual log_status append(const std::string& topic, const std::vector<log_record>& records) = 0;
};

}  // namespace weir
