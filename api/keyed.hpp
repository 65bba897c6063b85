// SPDX-License-Identifier: Apache-2.0
// A value with its key: what rolling aggregations of a keyed stream emit.
#pragma once

#include <array>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "api/fields.hpp"

namespace weir {

template <class Key, class V>
struct keyed {
  Key key;
  V value;
  friend bool operator==(const keyed&, const keyed&) = default;
};

// What WEIR_FIELDS would say, for all keys and values.
template <class Key, class V>
constexpr auto weir_field_names(std::type_identity<keyed<Key, V>>) {
  return std::array<std::string_view, 2>{"key", "value"};
}
template <class Key, class V, class Value>
constexpr auto weir_tie_fields(std::type_identity<keyed<Key, V>>, Value& value) {
  return std::tie(value.key, value.value);
}

}  // namespace weir
