// SPDX-License-Identifier: Apache-2.0
// What structs, pairs, tuples and arrays have in common: a fixed number of parts in order. Codecs,
// key hashes and text look at all of them in this one way.
#pragma once

#include <tuple>

#include "api/fields.hpp"

namespace weir {

// The parts of `value` as a tuple of references.
template <class T>
constexpr auto tie_parts(T& value) {
  if constexpr (requires { std::tuple_size<T>::value; }) {
    return std::apply([](auto&... part) { return std::tie(part...); }, value);
  } else {
    return tie_fields(value);
  }
}

}  // namespace weir
