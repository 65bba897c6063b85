// SPDX-License-Identifier: Apache-2.0
// What a program knows of a type beyond its schema (api/codecs/contract.hpp): how a value that was
// saved when the type was another one becomes a value of it. docs/state.md has the rules.
//
// Notes are a tree like the schema: the note of a vector has that of its elements in it. A codec
// offers them as a static member `type_notes notes()`; one without it is taken for a leaf.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/codecs/contract.hpp"
#include "api/error.hpp"

namespace weir {

struct type_notes {
  // In the order of the schema's parts; empty: nothing is known about them.
  std::vector<type_notes> parts{};
  // Of a record, one for each field: "price, amount", what it was called before; mostly empty.
  std::vector<std::string_view> former_names{};
  // Of a record: the encoding of a field as T{} has it; none if that has no encoding, as a message
  // of Protocol Buffers without its required fields.
  std::optional<std::string> (*default_of)(std::size_t field) = nullptr;
  // Of a leaf: takes one value off the front.
  status (*step_over)(std::string_view& bytes) = nullptr;
};

// A type as the program has it now.
struct present_type {
  std::string schema;
  type_notes notes;
};

namespace codecs {

template <class T>
type_notes notes_of() {
  if constexpr (requires { codec<T>::notes(); }) {
    return codec<T>::notes();
  } else {
    type_notes leaf;
    leaf.step_over = [](std::string_view& bytes) -> status {
      auto value = codec<T>::decode(bytes);
      if (!value) return value.failure();
      return {};
    };
    return leaf;
  }
}

// The notes of what has these parts, in this order.
template <class... Part>
type_notes notes_of_parts() {
  type_notes notes;
  notes.parts.reserve(sizeof...(Part));
  (notes.parts.push_back(notes_of<Part>()), ...);
  return notes;
}

template <class T>
present_type present() {
  return {codec<T>::schema(), notes_of<T>()};
}

}  // namespace codecs

}  // namespace weir
