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

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
    std::map<K, V>* found = cell_->find();
    if (found == nullptr || found->erase(key) == 0) return false;
    if (found->empty()) clear();
    return true;
  }
  void clear() { cell_->erase(); }

private:
  state_cell<std::map<K, V>>* cell_ = nullptr;
};

// Where a process function opens its state. A name used twice fails the task.
template <class Key>
class keyed_state {
public:
  // Both outlive the state.
  keyed_state(state_backend& backend, const current_key<Key>& current)
      : backend_{backend}, current_{current} {}
  keyed_state(const keyed_state&) = delete;
  keyed_state& operator=(const keyed_state&) = delete;

  template <class T>
  value_state<T> value(const std::string& name) {
    return value_state<T>{open<T>(name, "value<" + type_name(typeid(T)) + '>')};
  }
  template <class T>
  list_state<T> list(const std::string& name) {
    return list_state<T>{open<std::vector<T>>(name, "list<" + type_name(typeid(T)) + '>')};
  }
  template <class K, class V>
  map_state<K, V> map(const std::string& name) {
    return map_state<K, V>{open<std::map<K, V>>(
        name, "map<" + type_name(typeid(K)) + ", " + type_name(typeid(V)) + '>')};
  }

private:
  template <class T>
  state_cell<T>& open(const std::string& name, std::string description) {
    static_assert(encodable<T>,
                  "state must be able to become bytes in a snapshot: give its type a codec; see "
                  "api/codec.hpp");
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
    auto table = std::make_unique<flat_table<Key, T>>(backend_);
    auto cell = std::make_unique<table_cell<Key, T>>(name, *table, current_);
    backend_.adopt(name, std::move(table));
    opened_.emplace(name, std::move(description));
    state_cell<T>& opened = *cell;
    cells_.push_back(std::move(cell));
    return opened;
  }

  state_backend& backend_;
  const current_key<Key>& current_;
  std::map<std::string, std::string> opened_;  // Name to description.
  std::vector<std::unique_ptr<any_state_cell>> cells_;
};

}  // namespace weir
