// SPDX-License-Identifier: Apache-2.0
// The part of api/batch_codec.hpp that is the same for all types.
#include "api/batch_codec.hpp"

namespace weir::batches {

namespace {

constexpr std::string_view batch_schema() { return "batch"; }

}  // namespace

void encode_heading(std::size_t records, bool has_common_time, event_time common_time,
                    std::string& out) {
  codecs::encode_length(records, out);
  codec<bool>::encode(!has_common_time, out);
  if (has_common_time) encode_time(common_time, out);
}

void encode_time(event_time time, std::string& out) { codec<event_time>::encode(time, out); }

// An encoding has at least one byte, so there are no more records, nor times, than bytes.
result<heading> decode_heading(std::string_view& bytes) {
  heading found;
  const auto records = codecs::decode_length(bytes, batch_schema);
  if (!records) return within("decode a batch", records.failure());
  found.records = *records;
  const auto has_times = codec<bool>::decode(bytes);
  if (!has_times) return within("decode a batch", has_times.failure());
  found.has_common_time = !*has_times;
  const std::size_t times = found.has_common_time ? 1 : found.records;
  if (!found.has_common_time) found.times.reserve(times);
  for (std::size_t i = 0; i < times; ++i) {
    const auto time = codec<event_time>::decode(bytes);
    if (!time) return within("decode the times of a batch", time.failure());
    if (found.has_common_time) {
      found.common_time = *time;
    } else {
      found.times.push_back(*time);
    }
  }
  return found;
}

error record_not_decoded(std::size_t index, std::size_t count, const error& cause) {
  return within("record " + std::to_string(index + 1) + " of " + std::to_string(count), cause);
}

}  // namespace weir::batches
