// SPDX-License-Identifier: Apache-2.0
// The codec of Protocol Buffers messages: a length and the message's own format. Messages are told
// by their functions, so that a job without messages needs no protobuf installed. The schema of a
// message that has a descriptor carries it (api/schema_text.hpp).
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "api/codecs/contract.hpp"

namespace google::protobuf {
class Descriptor;
}  // namespace google::protobuf

namespace weir {

template <class T>
concept protobuf_message = requires(const T& message, T& target, std::string& bytes) {
  { message.SerializeToString(&bytes) } -> std::same_as<bool>;
  { target.ParseFromString(bytes) } -> std::same_as<bool>;
  std::string{message.GetTypeName()};
};

// Not so: what was compiled for the lite runtime.
template <class T>
concept described_message = protobuf_message<T> && requires {
  { T::descriptor() } -> std::same_as<const google::protobuf::Descriptor*>;
};

namespace codecs {

// The serialized google.protobuf.FileDescriptorSet that holds the message's file and all that it
// imports, each behind what it needs; without comments of the source.
std::string descriptor_set_of(const google::protobuf::Descriptor& message);

// "protobuf{shop.order:CgtzaG9wLnByb3Rv...}".
std::string message_schema(const google::protobuf::Descriptor& message);

}  // namespace codecs

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

  static std::string schema() {
    if constexpr (described_message<T>) {
      static const std::string text = codecs::message_schema(*T::descriptor());
      return text;
    } else {
      return "protobuf{" + std::string{T{}.GetTypeName()} + "}";
    }
  }
};

}  // namespace weir
