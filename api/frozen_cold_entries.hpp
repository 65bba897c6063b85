// SPDX-License-Identifier: Apache-2.0
// A table as it was at one moment, of which some entries were in memory and others in a store: the
// former as frozen_slots has them, the latter from a view, in order of their hashes. The view may
// still have older values of those that were in memory: they are left out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/block_gatherer.hpp"
#include "api/codec.hpp"
#include "api/cold_space.hpp"
#include "api/key_group.hpp"

namespace weir {

// The keys that were in memory, by two hashes of 64 bits. Two threads may add.
class seen_keys {
public:
  void add(std::uint64_t hash, std::string_view encoded) {
    const std::scoped_lock lock{guard_};
    keys_.emplace_back(hash, hash_bytes(encoded));
  }
  // From now on nothing is added.
  void sort() { std::sort(keys_.begin(), keys_.end()); }
  // REQUIRES: the hashes of consecutive calls do not fall.
  bool has_next(std::uint64_t hash, std::string_view encoded) {
    while (next_ < keys_.size() && keys_[next_].first < hash) ++next_;
    if (next_ == keys_.size() || keys_[next_].first != hash) return false;
    const std::pair wanted{hash, hash_bytes(encoded)};
    return std::binary_search(keys_.begin() + static_cast<std::ptrdiff_t>(next_), keys_.end(),
                              wanted);
  }

private:
  std::mutex guard_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> keys_;
  std::size_t next_ = 0;
};

// What forms (api/frozen_slots.hpp) begin with.
struct noting_form {
  std::uint32_t max_parallelism;
  std::shared_ptr<seen_keys> seen;  // Null: nobody wants to know.

  template <class Key>
  key_group group_of(const Key& key, std::uint64_t hash) const {
    if (seen != nullptr) [[unlikely]] {
      std::string encoded;
      codec<Key>::encode(key, encoded);
      seen->add(hash, encoded);
    }
    return key_group_of(hash, max_parallelism);
  }
};

// `Form` is a noting_form that has, beside what frozen_slots wants of it,
//
//   void encode_stored(std::string_view key, std::string_view value, std::string& bytes) const;
template <class Form>
class frozen_cold_entries final : public frozen_table {
public:
  frozen_cold_entries(Form form, std::unique_ptr<frozen_table> in_memory,
                      std::unique_ptr<entry_view> view, std::string range)
      : form_{std::move(form)},
        in_memory_{std::move(in_memory)},
        view_{std::move(view)},
        begin_{std::move(range)},
        end_{end_of_range(begin_)} {}

  // Nothing has a name: what spills is not where it was.
  std::optional<state_block> next_block(known_content*) override {
    if (in_memory_ != nullptr) {
      if (auto block = in_memory_->next_block(nullptr)) return block;
      in_memory_.reset();
      form_.seen->sort();
    }
    for (;;) {
      if (auto full = blocks_.take()) return full;
      if (view_ == nullptr) return std::nullopt;
      read_more();
    }
  }
  status outcome() const override { return outcome_; }

private:
  static constexpr std::size_t entries_per_read = 1024;

  void read_more() {
    outcome_ = view_->read(begin_, end_, entries_per_read, chunk_);
    if (!outcome_) return view_.reset();
    for (const stored_entry& each : chunk_) {
      const std::uint64_t hash = hash_in(each.key);
      const std::string_view key = behind_hash(each.key);
      if (form_.seen->has_next(hash, key)) continue;
      blocks_.add(key_group_of(hash, form_.max_parallelism),
                  [&](std::string& bytes) { form_.encode_stored(key, each.value, bytes); });
    }
    if (chunk_.size() < entries_per_read) {
      view_.reset();
      return blocks_.finish();
    }
    // The least key behind the last one.
    begin_ = std::move(chunk_.back().key);
    begin_.push_back('\0');
  }

  Form form_;
  std::unique_ptr<frozen_table> in_memory_;
  std::unique_ptr<entry_view> view_;  // Null at the end.
  std::string begin_;
  std::string end_;
  std::vector<stored_entry> chunk_;
  block_gatherer blocks_;
  status outcome_;
};

}  // namespace weir
