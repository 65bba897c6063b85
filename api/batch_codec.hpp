// SPDX-License-Identifier: Apache-2.0
// Batches as bytes, for the way to another process:
//
//   u32 number of records
//   u8  1: each record has a time of its own; 0: they share one
//   i64 the time, in microseconds; or one for each record
//   the records, each in the encoding of its codec; numbers one behind the other, as in memory
//
// Both ends are the same program, so the format may change with it; nothing is kept in it.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/codec.hpp"
#include "api/element_type.hpp"
#include "api/record_batch.hpp"

namespace weir {

namespace batches {

// What stands before the records.
struct heading {
  std::size_t records = 0;
  bool has_common_time = true;
  event_time common_time = beginning_of_time;
  std::vector<event_time> times{};  // Empty if they share one.

  event_time time_of(std::size_t i) const { return has_common_time ? common_time : times[i]; }
};

void encode_heading(std::size_t records, bool has_common_time, event_time common_time,
                    std::string& out);
void encode_time(event_time time, std::string& out);
result<heading> decode_heading(std::string_view& bytes);
// "record 3 of 256: ...".
error record_not_decoded(std::size_t index, std::size_t count, const error& cause);

template <class T>
void encode(const record_batch& untyped, std::string& out) {
  const auto& batch = batch_of<T>::of(untyped);
  const std::size_t count = batch.size();
  encode_heading(count, batch.has_common_time(), batch.common_time(), out);
  if (!batch.has_common_time()) {
    for (std::size_t i = 0; i < count; ++i) encode_time(batch.time_of(i), out);
  }
  if constexpr (codecs::number<T>) {
    out.append(reinterpret_cast<const char*>(batch.values.data()), count * sizeof(T));
  } else {
    for (const auto& value : batch.values) codec<T>::encode(value, out);
  }
}

// Numbers that fill an empty batch.
template <class T>
bool take_numbers(std::string_view& bytes, const heading& before, batch_of<T>& batch) {
  const std::size_t size = before.records * sizeof(T);
  if (bytes.size() < size) return false;
  batch.values.resize(before.records);
  std::memcpy(batch.values.data(), bytes.data(), size);
  bytes.remove_prefix(size);
  batch.set_common_time(before.common_time);
  return true;
}

template <class T>
status decode(std::string_view& bytes, record_batch& untyped) {
  auto& batch = batch_of<T>::of(untyped);
  const auto before = decode_heading(bytes);
  if (!before) return before.failure();
  if constexpr (codecs::number<T>) {
    if (batch.empty() && before->has_common_time && take_numbers(bytes, *before, batch)) return {};
  }
  for (std::size_t i = 0; i < before->records; ++i) {
    std::string_view record = bytes;
    T value{};
    if (!codecs::try_decode(value, bytes)) {
      // Decoded again: only failures pay for their message.
      const auto failed = codec<T>::decode(record);
      return record_not_decoded(i, before->records, failed ? error{} : failed.failure());
    }
    batch.push(std::move(value), before->time_of(i));
  }
  return {};
}

template <class T>
std::unique_ptr<record_batch> make() {
  return batch_of<T>{}.make_empty();
}

template <class T>
inline constexpr element_type::operations operations_for = [] {
  element_type::operations known{&typeid(T), make<T>, nullptr, nullptr};
  if constexpr (encodable<T>) {
    known.encode = encode<T>;
    known.decode = decode<T>;
  }
  return known;
}();

}  // namespace batches

// What the engine knows of a stream of T.
template <class T>
element_type element_type_of() {
  return element_type{batches::operations_for<T>};
}

}  // namespace weir
