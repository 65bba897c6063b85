// SPDX-License-Identifier: Apache-2.0
// The place of one entry in an array of flat_slots. Two layouts: small integral keys are their own
// mark, and the key zero is kept elsewhere by the table; other keys have a tag from the hash beside
// them, so most mismatches never compare keys. A slot of zero bytes is empty.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "api/integral_time.hpp"

namespace weir {

// Keys that mark their own slot.
template <class Key>
concept compact_key = sizeof(Key) <= 8 &&
                      (std::integral<Key> || std::is_enum_v<Key> || is_integral_time<Key>);

template <class Key>
bool is_zero_key(const Key& key) noexcept {
  if constexpr (compact_key<Key>) return key == Key{};
  return false;
}

// Room for a T that is there or not.
template <class T>
class raw_value {
public:
  T& get() noexcept { return *std::launder(reinterpret_cast<T*>(bytes_)); }
  template <class... Arguments>
  T& construct(Arguments&&... arguments) {
    return *::new (static_cast<void*>(bytes_)) T(std::forward<Arguments>(arguments)...);
  }
  void destroy() noexcept { std::destroy_at(&get()); }

private:
  alignas(T) std::byte bytes_[sizeof(T)];
};

template <class Key, class T>
struct compact_slot {
  Key mark;
  raw_value<T> value;

  bool is_empty() const noexcept { return mark == Key{}; }
  bool holds(const Key& key, std::uint64_t) const noexcept { return mark == key; }
  bool is_taken_by_another(const Key& key, std::uint64_t) const noexcept {
    return (static_cast<unsigned>(mark != key) & static_cast<unsigned>(mark != Key{})) != 0;
  }
  const Key& key() noexcept { return mark; }
  void set_key(Key key, std::uint64_t) noexcept { mark = key; }
  void destroy_key() noexcept { mark = Key{}; }
};

template <class Key, class T>
struct tagged_slot {
  std::uint32_t tag;
  raw_value<Key> stored;
  raw_value<T> value;

  static std::uint32_t tag_of(std::uint64_t hash) noexcept {
    const auto low = static_cast<std::uint32_t>(hash);
    return low == 0 ? 1 : low;
  }
  bool is_empty() const noexcept { return tag == 0; }
  bool holds(const Key& key, std::uint64_t hash) noexcept {
    return tag == tag_of(hash) && stored.get() == key;
  }
  // By the tag alone: true for most others, never for the key itself.
  bool is_taken_by_another(const Key&, std::uint64_t hash) const noexcept {
    return (static_cast<unsigned>(tag != tag_of(hash)) & static_cast<unsigned>(tag != 0)) != 0;
  }
  const Key& key() noexcept { return stored.get(); }
  template <class K>
  void set_key(K&& key, std::uint64_t hash) {
    stored.construct(std::forward<K>(key));
    tag = tag_of(hash);
  }
  void destroy_key() noexcept {
    stored.destroy();
    tag = 0;
  }
};

template <class Key, class T>
using flat_slot = std::conditional_t<compact_key<Key>, compact_slot<Key, T>, tagged_slot<Key, T>>;

// A function of entries that does not change them.
template <class F, class Key, class T>
concept entry_reader = std::is_invocable_v<F&, const Key&, const T&>;

// Calls f(key, value) of a slot that is not empty.
template <class Key, class T, class Slot, class F>
void hand_out(Slot& place, F& f) {
  if constexpr (entry_reader<F, Key, T>) {
    f(place.key(), std::as_const(place.value.get()));
  } else {
    f(place.key(), place.value.get());
  }
}

}  // namespace weir
