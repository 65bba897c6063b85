// SPDX-License-Identifier: Apache-2.0
// Codecs of what holds some of a kind, or one of several: optional, variant, vector, set and map.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "api/codecs/contract.hpp"
#include "api/codecs/records.hpp"
#include "api/codecs/scalars.hpp"
#include "api/type_notes.hpp"

namespace weir {

// A bool, and the value if there is one.
template <encodable T>
struct codec<std::optional<T>> {
  static constexpr bool is_canonical = codec<T>::is_canonical;

  static void encode(const std::optional<T>& value, std::string& out) {
    codec<bool>::encode(value.has_value(), out);
    if (value) codec<T>::encode(*value, out);
  }

  static result<std::optional<T>> decode(std::string_view& bytes) {
    const auto is_there = codec<bool>::decode(bytes);
    if (!is_there) return codecs::not_decoded_within(schema(), is_there.failure());
    if (!*is_there) return std::optional<T>{};
    auto value = codec<T>::decode(bytes);
    if (!value) return value.failure();
    return std::optional<T>{std::move(*value)};
  }

  static std::string schema() { return "optional<" + codec<T>::schema() + ">"; }
  static type_notes notes() { return codecs::notes_of_parts<T>(); }
};

// The alternative's index as one byte, and its value.
template <encodable... T>
  requires(sizeof...(T) <= 256)
struct codec<std::variant<T...>> {
  using variant = std::variant<T...>;
  static constexpr bool is_canonical = (codec<T>::is_canonical && ...);

  // REQUIRES: the variant has a value.
  static void encode(const variant& value, std::string& out) {
    WEIR_ASSERT(!value.valueless_by_exception());
    out.push_back(static_cast<char>(value.index()));
    std::visit([&]<class Held>(const Held& held) { codec<Held>::encode(held, out); }, value);
  }

  static result<variant> decode(std::string_view& bytes) {
    if (bytes.empty()) return codecs::bytes_missing(schema(), 1, 0);
    const auto index = static_cast<unsigned char>(bytes.front());
    if (index >= sizeof...(T)) return codecs::unknown_mark(schema(), index);
    bytes.remove_prefix(1);
    variant value;
    const status outcome = decoders(std::index_sequence_for<T...>{})[index](value, bytes);
    if (!outcome) return outcome.failure();
    return value;
  }

  static std::string schema() {
    std::string list;
    ((list += (list.empty() ? "" : ",") + codec<T>::schema()), ...);
    return "variant<" + list + ">";
  }
  static type_notes notes() { return codecs::notes_of_parts<T...>(); }

private:
  using decoder = status (*)(variant&, std::string_view&);

  template <std::size_t Index>
  static status decode_alternative(variant& value, std::string_view& bytes) {
    auto decoded = codec<std::variant_alternative_t<Index, variant>>::decode(bytes);
    if (!decoded) return decoded.failure();
    value.template emplace<Index>(std::move(*decoded));
    return {};
  }

  template <std::size_t... Index>
  static constexpr std::array<decoder, sizeof...(T)> decoders(std::index_sequence<Index...>) {
    return {decode_alternative<Index>...};
  }
};

// The count and the elements.
template <encodable T>
struct codec<std::vector<T>> {
  static constexpr bool is_canonical = codec<T>::is_canonical;

  // REQUIRES: fewer than 2^32 elements.
  static void encode(const std::vector<T>& values, std::string& out) {
    codecs::encode_length(values.size(), out);
    if constexpr (codecs::number<T>) {
      out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    } else {
      for (const T& value : values) codec<T>::encode(value, out);
    }
  }

  static result<std::vector<T>> decode(std::string_view& bytes) {
    const auto count = codecs::decode_length(bytes, schema);
    if (!count) return count.failure();
    if constexpr (codecs::number<T>) {
      return decode_numbers(*count, bytes);
    } else {
      return decode_elements(*count, bytes);
    }
  }

  static std::string schema() { return "vector<" + codec<T>::schema() + ">"; }
  static type_notes notes() { return codecs::notes_of_parts<T>(); }

private:
  static result<std::vector<T>> decode_numbers(std::size_t count, std::string_view& bytes) {
    const std::size_t length = count * sizeof(T);
    if (length > bytes.size()) return codecs::bytes_missing(schema(), length, bytes.size());
    std::vector<T> values(count);
    if (count > 0) std::memcpy(values.data(), bytes.data(), length);
    bytes.remove_prefix(length);
    return values;
  }

  static result<std::vector<T>> decode_elements(std::size_t count, std::string_view& bytes) {
    std::vector<T> values;
    // Never reserves more than has arrived, however large an element is in memory.
    values.reserve(std::min(count, bytes.size() / sizeof(T)));
    for (std::size_t i = 0; i < count; ++i) {
      auto value = codec<T>::decode(bytes);
      if (!value) return codecs::not_decoded_within(schema(), value.failure());
      values.push_back(std::move(*value));
    }
    return values;
  }
};

namespace codecs {

// A comparison that is the same in every process.
template <class Compare>
concept stateless_order = std::is_empty_v<Compare> && std::default_initializable<Compare>;

// The codec of a set or map: the count and the elements in order, which makes it canonical.
template <class Container, class Element>
struct sorted_elements {
  static constexpr bool is_canonical = codec<Element>::is_canonical;

  // REQUIRES: fewer than 2^32 elements.
  static void encode(const Container& elements, std::string& out) {
    encode_length(elements.size(), out);
    for (const auto& element : elements) encode_element(element, out);
  }

  static result<Container> decode(std::string_view& bytes) {
    const auto count = decode_length(bytes, codec<Container>::schema);
    if (!count) return count.failure();
    Container elements;
    for (std::size_t i = 0; i < *count; ++i) {
      auto element = codec<Element>::decode(bytes);
      if (!element)
        return codecs::not_decoded_within(codec<Container>::schema(), element.failure());
      auto added = elements.emplace_hint(elements.end(), std::move(*element));
      if (elements.size() != i + 1 || std::next(added) != elements.end()) {
        return out_of_order(codec<Container>::schema());
      }
    }
    return elements;
  }

private:
  static void encode_element(const Element& element, std::string& out) {
    codec<Element>::encode(element, out);
  }
  template <class Key, class Value>
  static void encode_element(const std::pair<const Key, Value>& entry, std::string& out) {
    codec<Key>::encode(entry.first, out);
    codec<Value>::encode(entry.second, out);
  }
};

}  // namespace codecs

template <encodable T, codecs::stateless_order Compare>
struct codec<std::set<T, Compare>> : codecs::sorted_elements<std::set<T, Compare>, T> {
  static std::string schema() { return "set<" + codec<T>::schema() + ">"; }
  static type_notes notes() { return codecs::notes_of_parts<T>(); }
};

template <encodable Key, encodable Value, codecs::stateless_order Compare>
struct codec<std::map<Key, Value, Compare>>
    : codecs::sorted_elements<std::map<Key, Value, Compare>, std::pair<Key, Value>> {
  static std::string schema() {
    return "map<" + codec<Key>::schema() + "," + codec<Value>::schema() + ">";
  }
  static type_notes notes() { return codecs::notes_of_parts<Key, Value>(); }
};

}  // namespace weir
