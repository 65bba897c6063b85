// SPDX-License-Identifier: Apache-2.0
// Timers of keys: a set of (time, key), taken out in order of time and, at one time, of setting.
//
// A binary heap orders the timers; a table knows which of them are set. Erasing only forgets the
// timer in the table; the heap drops it when it comes up, or when such leftovers outnumber the
// rest.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "api/flat_table.hpp"
#include "api/time.hpp"

namespace weir {

template <class Key, class Time = event_time>
struct timer {
  Time time;
  Key key;
  friend bool operator==(const timer&, const timer&) = default;
};

struct hash_of_timer {
  template <class Key, class Time>
  std::uint64_t operator()(const timer<Key, Time>& of) const {
    const auto time = static_cast<std::uint64_t>(of.time.time_since_epoch().count());
    return mix(hash_key(of.key) + mix(time));
  }
};

template <class Key, class Time = event_time>
class timer_queue final : public state_table {
public:
  using timer_type = timer<Key, Time>;

  // The timers of the keys of `range`. `memory` outlives the queue.
  explicit timer_queue(page_memory& memory, hash_range range = {}) : range_{range}, set_{memory} {}
  // The timers of the keys that live in `backend`.
  explicit timer_queue(state_backend& backend)
      : timer_queue{backend.memory(), hash_range{backend.key_groups(), backend.max_parallelism()}} {
  }

  std::size_t size() const noexcept { return set_.size(); }
  std::size_t entries() const override { return set_.size(); }

  // Returns false if this timer was set already; then nothing changes.
  bool set(Time time, const Key& key) {
    timer_type wanted{time, key};
    const std::uint64_t number = next_number_;
    std::uint64_t& known = set_.find_or_insert(wanted, hash_of_timer{}(wanted));
    if (known != 0) return false;
    known = number;
    ++next_number_;
    heap_.push_back({number, std::move(wanted)});
    std::push_heap(heap_.begin(), heap_.end(), comes_later);
    return true;
  }

  // Returns whether the timer was set.
  bool erase(Time time, const Key& key) {
    const timer_type gone{time, key};
    if (!set_.erase(gone, hash_of_timer{}(gone))) return false;
    if (heap_.size() > 2 * set_.size() + 16) drop_leftovers();
    drop_erased_front();
    return true;
  }

  // The earliest time a timer is set for.
  std::optional<Time> next_time() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.front().due.time;
  }

  // Takes out the first of the timers set for `now` or earlier.
  std::optional<timer_type> pop_due(Time now) {
    if (heap_.empty() || now < heap_.front().due.time) return std::nullopt;
    timer_type due = take_front();
    set_.erase(due, hash_of_timer{}(due));
    drop_erased_front();
    return due;
  }

  // Calls f(Time, const Key&) for every timer, in no particular but a repeatable order.
  template <class F>
  void for_each(F&& f) {
    set_.for_each([&](const timer_type& each, std::uint64_t&) { f(each.time, each.key); });
  }

  table_schema schema() const override { return {"timers", codec<saved_timer>::schema()}; }
  type_notes notes() const override { return codecs::notes_of<saved_timer>(); }

  std::unique_ptr<frozen_table> freeze() override { return set_.freeze_as(saved_form{range_}); }

  status load(const state_block& block) override {
    return decode_entries<saved_timer>(block, [&](saved_timer saved) -> status {
      auto& [time, key, number] = saved;
      if (!range_.contains(hash_key(key))) return {};
      timer_type due{time, std::move(key)};
      std::uint64_t& known = set_.find_or_insert(due, hash_of_timer{}(due));
      if (known != 0 || number == 0) {
        return damaged_block(number == 0 ? "a timer has no number" : "a timer comes twice");
      }
      known = number;
      next_number_ = std::max(next_number_, number + 1);
      heap_.push_back({number, std::move(due)});
      std::push_heap(heap_.begin(), heap_.end(), comes_later);
      return {};
    });
  }

private:
  using saved_timer = std::tuple<Time, Key, std::uint64_t>;

  struct saved_form {
    hash_range range;

    // The table is in no order of key groups.
    block_gatherer gatherer() const {
      constexpr std::size_t sections = 64;
      return {{group_at(range.first()), group_at(range.last()) + 1U}, sections};
    }
    key_group group_at(std::uint64_t hash) const {
      return key_group_of(hash, range.max_parallelism());
    }
    key_group group_of(const timer_type& of, std::uint64_t) const {
      return group_at(hash_key(of.key));
    }
    void encode(const timer_type& of, std::uint64_t number, std::string& bytes) const {
      codec<Time>::encode(of.time, bytes);
      codec<Key>::encode(of.key, bytes);
      codec<std::uint64_t>::encode(number, bytes);
    }
  };

  struct entry {
    std::uint64_t number;  // The order of setting, from 1.
    timer_type due;
  };
  static bool comes_later(const entry& a, const entry& b) {
    if (a.due.time != b.due.time) return a.due.time > b.due.time;
    return a.number > b.number;
  }

  bool is_set(const entry& of) {
    const std::uint64_t* number = set_.find(of.due, hash_of_timer{}(of.due));
    return number != nullptr && *number == of.number;
  }
  timer_type take_front() {
    std::pop_heap(heap_.begin(), heap_.end(), comes_later);
    timer_type front = std::move(heap_.back().due);
    heap_.pop_back();
    return front;
  }
  // Keeps the front of the heap a timer that is set, so that next_time can trust it.
  void drop_erased_front() {
    while (!heap_.empty() && !is_set(heap_.front())) take_front();
  }
  void drop_leftovers() {
    std::erase_if(heap_, [this](const entry& each) { return !is_set(each); });
    std::make_heap(heap_.begin(), heap_.end(), comes_later);
  }

  hash_range range_;
  flat_table<timer_type, std::uint64_t, hash_of_timer> set_;  // To the number; never 0.
  std::vector<entry> heap_;
  std::uint64_t next_number_ = 1;
};

}  // namespace weir
