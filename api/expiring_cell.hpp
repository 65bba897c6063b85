// SPDX-License-Identifier: Apache-2.0
// One state of one key that has a time to live (api/ttl.hpp): a cell as in api/state_cell.hpp whose
// table keeps, beside each value, when it was last refreshed.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/state_cell.hpp"
#include "api/state_time.hpp"
#include "api/ttl.hpp"

namespace weir {

// What a table of such a state holds for a key. Time is event_time or processing_time, so that a
// snapshot says which clock it goes by.
template <class T, class Time>
struct expiring {
  T value{};
  Time refreshed{};
};
template <class T, class Time>
constexpr auto weir_field_names(std::type_identity<expiring<T, Time>>) {
  return std::array{std::string_view{"value"}, std::string_view{"refreshed"}};
}
template <class T, class Time, class Value>
constexpr auto weir_tie_fields(std::type_identity<expiring<T, Time>>, Value& value) {
  return std::tie(value.value, value.refreshed);
}

class expiring_state {
public:
  virtual ~expiring_state() = default;
  // Looks at the next `slots` of the table and takes out what has expired. An entry that other
  // changes move past the point reached is seen in the next round.
  // REQUIRES: no key is current.
  virtual void remove_expired(std::size_t slots) = 0;
};

template <class Key, class T, class Time>
class expiring_cell final : public state_cell<T>, public expiring_state {
public:
  using entry = expiring<T, Time>;

  // `table`, `current` and `time` outlive the cell. REQUIRES: life.lifetime > 0.
  expiring_cell(std::string name, flat_table<Key, entry>& table, const current_key<Key>& current,
                const state_time& time, const ttl& life)
      : name_{std::move(name)},
        table_{table},
        current_{current},
        time_{time},
        lifetime_{static_cast<std::uint64_t>(life.lifetime.count())},
        reading_refreshes_{life.refresh == ttl_refresh::on_read_and_write} {}

  T* find() override {
    entry* found = find_entry();
    if (found == nullptr) return nullptr;
    if (reading_refreshes_) refresh(*found);
    return &found->value;
  }
  T& find_or_create() override {
    if (entry* found = find_entry()) {
      refresh(*found);
    } else {
      found_ = &table_.find_or_insert(current_.key(), current_.hash());
      found_->refreshed = time_.of_writing<Time>();
    }
    return found_->value;
  }
  void erase() override {
    if (find_entry() == nullptr) return;
    table_.erase(current_.key(), current_.hash());
    found_ = nullptr;
  }

  void remove_expired(std::size_t slots) override {
    std::vector<Key> expired;
    const Time now = time_.now<Time>();
    const auto look_at = [&](const Key& key, const entry& each) {
      if (is_over(each, now)) expired.push_back(key);
    };
    if (table_.visit_untouched(cursor_, slots, look_at)) cursor_ = 0;
    for (const Key& key : expired) table_.erase(key, hash_key(key));
  }

private:
  // The entry of the current key; one that has expired goes.
  entry* find_entry() {
    if (turn_ != current_.turn()) {
      require_current(current_, name_);
      found_ = table_.find(current_.key(), current_.hash());
      turn_ = current_.turn();
      if (found_ != nullptr && is_over(*found_, time_.now<Time>())) {
        table_.erase(current_.key(), current_.hash());
        found_ = nullptr;
      }
    }
    return found_;
  }

  bool is_over(const entry& of, Time now) const {
    if (now < of.refreshed) return false;
    // The difference of any two times fits without a sign.
    return static_cast<std::uint64_t>(now.time_since_epoch().count()) -
               static_cast<std::uint64_t>(of.refreshed.time_since_epoch().count()) >=
           lifetime_;
  }
  void refresh(entry& of) const { of.refreshed = std::max(of.refreshed, time_.of_writing<Time>()); }

  std::string name_;
  flat_table<Key, entry>& table_;
  const current_key<Key>& current_;
  const state_time& time_;
  std::uint64_t lifetime_;  // Microseconds, as all times have.
  bool reading_refreshes_;
  std::uint64_t turn_ = 0;  // The turn that `found_` is from.
  entry* found_ = nullptr;
  std::size_t cursor_ = 0;  // How far `remove_expired` has come.
};

}  // namespace weir
