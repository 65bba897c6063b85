// SPDX-License-Identifier: Apache-2.0
// The shapes that a value can have for those who show it, and which of them a type has. Text, CSV
// and JSON (api/text.hpp) write each shape in one way.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "api/fields.hpp"
#include "api/record_batch.hpp"
#include "api/time.hpp"

namespace weir {

enum class value_shape : std::uint8_t {
  none,  // Cannot be shown.
  nothing,
  boolean,
  character,
  number,
  enumeration,
  string,
  time,
  time_span,
  message,   // Protocol Buffers.
  record,    // A struct with a WEIR_FIELDS line.
  streamed,  // Has an operator<<.
  optional,
  variant,
  tuple,
  mapping,       // std::map and its like.
  sequence,      // std::vector, std::array, std::set and their like.
  plain_record,  // A struct without names for its fields.
};

// The shape of values of type T, which is neither const nor a reference. A type with a part that
// cannot be shown cannot be shown.
template <class T>
constexpr value_shape shape_of();

// What print, CSV, JSON and dead letters can show.
template <class T>
concept printable = shape_of<std::remove_cvref_t<T>>()
!= value_shape::none;

// A struct with a WEIR_FIELDS line, all of whose fields can be shown.
template <class T>
concept named_record = has_named_fields<T> && printable<T>;

namespace shapes {

template <class T, template <class...> class Template>
inline constexpr bool is_made_from = false;
template <template <class...> class Template, class... Part>
inline constexpr bool is_made_from<Template<Part...>, Template> = true;

template <class T>
concept range = requires(const T& values) {
  values.begin() == values.end();
  requires !std::same_as<std::remove_cvref_t<decltype(*values.begin())>, T>;
};

// Pointers, plain and smart, write addresses, which differ from run to run.
template <class T>
concept streamed = !std::is_pointer_v<T> && !requires {
  typename T::element_type;
}
&&requires(std::ostream& out, const T& value) { out << value; };

// All parts of the tuple, pair, variant, optional or tuple of references can be shown.
template <class Parts>
inline constexpr bool are_printable = false;
template <template <class...> class Template, class... Part>
inline constexpr bool are_printable<Template<Part...>> = (printable<Part> && ...);

constexpr value_shape only_if(bool condition, value_shape shape) {
  return condition ? shape : value_shape::none;
}

template <class T>
constexpr value_shape of_structure() {
  if constexpr (is_made_from<T, std::optional>) {
    return only_if(are_printable<T>, value_shape::optional);
  } else if constexpr (is_made_from<T, std::variant>) {
    return only_if(are_printable<T>, value_shape::variant);
  } else if constexpr (is_made_from<T, std::tuple> || is_made_from<T, std::pair>) {
    return only_if(are_printable<T>, value_shape::tuple);
  } else if constexpr (range<T>) {
    using element = decltype(*std::declval<const T&>().begin());
    return only_if(
        printable<element>,
        requires { typename T::mapped_type; } ? value_shape::mapping : value_shape::sequence);
  } else if constexpr (plain_struct<T>) {
    using parts = decltype(tie_fields(std::declval<T&>()));
    return only_if(are_printable<parts>, value_shape::plain_record);
  } else {
    return value_shape::none;
  }
}

}  // namespace shapes

template <class T>
constexpr value_shape shape_of() {
  if constexpr (std::same_as<T, std::monostate>) {
    return value_shape::nothing;
  } else if constexpr (std::same_as<T, bool> || std::same_as<T, boolean>) {
    return value_shape::boolean;
  } else if constexpr (std::same_as<T, char>) {
    return value_shape::character;
  } else if constexpr (std::is_arithmetic_v<T>) {
    return value_shape::number;
  } else if constexpr (std::is_enum_v<T>) {
    return value_shape::enumeration;
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    return value_shape::string;
  } else if constexpr (std::same_as<T, event_time> || std::same_as<T, processing_time>) {
    return value_shape::time;
  } else if constexpr (is_duration<T>) {
    return shapes::only_if(std::is_arithmetic_v<typename T::rep>, value_shape::time_span);
  } else if constexpr (requires(const T& message) { message.ShortDebugString(); }) {
    return value_shape::message;
  } else if constexpr (has_named_fields<T>) {
    using parts = decltype(tie_fields(std::declval<T&>()));
    return shapes::only_if(shapes::are_printable<parts>, value_shape::record);
  } else if constexpr (shapes::streamed<T>) {
    return value_shape::streamed;
  } else {
    return shapes::of_structure<T>();
  }
}

}  // namespace weir
