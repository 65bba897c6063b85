// SPDX-License-Identifier: Apache-2.0
// What may be a key, and the 64-bit hash that decides where it lives (api/key_group.hpp).
//
// Numbers, enums, times     mix(value as u64)
// std::string               hash_bytes(the characters)
// pairs, tuples, arrays,    h = the number of parts; for each part in order:
// structs                   h = mix(rotate_left(h, 23) ^ hash_key(part))
// everything else           hash_bytes(its encoding)
//
// All of it is part of the snapshot format and never changes. Every hash is as good as any other:
// the key 0 hashes to 0. Equal keys hash alike as long as a struct's operator== compares its
// fields; a struct with another idea of equality specializes `codec`, and its encoding is hashed.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>

#include "api/codec.hpp"
#include "api/key_group.hpp"
#include "api/parts.hpp"
#include "api/time.hpp"

namespace weir {

// Equal values, equal bytes.
template <class T>
concept canonically_encodable = encodable<T> && static_cast<bool>(codec<T>::is_canonical);

template <class T>
concept key_type = canonically_encodable<T> && std::equality_comparable<T>;

// Does nothing, or fails to compile with a message for the author of the job.
template <class K>
constexpr void require_key_type() {
  static_assert(canonically_encodable<K>, "a key needs a canonical codec; see api/codec.hpp");
  static_assert(std::equality_comparable<K>, "a key needs operator==; a struct can default it");
}

template <key_type K>
std::uint64_t hash_key(const K& key) {
  if constexpr (std::integral<K> || std::is_enum_v<K>) {
    return mix(static_cast<std::uint64_t>(key));
  } else if constexpr (std::same_as<K, std::string>) {
    return hash_bytes(key);
  } else if constexpr (std::same_as<K, event_time> || std::same_as<K, processing_time>) {
    return mix(static_cast<std::uint64_t>(key.time_since_epoch().count()));
  } else if constexpr (is_duration<K>) {
    return mix(static_cast<std::uint64_t>(key.count()));
  } else if constexpr (requires { typename codec<K>::parts; }) {
    std::uint64_t hash = std::tuple_size_v<typename codec<K>::parts>;
    const auto add = [&](std::uint64_t part) { hash = mix(std::rotl(hash, 23) ^ part); };
    std::apply([&](const auto&... part) { (add(hash_key(part)), ...); }, tie_parts(key));
    return hash;
  } else {
    std::string bytes;
    codec<K>::encode(key, bytes);
    return hash_bytes(bytes);
  }
}

}  // namespace weir
