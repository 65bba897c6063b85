// SPDX-License-Identifier: Apache-2.0
// The types of field that rows of text can fill, and what is said when a value does not fit one.
#pragma once

#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "api/fields.hpp"
#include "api/time.hpp"

namespace weir {

// Whole numbers; neither `bool` nor a character.
template <class T>
concept integer_field = std::integral<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char> &&
                        !std::is_same_v<T, wchar_t> && !std::is_same_v<T, char8_t> &&
                        !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t>;

template <class T>
concept scalar_field = integer_field<T> || std::same_as<T, bool> || std::same_as<T, float> ||
    std::same_as<T, double> || std::same_as<T, std::string> || std::same_as<T, event_time>;

template <class T>
inline constexpr bool is_optional_field = false;
template <scalar_field T>
inline constexpr bool is_optional_field<std::optional<T>> = true;

// Integers, float, double, bool, std::string, event_time, or std::optional of one of them.
template <class T>
concept text_field = scalar_field<T> || is_optional_field<T>;

namespace reflection {

template <class Tuple>
inline constexpr bool are_text_fields = false;
template <class... Fields>
inline constexpr bool are_text_fields<std::tuple<Fields&...>> = (text_field<Fields> && ...);

}  // namespace reflection

// A struct that rows with named columns can fill.
template <class T>
concept text_record = has_named_fields<T> && std::default_initializable<T> &&
    reflection::are_text_fields<decltype(tie_fields(std::declval<T&>()))>;

// What can be wrong with a value; each becomes "'x1' is not an integer".
std::string not_an_integer(std::string_view text);
std::string not_a_number(std::string_view text);
std::string not_a_boolean(std::string_view text);
std::string not_a_time(std::string_view text);
std::string out_of_range(std::string_view text, std::string_view lowest, std::string_view highest);

template <integer_field T>
std::string out_of_range_of(std::string_view text) {
  return out_of_range(text, std::to_string(std::numeric_limits<T>::min()),
                      std::to_string(std::numeric_limits<T>::max()));
}

}  // namespace weir
