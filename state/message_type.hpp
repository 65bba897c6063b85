// SPDX-License-Identifier: Apache-2.0
// Messages of Protocol Buffers without their code: a type that is known by its descriptors, which
// stand in its schema (api/schema_text.hpp), and its messages as JSON and back.
//
// 1. The JSON is that of Protocol Buffers: integers of 64 bits are strings, enums are names, bytes
//    are base64, what has its default is left out. Fields are called as in the .proto file.
// 2. Messages that are equal have equal JSON.
// 3. A message has JSON only together with what that does not say, if there is anything: it is
//    compared with what the JSON would become.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/error.hpp"
#include "state/schema.hpp"

namespace weir {

struct shown_message {
  std::string json;     // Empty if there is none.
  std::string problem;  // Why that is not all of the message; empty if it is.
};

class message_type {
public:
  // `descriptors` in base64. If they are damaged, or do not have the type, that is the problem of
  // every message.
  message_type(std::string full_name, std::string_view descriptors);
  ~message_type();
  message_type(const message_type&) = delete;
  message_type& operator=(const message_type&) = delete;

  // An error (corrupt_data) if the bytes are no such message.
  result<shown_message> show(std::string_view bytes) const;

  // The bytes of the message that all of `json` is; an error (invalid_argument) says what is wrong.
  result<std::string> encode(std::string_view json) const;

private:
  class descriptors;  // All that is known by libprotobuf.

  std::string full_name_;
  std::string problem_;
  std::unique_ptr<const descriptors> known_;  // If there is no problem.
};

// Gives every message in the schema, at any depth, its type, if it has descriptors: without it,
// messages are read and written as bytes. What only compares schemas needs no libprotobuf.
void learn_messages(schema& of);

}  // namespace weir
