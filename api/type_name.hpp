// SPDX-License-Identifier: Apache-2.0
// The name of a type as a reader of C++ would write it, for messages.
#pragma once

#include <string>
#include <typeindex>

namespace weir {

// "trade", "std::string", "std::pair<int, double>". The text is for people: compilers differ.
std::string type_name(std::type_index type);

}  // namespace weir
