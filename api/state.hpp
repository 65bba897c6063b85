// SPDX-License-Identifier: Apache-2.0
// What a keyed process function remembers. The handles are opened once, by name, and from then on
// speak of the key whose record or timer is being handled:
//
//   value_state<double> last_;
//   void open(keyed_state<std::string>& state) { last_ = state.value<double>("last"); }
//   void process(const trade& t, keyed_process_context<std::string, alert>& context) {
//     if (last_.has() && t.price > 2 * last_.value()) context.emit(alert{context.key(), t.price});
//     last_.set(t.price);
//   }
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/expiring_cell.hpp"
#include "api/folding_state.hpp"
#include "api/state_cell.hpp"
#include "api/type_name.hpp"

namespace weir {

// One T for each key. All handles: references and pointers are good until the call ends or the
// state is cleared. REQUIRES: opened, and used while a record or a timer of a key is handled.
template <class T>
class value_state {
public:
  value_state() = default;
  explicit value_state(state_cell<T>& cell) : cell_{&cell} {}

  bool has() const { return cell_->find() != nullptr; }
  // Null when the key has none.
  const T* find() const { return cell_->find(); }
  std::optional<T> get() const {
    const T* found = cell_->find();
    return found ? std::optional<T>{*found} : std::nullopt;
  }
  // Creates T{} when the key has none.
  T& value() { return cell_->find_or_create(); }
  void set(T value) { cell_->find_or_create() = std::move(value); }
  void clear() { cell_->erase(); }

private:
  state_cell<T>* cell_ = nullptr;
};

// A list of T for each key, in the order of adding.
template <class T>
class list_state {
public:
  list_state() = default;
  explicit list_state(state_cell<std::vector<T>>& cell) : cell_{&cell} {}

  const std::vector<T>& get() const {
    static const std::vector<T> none;
    const std::vector<T>* found = cell_->find();
    return found ? *found : none;
  }
  bool empty() const { return get().empty(); }
  std::size_t size() const { return get().size(); }
  void add(T value) { cell_->find_or_create().push_back(std::move(value)); }
  void set(std::vector<T> values) {
    if (values.empty()) {
      clear();
    } else {
      cell_->find_or_create() = std::move(values);
    }
  }
  void clear() { cell_->erase(); }

private:
  state_cell<std::vector<T>>* cell_ = nullptr;
};

// A map of its own for each key, in the order of its keys.
template <class K, class V>
class map_state {
public:
  map_state() = default;
  explicit map_state(state_cell<std::map<K, V>>& cell) : cell_{&cell} {}

  const std::map<K, V>& entries() const {
    static const std::map<K, V> none;
    const std::map<K, V>* found = cell_->find();
    return found ? *found : none;
  }
  bool empty() const { return entries().empty(); }
  std::size_t size() const { return entries().size(); }
  bool has(const K& key) const { return find(key) != nullptr; }
  // Null when there is no such entry.
  const V* find(const K& key) const {
    const auto entry = entries().find(key);
    return entry == entries().end() ? nullptr : &entry->second;
  }
  std::optional<V> get(const K& key) const {
    const V* found = find(key);
    return found ? std::optional<V>{*found} : std::nullopt;
  }
  // Creates V{} when there is no such entry.
  V& value(const K& key) { return cell_->find_or_create()[key]; }
  void set(const K& key, V value) {
    cell_->find_or_create().insert_or_assign(key, std::move(value));
  }
  // Returns whether there was such an entry.
  bool erase(const K& key) {
    if (!has(key)) return false;
    std::map<K, V>& entries = cell_->find_or_create();
    entries.erase(key);
    if (entries.empty()) clear();
    return true;
  }
  void clear() { cell_->erase(); }

private:
  state_cell<std::map<K, V>>* cell_ = nullptr;
};

// Where a process function opens its state. A name used twice fails the task. `life` is a ttl
// (api/ttl.hpp); without one, state is kept until it is cleared and costs nothing more.
template <class Key>
class keyed_state {
public:
  // All three outlive the state.
  keyed_state(state_backend& backend, const current_key<Key>& current, const state_time& time)
      : backend_{backend}, current_{current}, time_{time} {}
  keyed_state(const keyed_state&) = delete;
  keyed_state& operator=(const keyed_state&) = delete;

