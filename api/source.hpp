// SPDX-License-Identifier: Apache-2.0
// Where records come from.
//
// A source is a set of splits - a Kafka partition, a range of a file - and a position in each. The
// job manager discovers the splits once and deals them to the source's subtasks; each subtask opens
// a reader on its share. A source is a small copyable description; readers hold the open things.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "api/ids.hpp"
#include "api/record_batch.hpp"
#include "api/time.hpp"

namespace weir {

struct source_split {
  std::string id;        // Unique in its source: "orders.csv[0,1048576)".
  std::string position;  // Empty: from the beginning. Only the source understands it.
  friend bool operator==(const source_split&, const source_split&) = default;
};

// What a source may use of the world.
struct source_context {
  file_system* files = nullptr;
  subtask_index subtask;
  std::uint32_t parallelism = 1;
  std::uint64_t seed = 0;
};

enum class poll_status : std::uint8_t {
  more_available,
  nothing_available,  // Ask again at `retry_at`.
  end_of_input,       // All splits have ended; the reader is not asked again.
};

// What one poll brought. The caller clears it before each poll.
template <class T>
struct polled {
  // At most records_per_batch<T>() records, all of them from one split. Their times are what the
  // source knows of them (a Kafka timestamp); untouched, the engine sets the ingestion time.
  batch_of<T> records;
  bool has_times = false;      // The source has set the times itself.
  std::uint32_t split = 0;     // Which of the reader's splits they are from.
  bool split_ended = false;    // That split will bring no more.
  processing_time retry_at{};  // With nothing_available.
};

template <class T>
class source_reader {
public:
  virtual ~source_reader() = default;

  // Moves some records of one split into `out`. Never blocks for long. A malformed record fails the
  // poll, unless the source was told to skip it: `malformed_skipped` counts those.
  // An error names the place: "orders.csv: line 7: column price: '1x' is not a number".
  virtual result<poll_status> poll(processing_time now, polled<T>& out) = 0;

  // The next record each split would yield, for all the splits the reader was opened with, in their
  // order, those that have ended among them. A reader opened here, by anybody and at any time
  // between two polls, neither loses nor repeats a record.
  virtual std::vector<source_split> positions() const = 0;

  // "orders.csv: line 7": where record `i` of the last poll came from, for error messages.
  virtual std::string place_of(std::size_t i) const {
    static_cast<void>(i);
    return {};
  }

  // How many malformed records were skipped, or handed to the job as dead letters, so far.
  virtual std::uint64_t malformed_skipped() const { return 0; }
};

// A copyable description of a source of T: `source_of` below is its shape.
//
//   using value_type = T;
//   std::string name() const;                      // "lines_of(book.txt)"
//   bool is_bounded() const;
//   result<std::vector<source_split>> discover_splits(const source_context&) const;
//   result<std::unique_ptr<source_reader<T>>> open(const source_context&,
//                                                  std::vector<source_split>) const;
//
// `discover_splits` is told the parallelism and makes at least as many splits if it can; a subtask
// without splits gets an empty list and its reader ends at once, that of an unbounded source, too.
// After a restore nothing is discovered: the splits are those of the checkpoint that had not ended,
// and what has appeared since is not read. Errors of `discover_splits` (a
// missing file, a directory where a file was meant) fail the job before any task starts.
template <class S>
concept source_description = std::copy_constructible<S> &&
    requires(const S& source, const source_context& context, std::vector<source_split> splits) {
  typename S::value_type;
  { source.name() } -> std::convertible_to<std::string>;
  { source.is_bounded() } -> std::convertible_to<bool>;
  { source.discover_splits(context) } -> std::same_as<result<std::vector<source_split>>>;
  {
    source.open(context, std::move(splits))
    } -> std::same_as<result<std::unique_ptr<source_reader<typename S::value_type>>>>;
};

}  // namespace weir
