// SPDX-License-Identifier: Apache-2.0
// A leadership as the text of one znode, readable with any tool of ZooKeeper:
//
//   text   := "weir leadership 1\n" "term " number "\n" "beat " number "\n" state "\n" holder
//   state  := "leads" | "resigned"
//   number := a decimal number of 64 bits, as it is usually written
//   holder := any bytes, at least one
#pragma once

#include <string>
#include <string_view>

#include "api/error.hpp"
#include "coordination/high_availability_store.hpp"

namespace weir {

// REQUIRES: the term is not 0 and the holder not empty.
std::string encode_leadership(const leadership& of);

// Fails with error_code::corrupt_data for everything that encode_leadership does not write.
result<leadership> decode_leadership(std::string_view text);

}  // namespace weir
