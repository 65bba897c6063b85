// SPDX-License-Identifier: Apache-2.0
// Reads a source as a job would: discovers its splits, deals them to subtasks, polls each reader to
// its end, and holds the source to its contract on the way.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/source.hpp"

namespace weir {

// What reading a source to its end, or to its first error, brought.
template <class T>
struct reading {
  std::vector<T> records;
  std::vector<event_time> times;
  std::string failure;  // Empty: there was none.
  std::uint64_t skipped = 0;

  bool operator==(const std::vector<T>& expected) const {
    return failure.empty() && records == expected;
  }
};

template <class T>
void PrintTo(const reading<T>& read, std::ostream* to) {  // The name is GoogleTest's.
  *to << testing::PrintToString(read.records) << (read.failure.empty() ? "" : " then ")
      << read.failure;
}

inline source_context context_for(file_system& files, std::uint32_t parallelism = 1,
                                  std::uint32_t subtask = 0) {
  source_context context;
  context.files = &files;
  context.parallelism = parallelism;
  context.subtask = {subtask};
  return context;
}

// Polls until the end of the input. REQUIRES: the source is bounded and has no pace.
template <class T>
void read_to_end(source_reader<T>& reader, reading<T>& into) {
  polled<T> out;
  std::vector<bool> ended(reader.positions().size(), false);
  while (true) {
    out.records.clear();
    out.split_ended = false;
    const auto polled = reader.poll(processing_time{}, out);
    into.skipped = reader.malformed_skipped();
    if (!polled) {
      into.failure = polled.failure().message;
      return;
    }
    ASSERT_LE(out.records.size(), records_per_batch<T>());
    if (*polled == poll_status::end_of_input) {
      ASSERT_TRUE(out.records.empty());
      for (const bool has_ended : ended) ASSERT_TRUE(has_ended);
      return;
    }
    ASSERT_EQ(*polled, poll_status::more_available);
    ASSERT_FALSE(ended[out.split]) << "a record after the end of its split";
    if (out.split_ended) ended[out.split] = true;
    for (std::size_t i = 0; i < out.records.size(); ++i) {
      into.records.push_back(out.records.values[i]);
      into.times.push_back(out.records.time_of(i));
    }
  }
}

template <class Source>
reading<typename Source::value_type> read_splits(const Source& source, file_system& files,
                                                 std::vector<source_split> splits) {
  reading<typename Source::value_type> read;
  auto reader = source.open(context_for(files), std::move(splits));
  if (reader) {
    read_to_end(**reader, read);
  } else {
    read.failure = reader.failure().message;
  }
  return read;
}

// All records, split after split.
template <class Source>
reading<typename Source::value_type> read_all(const Source& source, file_system& files,
                                              std::uint32_t parallelism = 1) {
  auto splits = source.discover_splits(context_for(files, parallelism));
  if (!splits) return {{}, {}, splits.failure().message, 0};
  return read_splits(source, files, std::move(*splits));
}

// Reads `polls` batches, restores a second reader from the positions, and reads on to the end.
template <class Source>
reading<typename Source::value_type> read_with_restore(const Source& source, file_system& files,
                                                       std::uint32_t parallelism, int polls) {
  using value = typename Source::value_type;
  reading<value> read;
  auto splits = source.discover_splits(context_for(files, parallelism));
  if (!splits) return {{}, {}, splits.failure().message, 0};
  auto reader = source.open(context_for(files), std::move(*splits));
  polled<value> out;
  for (int i = 0; i < polls; ++i) {
    out.records.clear();
    const auto polled = (*reader)->poll(processing_time{}, out);
    if (!polled || *polled == poll_status::end_of_input) break;
    for (const auto& record : out.records.values) read.records.push_back(record);
  }
  const auto rest = read_splits(source, files, (*reader)->positions());
  read.records.insert(read.records.end(), rest.records.begin(), rest.records.end());
  read.failure = rest.failure;
  return read;
}

}  // namespace weir
