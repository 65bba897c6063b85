// SPDX-License-Identifier: Apache-2.0
// Encoded values as JSON, by their schema alone. What it writes of a value is what append_json of
// api/text.hpp writes of it, with three exceptions, so that nothing is lost:
//
//   strings that are not UTF-8    {"base64":"/w=="}; as a key of a map "base64:/w=="
//   what is no finite number      "NaN", "Infinity", "-Infinity"
//   messages of Protocol Buffers  {"protobuf":"shop.order","base64":"CAE="}; with descriptors that
//                                 learn_messages (state/message_type.hpp) has seen, the JSON of
//                                 Protocol Buffers. If that does not say all of a message,
//                                 {"protobuf":"shop.order","base64":"CAE=","problem":"...",
//                                 "known":{...}}: why, and the JSON, if there is any
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "state/schema.hpp"

namespace weir {

// Takes one value of schema `of` off the front and appends it to `out`. Trusts no length, like the
// codecs; but does not check that sets and maps are in order, which depends on their types. After
// an error both are anything; a foreign part (state/schema.hpp) is one.
status append_value(std::string& out, const schema& of, std::string_view& bytes);

// The same; adds to `problems` those of messages of which JSON does not say all.
status append_value(std::string& out, const schema& of, std::string_view& bytes,
                    std::vector<std::string>& problems);

}  // namespace weir
