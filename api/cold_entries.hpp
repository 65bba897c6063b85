// SPDX-License-Identifier: Apache-2.0
// The cold side of a flat_table: its entries as bytes in a range of a cold_space.
//
//   key    range (4 bytes), hash (8 bytes, in the order of numbers), the key's encoding
//   value  the value's encoding
//
// 1. Entries are in hash order, as in memory: a key group is one run of them.
// 2. A key is in memory or here, or in both: then what is here is older, and counts for nothing.
// 3. `absent` is how many are only here; while it is 0 nobody asks the store for anything.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/codec.hpp"
#include "api/cold_space.hpp"
#include "api/frozen_cold_entries.hpp"
#include "api/operator.hpp"

namespace weir {

template <class Key, class T>
class cold_entries {
public:
  struct entry {
    Key key;
    std::uint64_t hash;
    T value;
  };

  // `space` outlives this; `owner` is the table that has it.
  cold_entries(cold_space& space, spilling_table& owner)
      : space_{space}, owner_{owner}, range_{space.open_range()} {
    space_.add(owner_);
  }
  cold_entries(const cold_entries&) = delete;
  cold_entries& operator=(const cold_entries&) = delete;
  ~cold_entries() {
    space_.remove(owner_);
    if (was_used_) space_.discard_range(range_);
  }

  std::size_t absent() const noexcept { return absent_; }
  std::size_t most_bytes_in_memory() const noexcept { return space_.most_bytes_in_memory(); }

  // About what so many entries take in memory beside their slots.
  static constexpr bool has_fixed_size =
      std::is_trivially_copyable_v<Key> && std::is_trivially_copyable_v<T>;
  std::size_t bytes_of(std::size_t entries) const noexcept {
    return has_fixed_size ? 0 : entries * bytes_per_entry_;
  }
  // What that is like in some of them. A row of these ends with `weighed`.
  void weigh(const Key& key, const T& value) {
    bytes_.clear();
    codec<Key>::encode(key, bytes_);
    codec<T>::encode(value, bytes_);
    weighed_bytes_ += bytes_.size();
    ++weighed_entries_;
  }
  void weighed() noexcept {
    if (weighed_entries_ == 0) return;
    bytes_per_entry_ = weighed_bytes_ / weighed_entries_ + 1;
    weighed_bytes_ = weighed_entries_ = 0;
  }

  // What a checkpoint may leave where it is, and what a table can begin with.
  std::optional<stored_range> stored() const {
    if (absent_ == 0) return std::nullopt;
    return stored_range{range_, absent_};
  }
  bool begin_with(const stored_range& range) {
    if (!space_.claim(range.prefix)) return false;
    range_ = range.prefix;
    absent_ = range.entries;
    return was_used_ = true;
  }

  // The value of a key that is not in memory, and is from now on.
  std::optional<T> take(const Key& key, std::uint64_t hash) {
    if (absent_ == 0 || !space_.get(stored_key(key, hash), bytes_)) return std::nullopt;
    --absent_;
    return decoded<T>(bytes_);
  }

  // Moves an entry here that was in memory. A row of these ends with `moved_in`.
  void put(const Key& key, std::uint64_t hash, const T& value) {
    bytes_.clear();
    codec<T>::encode(value, bytes_);
    space_.put(stored_key(key, hash), bytes_);
    was_used_ = true;
  }
  void moved_in(std::size_t entries) noexcept { absent_ += entries; }

  // One of those that were read is in memory.
  void moved_out() noexcept { --absent_; }

  // A key leaves the table. Returns whether it was only here.
  bool erase(const Key& key, std::uint64_t hash, bool is_in_memory) {
    if (!was_used_) return false;
    const std::string& stored = stored_key(key, hash);
    const bool is_absent = !is_in_memory && absent_ > 0 && space_.get(stored, bytes_);
    if (!is_in_memory && !is_absent) return false;
    space_.remove(stored);
    if (is_absent) --absent_;
    return is_absent;
  }

  void clear() {
    absent_ = 0;
    if (!std::exchange(was_used_, false)) return;
    space_.remove_range(range_);
    range_ = space_.open_range();
  }

  // Reads entries from `cursor` on, about as many as `budget`, and says whether those are the last.
  // Reduces the budget; to nothing, if there are more.
  bool read(std::size_t& cursor, std::size_t& budget) {
    std::size_t most = std::clamp<std::size_t>(budget, 1, entries_per_read);
    const std::string end = end_of_range(range_);
    std::string begin = range_;
    append_hash(cursor, begin);
    // Keys with one hash come together.
    std::size_t count = 0;
    for (;; most *= 2) {
      space_.read(begin, end, most + 1, chunk_);
      count = chunk_.size();
      if (count <= most) break;
      const std::uint64_t next = hash_in(chunk_.back().key);
      while (count > 0 && hash_in(chunk_[count - 1].key) == next) --count;
      if (count == 0) continue;
      cursor = static_cast<std::size_t>(next);
      break;
    }
    last_read_.clear();
    last_read_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      last_read_.push_back({decoded<Key>(behind_hash(chunk_[i].key)), hash_in(chunk_[i].key),
                            decoded<T>(chunk_[i].value)});
    }
    const bool is_done = count == chunk_.size();
    budget = is_done ? budget - std::min(budget, count) : 0;
    return is_done;
  }
  // Good until the next call of `read`.
  std::vector<entry>& last_read() noexcept { return last_read_; }

  // The entries as they are now, but for those that `in_memory` has, which come first; form.seen
  // takes note of them.
  template <class Form>
  std::unique_ptr<frozen_table> freeze(Form form, std::unique_ptr<frozen_table> in_memory) {
    return std::make_unique<frozen_cold_entries<Form>>(std::move(form), std::move(in_memory),
                                                       space_.view(), range_);
  }

private:
  // More would crowd one place of the slots, which are in the same order.
  static constexpr std::size_t entries_per_read = 256;

  template <class Value>
  static Value decoded(std::string_view bytes) {
    auto value = codec<Value>::decode(bytes);
    if (value && bytes.empty()) return *std::move(value);
    throw task_failure{
        {error_code::io_failure, "an entry of the state that is on disk cannot be decoded" +
                                     (value ? std::string{} : ": " + value.failure().message) +
                                     "; a file was damaged while the job ran: check the disk"}};
  }

  // Good until the next call.
  const std::string& stored_key(const Key& key, std::uint64_t hash) {
    key_ = range_;
    append_hash(hash, key_);
    codec<Key>::encode(key, key_);
    return key_;
  }

  cold_space& space_;
  spilling_table& owner_;
  std::string range_;
  std::size_t absent_ = 0;
  bool was_used_ = false;             // The range may hold something.
  std::size_t bytes_per_entry_ = 64;  // On average; until some have been weighed.
  std::size_t weighed_bytes_ = 0;
  std::size_t weighed_entries_ = 0;
  std::string key_;
  std::string bytes_;
  std::vector<stored_entry> chunk_;
  std::vector<entry> last_read_;
};

}  // namespace weir
