// SPDX-License-Identifier: Apache-2.0
// State that every subtask has alike because every subtask is told the same: the rules, rates or
// names of a broadcast stream, by which the records of another one are handled.
//
//   struct pricing {
//     broadcast_map<std::string, double> rates;
//     void open(operator_state& state) { rates = state.broadcast_map<std::string, double>("rates");
//     } void on_left(const order& o, process_context<double>& here) {
//       if (const double* rate = rates.find(o.currency)) here.emit(o.price * *rate);
//     }
//     void on_right(const rate& r, broadcast_context<double>& here) {
//       here.write(rates).set(r.currency, r.value);
//     }
//   };
//   orders.connect_broadcast(rates).process<double>(pricing{}).uid("pricing");
//
// Only the broadcast side can write, so that no subtask knows what the others do not.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include "api/process_context.hpp"

namespace weir {

template <class K, class V>
class broadcast_map_writer;

// Opened by `operator_state::broadcast_map`. Pointers and references are good until the next write.
// REQUIRES, of all but the constructor: opened.
template <class K, class V>
class broadcast_map {
public:
  broadcast_map() = default;
  explicit broadcast_map(std::map<K, V>& entries) : entries_{&entries} {}

  const std::map<K, V>& entries() const { return *entries_; }
  bool empty() const { return entries_->empty(); }
  std::size_t size() const { return entries_->size(); }
  bool has(const K& key) const { return find(key) != nullptr; }
  // Null when there is no such entry.
  const V* find(const K& key) const {
    const auto entry = entries_->find(key);
    return entry == entries_->end() ? nullptr : &entry->second;
  }
  std::optional<V> get(const K& key) const {
    const V* found = find(key);
    return found ? std::optional<V>{*found} : std::nullopt;
  }

private:
  friend class broadcast_map_writer<K, V>;
  std::map<K, V>* entries_ = nullptr;
};

// Good until the call ends that it was given in.
template <class K, class V>
class broadcast_map_writer {
public:
  // Creates V{} when there is no such entry.
  V& value(const K& key) { return (*entries_)[key]; }
  void set(const K& key, V value) { entries_->insert_or_assign(key, std::move(value)); }
  // Returns whether there was such an entry.
  bool erase(const K& key) { return entries_->erase(key) > 0; }
  void clear() { entries_->clear(); }

private:
  template <class Out>
  friend class broadcast_context;
  explicit broadcast_map_writer(const broadcast_map<K, V>& state) : entries_{state.entries_} {}

  std::map<K, V>* entries_;
};

// What the function of the broadcast side may do: all of a process_context, and write.
template <class Out>
class broadcast_context : public process_context<Out> {
public:
  using process_context<Out>::process_context;

  // REQUIRES: the same is written in every subtask: it depends on the record and on broadcast state
  // alone.
  template <class K, class V>
  broadcast_map_writer<K, V> write(const broadcast_map<K, V>& state) const {
    return broadcast_map_writer<K, V>{state};
  }
};

}  // namespace weir
