// SPDX-License-Identifier: Apache-2.0
// What a codec is, and the errors that all of them share.
//
// 1. An encoding delimits itself: values appended one after the other are read back in that order.
// 2. An encoding has at least one byte, so a count never exceeds the bytes that are left.
// 3. Decoding trusts no length: it is checked before anything is allocated for it.
// 4. Numbers are little-endian; lengths and counts are unsigned 32-bit numbers.
//
// The encodings below are part of the snapshot format: they never change.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "api/error.hpp"

namespace weir {

// Offers, as static members:
//
//   void encode(const T&, std::string& out);     // Appends.
//   result<T> decode(std::string_view& bytes);   // Takes one value off the front; after an error
//                                                // `bytes` is anywhere.
//   constexpr bool is_canonical;                 // Equal values have equal bytes.
//   std::string schema();                        // For people: "struct{symbol:string,price:f64}".
//
// and, when decoding in place is faster:
//
//   bool try_decode(T&, std::string_view& bytes);  // Like decode, without saying what is wrong.
template <class T>
struct codec;

template <class T>
concept encodable = std::movable<T> && std::default_initializable<T> &&
    requires(const T& value, std::string& out, std::string_view& bytes) {
  codec<T>::encode(value, out);
  { codec<T>::decode(bytes) } -> std::same_as<result<T>>;
  { codec<T>::is_canonical } -> std::convertible_to<bool>;
  { codec<T>::schema() } -> std::convertible_to<std::string>;
};

namespace codecs {

static_assert(std::endian::native == std::endian::little, "Weir's encodings are little-endian");

// Errors show schemas as people should see them (api/schema_text.hpp).
//
// "decode f64: needs 8 bytes, has 3; ..."
error bytes_missing(std::string_view schema, std::size_t needed, std::size_t left);
// "decode bool: 7 is none of its values; ..."
error unknown_mark(std::string_view schema, std::uint64_t mark);
// "decode set<i32>: its elements are out of order; ..."
error out_of_order(std::string_view schema);
// "decode protobuf{shop.order}: 12 bytes are no such message; ..."
error not_a_message(std::string_view schema, std::size_t length);

// "decode vector<f64>: decode f64: ...": `cause` was met inside a value of that schema.
error not_decoded_within(std::string_view schema, const error& cause);

// Appends a length or a count.
// REQUIRES: length < 2^32.
void encode_length(std::size_t length, std::string& out);

// Takes a length or a count off the front, which is at most the number of bytes behind it.
// `schema` names, on failure, what was being decoded.
template <class Schema>
result<std::size_t> decode_length(std::string_view& bytes, Schema schema) {
  constexpr std::size_t prefix = sizeof(std::uint32_t);
  if (bytes.size() < prefix) return bytes_missing(schema(), prefix, bytes.size());
  std::uint32_t length = 0;
  bytes.copy(reinterpret_cast<char*>(&length), prefix);
  bytes.remove_prefix(prefix);
  if (length > bytes.size()) return bytes_missing(schema(), length, bytes.size());
  return std::size_t{length};
}

// Takes one value off the front; false when that cannot be done, with both arguments changed.
template <class T>
bool try_decode(T& value, std::string_view& bytes) {
  if constexpr (requires { codec<T>::try_decode(value, bytes); }) {
    return codec<T>::try_decode(value, bytes);
  } else {
    auto decoded = codec<T>::decode(bytes);
    if (decoded) value = std::move(*decoded);
    return decoded.ok();
  }
}

}  // namespace codecs

}  // namespace weir
