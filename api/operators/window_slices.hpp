// SPDX-License-Identifier: Apache-2.0
// The slices of an aligned window operator: one table for each slice that has records, in order of
// time. Tables are used again, so a stream that goes on for ever holds no more memory than its
// busiest moments needed.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "api/flat_table.hpp"
#include "api/operators/entry_batch.hpp"
#include "api/operators/window_slicing.hpp"

namespace weir {

// The slices one after the other. Small ones share blocks.
class frozen_slices final : public frozen_table {
public:
  void add(std::unique_ptr<frozen_table> slice) { slices_.push_back(std::move(slice)); }

  std::optional<state_block> next_block(known_content* known) override {
    for (;;) {
      if (auto full = blocks_.take()) return full;
      if (next_ == slices_.size()) return std::nullopt;
      if (auto block = slices_[next_]->next_block(known)) {
        if (block->name) return block;
        blocks_.append(*block);
        continue;
      }
      if (outcome_) outcome_ = slices_[next_]->outcome();
      slices_[next_].reset();
      // A block with the end of one slice and the beginning of the next is of all key groups.
      const bool is_last = ++next_ == slices_.size();
      blocks_.cut(is_last ? 0 : state_block_size / 4);
    }
  }

  status outcome() const override { return outcome_; }

private:
  std::vector<std::unique_ptr<frozen_table>> slices_;
  std::size_t next_ = 0;
  block_gatherer blocks_;
  status outcome_;
};

// What a snapshot keeps of an entry that is an accumulator and nothing else.
template <class Accumulator>
struct whole_entry {
  using accumulator = Accumulator;
  static accumulator restored(accumulator saved) { return saved; }
  static const accumulator& saved(const accumulator& of) { return of; }
  // The same of an entry's encoding.
  static std::string_view saved_part(std::string_view entry) { return entry; }
};

// Form says what a snapshot keeps of an entry, and what it becomes again; see whole_entry.
template <class Key, class Entry, class Form = whole_entry<Entry>>
class window_slices final : public state_table {
public:
  using table_type = flat_table<Key, Entry>;
  struct slice {
    slice_index index;
    std::unique_ptr<table_type> table;
  };
  // A place between two entries of the slices, for work that stops and goes on.
  struct position {
    slice_index slice = before_all_windows;
    std::size_t slot = 0;
  };

  // `backend` outlives the slices. A new key of a slice starts with `initial`.
  window_slices(state_backend& backend, Entry initial)
      : backend_{&backend}, initial_{std::move(initial)} {}

  std::size_t entries() const override {
    std::size_t sum = 0;
    for (const slice& each : live_) sum += each.table->size();
    return sum;
  }

  // The table of a slice, or null. Good until the slice is closed.
  table_type* find(slice_index index) const {
    const auto place = lower_bound(index);
    return place != live_.end() && place->index == index ? place->table.get() : nullptr;
  }

  // The table of a slice; an empty one if it is new.
  table_type& open(slice_index index) {
    const auto place = lower_bound(index);
    if (place != live_.end() && place->index == index) return *place->table;
    return *live_.insert(place, slice{index, fresh_table()})->table;
  }

  // The first slice from `index` on that has entries.
  const slice* first_from(slice_index index) const {
    for (auto place = lower_bound(index); place != live_.end(); ++place) {
      if (!place->table->empty()) return &*place;
    }
    return nullptr;
  }

  // Forgets the slices before `index`.
  void close_before(slice_index index) {
    const auto end = lower_bound(index);
    for (auto each = live_.begin(); each != end; ++each) {
      if (spare_.size() == most_spare_tables) break;
      each->table->clear();
      spare_.push_back(std::move(each->table));
    }
    live_.erase(live_.begin(), end);
  }

  // Calls f(slice_index, table_type&) for the slices of [first, end), in order.
  template <class F>
  void for_each_between(slice_index first, slice_index end, F&& f) {
    for (auto each = lower_bound(first); each != live_.end() && each->index < end; ++each) {
      f(each->index, *each->table);
    }
  }

