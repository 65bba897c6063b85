// SPDX-License-Identifier: Apache-2.0
// One state of one key: what the handles of api/state.hpp hold on to. It stands between a handle,
// which does not know the type of the keys, and the table, and looks a key up once per record.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "api/flat_table.hpp"
#include "api/key.hpp"
#include "api/operator.hpp"
#include "api/state_backend.hpp"

namespace weir {

// The key whose record or timer is being handled.
template <class Key>
class current_key {
public:
  // `key` outlives the turn: it is good until the next call of `set` or `unset`.
  void set(const Key& key) {
    key_ = &key;
    hash_ = hash_key(key);
    ++turn_;
  }
  void unset() {
    key_ = nullptr;
    ++turn_;
  }

  bool is_set() const { return key_ != nullptr; }
  // REQUIRES (both): is_set().
  const Key& key() const { return *key_; }
  std::uint64_t hash() const { return hash_; }
  // Never the same for two turns.
  std::uint64_t turn() const { return turn_; }

private:
  const Key* key_ = nullptr;
  std::uint64_t hash_ = 0;
  std::uint64_t turn_ = 1;
};

class any_state_cell {
public:
  virtual ~any_state_cell() = default;
};

// Pointers and references are good until the end of the turn or `erase`. All three throw
// task_failure when no key is current.
template <class T>
class state_cell : public any_state_cell {
public:
  virtual T* find() = 0;
  virtual T& find_or_create() = 0;
  virtual void erase() = 0;
};

// Fails the task when no key is current.
template <class Key>
void require_current(const current_key<Key>& current, const std::string& name) {
  if (current.is_set()) return;
  throw task_failure{{error_code::user_function,
                      "state \"" + name +
                          "\" was used outside the handling of a record or a timer, where there "
                          "is no key it could speak of"}};
}

template <class Key, class T>
class table_cell final : public state_cell<T> {
public:
  // `table` and `current` outlive the cell.
  table_cell(std::string name, flat_table<Key, T>& table, const current_key<Key>& current)
      : name_{std::move(name)}, table_{table}, current_{current} {}

  T* find() override {
    if (turn_ != current_.turn()) {
      require_current(current_, name_);
      found_ = table_.find(current_.key(), current_.hash());
      turn_ = current_.turn();
    }
    return found_;
  }
  T& find_or_create() override {
    if (find() == nullptr) found_ = &table_.find_or_insert(current_.key(), current_.hash());
    return *found_;
  }
  void erase() override {
    if (find() == nullptr) return;
    table_.erase(current_.key(), current_.hash());
    found_ = nullptr;
  }

private:
  std::string name_;
  flat_table<Key, T>& table_;
  const current_key<Key>& current_;
  std::uint64_t turn_ = 0;  // The turn that `found_` is from.
  T* found_ = nullptr;
};

}  // namespace weir
