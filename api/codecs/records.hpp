// SPDX-License-Identifier: Apache-2.0
// Codecs of what has a fixed number of parts: pairs, tuples, arrays and structs. The encoding is
// the parts' encodings in order, nothing else.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "api/codecs/contract.hpp"
#include "api/codecs/messages.hpp"
#include "api/fields.hpp"
#include "api/parts.hpp"
#include "api/type_notes.hpp"

namespace weir {

namespace codecs {

// The codec of a Record with these parts. `parts` also tells that equality goes by parts, so that
// hashing may, too (api/key.hpp).
template <class Record, class... Part>
struct by_parts {
  using parts = std::tuple<Part...>;
  static constexpr bool is_canonical = (codec<Part>::is_canonical && ...);

  static void encode(const Record& record, std::string& out) {
    std::apply([&](const auto&... part) { (codec<Part>::encode(part, out), ...); },
               tie_parts(record));
  }

  static bool try_decode(Record& record, std::string_view& bytes) {
    return std::apply([&](Part&... part) { return (codecs::try_decode(part, bytes) && ...); },
                      tie_parts(record));
  }

  static result<Record> decode(std::string_view& bytes) {
    Record record{};
    const std::string_view all = bytes;
    if (try_decode(record, bytes)) return record;
    return explain(all);
  }

  static type_notes notes() { return notes_of_parts<Part...>(); }

protected:
  // "f64,string", with the fields' names "price:f64,symbol:string".
  static std::string part_schemas() {
    std::string list;
    std::size_t position = 0;
    const auto append = [&](std::string part) {
      if (position > 0) list += ',';
      if constexpr (has_named_fields<Record>) {
        list += std::string{fields_of<Record>::names[position]} + ':';
      }
      list += part;
      ++position;
    };
    (append(codec<Part>::schema()), ...);
    return list;
  }

private:
  // Decodes again, part by part, what could not be decoded: only failures pay for their message.
  [[gnu::cold]] static error explain(std::string_view bytes) {
    error failure;
    std::size_t position = 0;
    const auto explain_part = [&]<class Tried>(std::type_identity<Tried>) {
      const auto decoded = codec<Tried>::decode(bytes);
      if (!decoded) failure = within(part_name(position), decoded.failure());
      ++position;
      return decoded.ok();
    };
    static_cast<void>((explain_part(std::type_identity<Part>{}) && ...));
    return failure;
  }

  static std::string part_name(std::size_t position) {
    if constexpr (has_named_fields<Record>) {
      return "field " + std::string{fields_of<Record>::names[position]};
    } else {
      return "part " + std::to_string(position + 1);
    }
  }
};

template <class References>
inline constexpr bool has_encodable_fields = false;
template <class... Field>
inline constexpr bool has_encodable_fields<std::tuple<Field&...>> = (encodable<Field> && ...);

// A message of Protocol Buffers without its required fields has none.
template <class T>
bool has_encoding(const T& value) {
  if constexpr (protobuf_message<T> && requires { value.IsInitialized(); }) {
    return value.IsInitialized();
  } else {
    return true;
  }
}

// by_parts of a struct, from the tuple of references to its fields.
template <class Struct, class References>
struct by_fields;
template <class Struct, class... Field>
struct by_fields<Struct, std::tuple<Field&...>> : by_parts<Struct, Field...> {
  static std::string schema() {
    return "struct{" + by_parts<Struct, Field...>::part_schemas() + "}";
  }

  static type_notes notes() {
    type_notes notes = notes_of_parts<Field...>();
    if constexpr (has_former_names<Struct>) {
      for (const auto former : fields_of<Struct>::former_names)
        notes.former_names.push_back(former);
    }
    notes.default_of = default_of;
    return notes;
  }

private:
  static std::optional<std::string> default_of(std::size_t field) {
    const Struct fresh{};
    std::optional<std::string> bytes;
    std::size_t position = 0;
    const auto encode_it = [&]<class Value>(const Value& value) {
      if (position++ != field || !has_encoding(value)) return;
      codec<Value>::encode(value, bytes.emplace());
    };
    std::apply([&](const auto&... value) { (encode_it(value), ...); }, tie_fields(fresh));
    return bytes;
  }
};

template <class T>
using references_to_fields = decltype(tie_fields(std::declval<T&>()));

// Has fields, with or without names, that all have codecs; see api/fields.hpp.
template <class T>
concept record_struct =
    !protobuf_message<T> &&
    (has_named_fields<T> || plain_struct<T>)&&has_encodable_fields<references_to_fields<T>>;

}  // namespace codecs

template <encodable First, encodable Second>
struct codec<std::pair<First, Second>> : codecs::by_parts<std::pair<First, Second>, First, Second> {
  static std::string schema() { return "pair{" + codec::part_schemas() + "}"; }
};

template <encodable... Part>
  requires(sizeof...(Part) > 0)
struct codec<std::tuple<Part...>> : codecs::by_parts<std::tuple<Part...>, Part...> {
  static std::string schema() { return "tuple{" + codec::part_schemas() + "}"; }
};

template <codecs::record_struct T>
struct codec<T> : codecs::by_fields<T, codecs::references_to_fields<T>> {};

template <encodable T, std::size_t N>
  requires(N > 0)
struct codec<std::array<T, N>> {
  using parts = std::array<T, N>;
  static constexpr bool is_canonical = codec<T>::is_canonical;

  static void encode(const std::array<T, N>& values, std::string& out) {
    for (const T& value : values) codec<T>::encode(value, out);
  }

  static bool try_decode(std::array<T, N>& values, std::string_view& bytes) {
    return std::all_of(values.begin(), values.end(),
                       [&](T& value) { return codecs::try_decode(value, bytes); });
  }

  static result<std::array<T, N>> decode(std::string_view& bytes) {
    std::array<T, N> values{};
    for (T& value : values) {
      auto decoded = codec<T>::decode(bytes);
      if (!decoded) return codecs::not_decoded_within(schema(), decoded.failure());
      value = std::move(*decoded);
    }
    return values;
  }

  static std::string schema() {
    return "array<" + codec<T>::schema() + "," + std::to_string(N) + ">";
  }
  static type_notes notes() { return codecs::notes_of_parts<T>(); }
};

}  // namespace weir
