// SPDX-License-Identifier: Apache-2.0
// Schemas as text, compared and shown. The schema of a message of Protocol Buffers may carry its
// descriptors, so that it can be read without the job's code:
//
//   protobuf{shop.order}        protobuf{shop.order:CgtzaG9wLnByb3Rv...}
//
// Behind the colon stands, in base64, a google.protobuf.FileDescriptorSet: the file of the message
// and all that it imports, each behind what it needs. It says how to read a message and not what
// type it is: schemas that differ in nothing else are the same, and people are shown none of it.
#pragma once

#include <string>
#include <string_view>

namespace weir {

// What stands between the braces of protobuf{...}.
struct message_schema_parts {
  std::string_view name;
  std::string_view descriptors;  // In base64; empty if there are none.
};
message_schema_parts message_parts(std::string_view inside);

// `schema` as people are shown it: with "protobuf{shop.order}" for every message.
std::string without_descriptors(std::string_view schema);

// Whether values of the one schema are values of the other, as they are encoded.
bool is_same_schema(std::string_view a, std::string_view b);

}  // namespace weir
