// SPDX-License-Identifier: Apache-2.0
// What a function remembers that belongs to no key, but to the subtask that runs it:
//
//   operator_list<order> waiting_;
//   void open(operator_state& state) { waiting_ = state.list<order>("waiting"); }
//
// All of it is in memory and written whole with every checkpoint: it is for little. When a job goes
// on from a checkpoint,
//
//   list           stays with its subtask; with another parallelism all elements, in the order of
//                  the former subtasks, are dealt out one by one;
//   union_list     every subtask gets all elements of all former ones, and keeps what it needs;
//   broadcast_map  every subtask gets the map of the first former one: they are all alike if every
//                  subtask is told the same (api/broadcast_state.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/broadcast_state.hpp"
#include "api/codec.hpp"
#include "api/operator.hpp"
#include "api/schema_text.hpp"
#include "api/type_name.hpp"

namespace weir {

// REQUIRES, of all but the constructor: opened. Copies speak of the same list.
template <class T>
class operator_list {
public:
  operator_list() = default;
  explicit operator_list(std::vector<T>& values) : values_{&values} {}

  const std::vector<T>& get() const { return *values_; }
  bool empty() const { return values_->empty(); }
  std::size_t size() const { return values_->size(); }
  void add(T value) { values_->push_back(std::move(value)); }
  void set(std::vector<T> values) { *values_ = std::move(values); }
  void clear() { values_->clear(); }

private:
  std::vector<T>* values_ = nullptr;
};

// The parts of this state are called "state/" and its name, and no other part of an operator is.
inline constexpr std::string_view operator_state_prefix = "state/";

// Where a function opens it. A name used twice fails the task.
class operator_state {
public:
  // `context` outlives the state.
  explicit operator_state(const operator_context& context) : context_{context} {}
  operator_state(const operator_state&) = delete;
  operator_state& operator=(const operator_state&) = delete;

  template <class T>
  operator_list<T> list(const std::string& name) {
    auto& values = open<std::vector<T>>(name, "list<" + type_name(typeid(T)) + '>');
    const auto parts = saved(name);
    if (parts.size() == context_.parallelism) {
      values = decode<std::vector<T>>(name, parts[context_.subtask.value]);
      return operator_list<T>{values};
    }
    std::uint64_t dealt = 0;
    for (const std::string& part : parts) {
      for (T& each : decode<std::vector<T>>(name, part)) {
        if (dealt++ % context_.parallelism == context_.subtask.value) {
          values.push_back(std::move(each));
        }
      }
    }
    return operator_list<T>{values};
  }

  template <class T>
  operator_list<T> union_list(const std::string& name) {
    auto& values = open<std::vector<T>>(name, "union_list<" + type_name(typeid(T)) + '>');
    for (const std::string& part : saved(name)) {
      for (T& each : decode<std::vector<T>>(name, part)) values.push_back(std::move(each));
    }
    return operator_list<T>{values};
  }

  // To be written where a broadcast_context is given: on the broadcast side of connect_broadcast.
  template <class K, class V>
  weir::broadcast_map<K, V> broadcast_map(const std::string& name) {
    auto& entries = open<std::map<K, V>>(
        name, "broadcast_map<" + type_name(typeid(K)) + ", " + type_name(typeid(V)) + '>');
    const auto parts = saved(name);
    if (!parts.empty()) entries = decode<std::map<K, V>>(name, parts.front());
    return weir::broadcast_map<K, V>{entries};
  }

  // Adds a part for each state.
  void save(state_parts& parts) const;

private:
  struct any_value {
    virtual ~any_value() = default;
    virtual void encode(std::string& bytes) const = 0;
  };
  // A part says in front what it consists of.
  template <class Value>
  struct value_of final : any_value {
    Value value;
    void encode(std::string& bytes) const override {
      codec<std::string>::encode(codec<Value>::schema(), bytes);
      codec<Value>::encode(value, bytes);
    }
  };
  struct opened_state {
    std::string description;
    std::unique_ptr<any_value> value;
  };

  template <class Value>
  Value& open(const std::string& name, std::string description) {
    static_assert(encodable<Value>,
                  "state must be able to become bytes in a snapshot: give its type a codec; see "
                  "api/codec.hpp");
    require_new(name, description);
    auto opened = std::make_unique<value_of<Value>>();
    Value& value = opened->value;
    opened_.emplace(name, opened_state{std::move(description), std::move(opened)});
    return value;
  }
  void require_new(const std::string& name, const std::string& description) const;

  // What each former subtask saved, in their order.
  std::vector<std::string> saved(const std::string& name) const;

  template <class Value>
  Value decode(const std::string& name, std::string_view bytes) const {
    std::string evolved;
    const std::string saved = take_schema(name, bytes);
    if (!is_same_schema(saved, codec<Value>::schema())) {
      evolved = evolve(name, saved, codecs::present<Value>(), bytes);
      bytes = evolved;
    }
    auto value = codec<Value>::decode(bytes);
    if (!value) fail_to_restore(name, value.failure().message);
    require_end(name, bytes);
    return *std::move(value);
  }
  // All of these throw task_failure.
  static std::string take_schema(const std::string& name, std::string_view& bytes);
  std::string evolve(const std::string& name, const std::string& saved, const present_type& now,
                     std::string_view bytes) const;
  static void require_end(const std::string& name, std::string_view rest);
  [[noreturn]] static void fail_to_restore(const std::string& name, const std::string& what);

  const operator_context& context_;
  std::map<std::string, opened_state> opened_;
};

}  // namespace weir