  // Calls f(const entry_batch<Key, Seen>&) with the entries of the slices [at.slice, end), in order
  // of slices; see visit_in_batches. Looks at no more slots than `budget`, which it reduces, and
  // leaves `at` where to go on. Returns true, with `at` at the beginning of `end`, when it got
  // there.
  // REQUIRES: which keys there are in these slices does not change until it got there.
  template <class Seen, class F>
  bool sweep(position& at, slice_index end, std::size_t& budget, F&& f) {
    for (auto each = lower_bound(at.slice); each != live_.end() && each->index < end; ++each) {
      if (each->index > at.slice) at = {each->index, 0};
      if (!visit_in_batches<Seen>(*each->table, at.slot, budget, f)) return false;
      at = {each->index + 1, 0};
    }
    at = {end, 0};
    return true;
  }

  // The same from slice at.slice down to `first`; leaves at.slice == first - 1.
  template <class Seen, class F>
  bool sweep_back(position& at, slice_index first, std::size_t& budget, F&& f) {
    for (auto each = lower_bound(at.slice + 1); each != live_.begin();) {
      --each;
      if (each->index < first) break;
      if (each->index < at.slice) at = {each->index, 0};
      if (!visit_in_batches<Seen>(*each->table, at.slot, budget, f)) return false;
      at = {each->index - 1, 0};
    }
    at = {first - 1, 0};
    return true;
  }

  table_schema schema() const override { return {"window-slices", codec<saved_entry>::schema()}; }
  type_notes notes() const override { return codecs::notes_of<saved_entry>(); }

  std::unique_ptr<frozen_table> freeze() override {
    auto frozen = std::make_unique<frozen_slices>();
    for (const slice& each : live_) {
      frozen->add(each.table->freeze_as(saved_form{{backend_->max_parallelism(), {}}, each.index}));
    }
    return frozen;
  }

  status load(const state_block& block) override {
    const hash_range range{backend_->key_groups(), backend_->max_parallelism()};
    slice_index current = before_all_windows;
    loaded_entries<Key, Entry> loaded{range};
    const auto take_in = [&]() -> status {
      if (loaded.entries().empty()) return {};
      const bool is_all = loaded.entries().size() == block.entries;
      status taken = weir::take_in(open(current), range, loaded, is_all ? block.number : 0);
      loaded = loaded_entries<Key, Entry>{range};
      return taken;
    };
    status decoded = decode_entries<saved_entry>(block, [&](saved_entry saved) -> status {
      auto& [index, key, accumulator] = saved;
      if (index != current) {
        if (status taken = take_in(); !taken) return taken;
        current = index;
      }
      const std::uint64_t hash = hash_key(key);
      loaded.add(hash, std::move(key), Form::restored(std::move(accumulator)));
      return {};
    });
    if (!decoded) return decoded;
    return take_in();
  }

  std::vector<loaded_part> name_loaded() override {
    std::vector<loaded_part> all;
    for (const slice& each : live_) {
      const auto of_slice = each.table->name_loaded();
      all.insert(all.end(), of_slice.begin(), of_slice.end());
    }
    return all;
  }

private:
  using saved_entry = std::tuple<slice_index, Key, typename Form::accumulator>;

  static constexpr std::size_t most_spare_tables = 4;

  struct saved_form : noting_form {
    slice_index index;

    block_gatherer gatherer() const { return {}; }
    void encode(const Key& key, const Entry& entry, std::string& bytes) const {
      codec<slice_index>::encode(index, bytes);
      codec<Key>::encode(key, bytes);
      codec<typename Form::accumulator>::encode(Form::saved(entry), bytes);
    }
    void encode_stored(std::string_view key, std::string_view stored, std::string& bytes) const {
      codec<slice_index>::encode(index, bytes);
      bytes.append(key).append(Form::saved_part(stored));
    }
  };

  auto lower_bound(slice_index index) const {
    return std::partition_point(live_.begin(), live_.end(),
                                [&](const slice& each) { return each.index < index; });
  }
  auto lower_bound(slice_index index) {
    return std::partition_point(live_.begin(), live_.end(),
                                [&](const slice& each) { return each.index < index; });
  }

  std::unique_ptr<table_type> fresh_table() {
    if (spare_.empty()) {
      auto made = std::make_unique<table_type>(*backend_, initial_);
      // Most slices have about as many keys as the one before.
      if (!live_.empty()) {
        made->reserve(live_.back().table->size() - live_.back().table->absent());
      }
      return made;
    }
    auto table = std::move(spare_.back());
    spare_.pop_back();
    return table;
  }

  state_backend* backend_;
  Entry initial_;
  std::vector<slice> live_;  // By index.
  std::vector<std::unique_ptr<table_type>> spare_;
};

}  // namespace weir
