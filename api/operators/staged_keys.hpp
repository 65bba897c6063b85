// SPDX-License-Identifier: Apache-2.0
// The keys and hashes of a batch, computed before its records are handled, so that the memory of
// the keys ahead can be fetched. The user's key function is called once for each record, under the
// operator's error policy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/aggregate.hpp"
#include "api/key.hpp"
#include "api/operators/guarded.hpp"

namespace weir {

// With Copies, keys stay good when the records are moved away; without, keys that the function
// returns by reference are not copied.
template <class T, class KeyOf, bool Copies>
class staged_keys {
public:
  using key_type = projected<KeyOf, T>;
  static constexpr std::size_t prefetch_distance = 16;

  explicit staged_keys(KeyOf key_of) : key_of_{std::move(key_of)} {}

  // Replaces the keys. They are good as long as the batch's records stay where they are.
  void stage(operator_context& context, const batch_of<T>& batch) {
    keys_.resize(batch.size());
    hashes_.resize(batch.size());
    failed_.clear();
    guard_loop(
        context, batch, 0,
        [&](std::size_t i) {
          const T& record = batch.values[i];
          if constexpr (by_reference) {
            keys_[i] = &std::invoke(key_of_, record);
          } else {
            keys_[i].value = std::invoke(key_of_, record);
          }
          hashes_[i] = hash_key(key(i));
        },
        witness{this});
  }

  // False if the key function threw and the error policy left the record out.
  bool has(std::size_t i) const noexcept { return failed_.empty() || !failed_[i]; }
  // REQUIRES (both): has(i).
  const key_type& key(std::size_t i) const noexcept {
    if constexpr (by_reference) {
      return *keys_[i];
    } else {
      return keys_[i].value;
    }
  }
  std::uint64_t hash(std::size_t i) const noexcept { return hashes_[i]; }

  // table.update_batch(...) for the keys of the records [next, end), which are all there.
  template <class Table, class F>
  void update_run(Table& table, std::size_t& next, std::size_t end, F&& f) const {
    table.update_batch(
        std::span{hashes_}.first(end), next,
        [this](std::size_t i) -> const key_type& { return key(i); }, f);
  }
  // For every record i that has a key: table.update(...) with f(i, value), under the operator's
  // error policy. `batch` is the one that was staged.
  template <class Table, class F>
  void update_all(operator_context& context, const batch_of<T>& batch, Table& table, F&& f) const {
    table.continue_growing(batch.size());
    if (failed_.empty()) {
      guard_steps(context, batch, 0,
                  [&](std::size_t& next) { update_run(table, next, batch.size(), f); });
    } else {
      guard_loop(context, batch, 0, [&](std::size_t i) {
        if (has(i)) table.update(key(i), hash(i), [&f, i](auto& value) { f(i, value); });
      });
    }
  }

  // Fetches the place in `table` of the key that comes up 16 records behind record `i`.
  template <class Table>
  void prefetch_ahead_of(std::size_t i, Table& table) const noexcept {
    if (i + prefetch_distance < hashes_.size()) table.prefetch(hashes_[i + prefetch_distance]);
  }

private:
  // A reference to such a key takes as much memory, and a detour.
  static constexpr bool is_cheap_to_copy =
      std::is_trivially_copyable_v<key_type> && sizeof(key_type) <= sizeof(void*);
  static constexpr bool by_reference =
      !Copies && !is_cheap_to_copy &&
      std::is_lvalue_reference_v<std::invoke_result_t<const KeyOf&, const T&>> &&
      std::is_same_v<typename column<T>::value_type, T>;
  struct held {
    key_type value;
  };
  struct witness {
    staged_keys* keys;
    std::string place_of(std::size_t) const { return {}; }
    void on_skipped(std::size_t i) const {
      keys->failed_.resize(keys->hashes_.size());
      keys->failed_[i] = true;
    }
  };

  KeyOf key_of_;
  std::vector<std::conditional_t<by_reference, const key_type*, held>> keys_;
  std::vector<std::uint64_t> hashes_;
  std::vector<bool> failed_;  // Empty while no key function threw.
};

}  // namespace weir
