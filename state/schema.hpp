// SPDX-License-Identifier: Apache-2.0
// What an encoded value consists of, read from the text that codec<T>::schema() wrote beside it: so
// state can be understood without the program that has the types.
//
// A schema is a word of its own - u64, string, event_time - or one with others inside:
//
//   pair{string,u64}            struct{symbol:string,price:f64}     map<string,vector<i32>>
//   duration{i64*us}            array<f64,3>                        protobuf{shop.order}
//
// Any other text is that of a codec which a user wrote: its encoding is foreign to us. The schema
// of a message may carry its descriptors (api/schema_text.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"

namespace weir {

class message_type;

enum class schema_kind : std::uint8_t {
  nothing,
  boolean,
  character,
  unsigned_integer,
  signed_integer,
  floating_point,
  string,
  time,
  time_span,    // parts: its number.
  enumeration,  // parts: its integer.
  record,       // A struct whose fields have names.
  tuple,        // A pair, a tuple, or a struct whose fields have none.
  array,        // parts: the element; `count` of them.
  sequence,     // A vector or a set. parts: the element.
  mapping,      // parts: key and value.
  optional,     // parts: the value.
  variant,
  message,  // Of Protocol Buffers.
  foreign,
};

struct schema {
  schema_kind kind = schema_kind::foreign;
  std::string text;                // As it was written, but without_descriptors.
  std::size_t width = 0;           // Of a number, in bytes.
  std::vector<schema> parts;       // What is inside, in the order of its encoding.
  std::vector<std::string> names;  // Of a record's parts, or of a message's type.
  std::uint64_t count = 0;         // Of an array; at least 1.
  std::int64_t period = 1;         // Of a time span: one is period / fraction seconds.
  std::int64_t fraction = 1;
  std::string descriptors{};  // Of a message, in base64 (api/schema_text.hpp); empty: none.
  // Of a message: what learn_messages (state/message_type.hpp) has made of them.
  std::shared_ptr<const message_type> messages{};

  // The text says all but how messages can be read.
  friend bool operator==(const schema& a, const schema& b) { return a.text == b.text; }
};

// How many schemas may be inside one another.
inline constexpr std::size_t deepest_schema = 64;

// Understands all of `text`. Errors are invalid_argument and name the character that is wrong.
result<schema> parse_schema(std::string_view text);

// The first part, at any depth, that is foreign, or the schema itself; null if all can be decoded.
const schema* foreign_part(const schema& of);

}  // namespace weir
