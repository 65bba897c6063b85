// SPDX-License-Identifier: Apache-2.0
// The codec of Protocol Buffers messages: a length and the message's own format. Messages are told
// by their functions, so that a job without messages needs no protobuf installed.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "api/codecs/contract.hpp"

namespace weir {

template <class T>
concept protobuf_message = requires(const T& message, T& target, std::string& bytes) {
  { message.SerializeToString(&bytes) } -> std::same_as<bool>;
  { target.ParseFromString(bytes) } -> std::same_as<bool>;
  std::string{message.GetTypeName()};
};

template <protobuf_message T>
struct codec<T> {
  // Protocol Buffers may write the same message in several ways.
  static constexpr bool is_canonical = false;

  // REQUIRES: the message has its required fields and is shorter than 2 GiB.
  static void encode(const T& message, std::string& out) {
    std::string bytes;
    const bool is_complete = message.SerializeToString(&bytes);
    WEIR_ASSERT(is_complete);
    codecs::encode_length(bytes.size(), out);
    out += bytes;
  }

  static result<T> decode(std::string_view& bytes) {
    const auto length = codecs::decode_length(bytes, schema);
    if (!length) return length.failure();
    T message;
    if (!message.ParseFromString(std::string{bytes.substr(0, *length)})) {
      return codecs::not_a_message(schema(), *length);
    }
    bytes.remove_prefix(*length);
    return message;
  }

  static std::string schema() { return "protobuf{" + std::string{T{}.GetTypeName()} + "}"; }
};

}  // namespace weir