  template <class T, class Life = no_ttl>
  value_state<T> value(const std::string& name, Life life = {}) {
    return value_state<T>{open<T>(name, "value<" + type_name(typeid(T)) + '>', life)};
  }
  template <class T, class Life = no_ttl>
  list_state<T> list(const std::string& name, Life life = {}) {
    return list_state<T>{open<std::vector<T>>(name, "list<" + type_name(typeid(T)) + '>', life)};
  }
  template <class K, class V, class Life = no_ttl>
  map_state<K, V> map(const std::string& name, Life life = {}) {
    return map_state<K, V>{open<std::map<K, V>>(
        name, "map<" + type_name(typeid(K)) + ", " + type_name(typeid(V)) + '>', life)};
  }
  // T function(const T&, const T&).
  template <class T, class F, class Life = no_ttl>
  reducing_state<T> reducing(const std::string& name, F function, Life life = {}) {
    static_assert(std::is_invocable_r_v<T, const F&, const T&, const T&>,
                  "reducing<T>: the function must be callable as T f(const T&, const T&) even when "
                  "it is const");
    auto& cell = open<T>(name, "reducing<" + type_name(typeid(T)) + '>', life);
    return reducing_state<T>{keep<reducing_cell_with<T, F>>(cell, std::move(function))};
  }
  // Any aggregate of api/aggregate.hpp over records of type T.
  template <class T, class Aggregate, class Life = no_ttl>
  aggregating_state<Aggregate, T> aggregating(const std::string& name, Aggregate aggregate,
                                              Life life = {}) {
    require_aggregate<Aggregate, T>();
    using accumulator = accumulator_of<Aggregate, T>;
    auto& cell = open<accumulator>(name, "aggregating<" + type_name(typeid(T)) + '>', life,
                                   initial_accumulator<T>(aggregate));
    return aggregating_state<Aggregate, T>{
        keep<aggregating_cell<Aggregate, T>>(cell, std::move(aggregate))};
  }

  // The end of a batch: takes some of what has expired out of the tables, more after more records.
  // REQUIRES: no key is current.
  void remove_expired() {
    if (expiring_.empty()) return;
    const std::uint64_t turns = current_.turn() - std::exchange(cleaned_at_, current_.turn());
    for (expiring_state* each : expiring_) {
      each->remove_expired(slots_per_batch + slots_per_turn * static_cast<std::size_t>(turns));
    }
  }
  // Some state lives by event time.
  bool goes_by_event_time() const { return goes_by_event_time_; }

private:
  // Every slot of a table of n is looked at once in n / 4 records.
  static constexpr std::size_t slots_per_turn = 4;
  static constexpr std::size_t slots_per_batch = 64;

  template <class T, class Life>
  state_cell<T>& open(const std::string& name, std::string description, const Life& life,
                      T initial = {}) {
    static_assert(encodable<T>,
                  "state must be able to become bytes in a snapshot: give its type a codec; see "
                  "api/codec.hpp");
    static_assert(std::same_as<Life, no_ttl> || std::same_as<Life, ttl>,
                  "the time to live of state is given as a weir::ttl, as in ttl{1h}; see "
                  "api/ttl.hpp");
    require_new(name, description);
    opened_.emplace(name, std::move(description));
    if constexpr (std::same_as<Life, ttl>) {
      require_some_time(name, life);
      if (life.clock == ttl_clock::processing) {
        return open_expiring<T, processing_time>(name, life, std::move(initial));
      }
      goes_by_event_time_ = true;
      return open_expiring<T, event_time>(name, life, std::move(initial));
    } else {
      return keep<table_cell<Key, T>>(name, adopt(name, std::move(initial)), current_);
    }
  }

  template <class T, class Time>
  state_cell<T>& open_expiring(const std::string& name, const ttl& life, T initial) {
    auto& table = adopt(name, expiring<T, Time>{std::move(initial), {}});
    auto& cell = keep<expiring_cell<Key, T, Time>>(name, table, current_, time_, life);
    expiring_.push_back(&cell);
    return cell;
  }

  template <class T>
  flat_table<Key, T>& adopt(const std::string& name, T initial) {
    auto table = std::make_unique<flat_table<Key, T>>(backend_, std::move(initial));
    auto& adopted = *table;
    backend_.adopt(name, std::move(table));
    return adopted;
  }

  template <class Cell, class... Args>
  Cell& keep(Args&&... args) {
    auto cell = std::make_unique<Cell>(std::forward<Args>(args)...);
    Cell& kept = *cell;
    cells_.push_back(std::move(cell));
    return kept;
  }

  void require_new(const std::string& name, const std::string& description) const {
    if (const auto known = opened_.find(name); known != opened_.end()) {
      throw task_failure{
          {error_code::plan_error, "state \"" + name + "\" is opened twice, as " + known->second +
                                       " and as " + description +
                                       "; give each state of an operator a name of its own"}};
    }
    if (backend_.has_table(name)) {
      throw task_failure{{error_code::plan_error,
                          "state \"" + name +
                              "\" has the name of a table that the operator keeps itself; choose "
                              "another name"}};
    }
  }
  static void require_some_time(const std::string& name, const ttl& life) {
    if (life.lifetime > duration{0}) return;
    throw task_failure{{error_code::plan_error,
                        "state \"" + name + "\" has a time to live of " + to_string(life.lifetime) +
                            "; give it more than nothing, or open it without a ttl if it "
                            "is to be kept until it is cleared"}};
  }

  state_backend& backend_;
  const current_key<Key>& current_;
  const state_time& time_;
  std::map<std::string, std::string> opened_;  // Name to description.
  std::vector<std::unique_ptr<any_state_cell>> cells_;
  std::vector<expiring_state*> expiring_;  // Among the cells.
  std::uint64_t cleaned_at_ = 0;           // The turn at which something was taken out last.
  bool goes_by_event_time_ = false;
};

}  // namespace weir
