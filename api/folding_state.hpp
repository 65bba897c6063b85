// SPDX-License-Identifier: Apache-2.0
// State that keeps not what was added but what it adds up to: one value, or one accumulator of an
// aggregate (api/aggregate.hpp), for each key. The handles are opened like those of api/state.hpp.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "api/aggregate.hpp"
#include "api/state_cell.hpp"

namespace weir {

// A cell and what to do with another value; hides the type of the user's function from the handle.
template <class T>
class reducing_cell : public any_state_cell {
public:
  // `cell` outlives this.
  explicit reducing_cell(state_cell<T>& cell) : cell_{cell} {}
  virtual void add(T value) = 0;
  state_cell<T>& so_far() const { return cell_; }

private:
  state_cell<T>& cell_;
};

template <class T, class F>
class reducing_cell_with final : public reducing_cell<T> {
public:
  reducing_cell_with(state_cell<T>& cell, F function)
      : reducing_cell<T>{cell}, function_{std::move(function)} {}

  // When the function throws, nothing has changed.
  void add(T value) override {
    state_cell<T>& cell = this->so_far();
    if (const T* so_far = cell.find())
      value = std::invoke(std::as_const(function_), *so_far, value);
    cell.find_or_create() = std::move(value);
  }

private:
  F function_;
};

// For each key what f(f(a, b), c)... makes of the values added: `state.reducing<T>(name, f)` with
// T f(const T&, const T&). The first value is kept as it is.
template <class T>
class reducing_state {
public:
  reducing_state() = default;
  explicit reducing_state(reducing_cell<T>& cell) : cell_{&cell} {}

  void add(T value) { cell_->add(std::move(value)); }
  bool has() const { return find() != nullptr; }
  // Null when nothing was added for the key.
  const T* find() const { return cell_->so_far().find(); }
  std::optional<T> get() const {
    const T* found = find();
    return found ? std::optional<T>{*found} : std::nullopt;
  }
  void clear() { cell_->so_far().erase(); }

private:
  reducing_cell<T>* cell_ = nullptr;
};

template <class Aggregate, class T>
struct aggregating_cell final : any_state_cell {
  aggregating_cell(state_cell<accumulator_of<Aggregate, T>>& accumulators, Aggregate with)
      : so_far{accumulators}, aggregate{std::move(with)} {}
  state_cell<accumulator_of<Aggregate, T>>& so_far;
  const Aggregate aggregate;
};

// For each key the accumulator of the records added: `state.aggregating<T>(name, aggregate)`.
template <class Aggregate, class T>
class aggregating_state {
public:
  using result_type = aggregate_result<Aggregate, T>;

  aggregating_state() = default;
  explicit aggregating_state(aggregating_cell<Aggregate, T>& cell) : cell_{&cell} {}

  void add(const T& record) { cell_->aggregate.add(cell_->so_far.find_or_create(), record); }
  bool has() const { return cell_->so_far.find() != nullptr; }
  // The result so far; none when nothing was added for the key.
  std::optional<result_type> get() const {
    const auto* accumulator = cell_->so_far.find();
    if (accumulator == nullptr) return std::nullopt;
    return cell_->aggregate.result(*accumulator);
  }
  void clear() { cell_->so_far.erase(); }

private:
  aggregating_cell<Aggregate, T>* cell_ = nullptr;
};

}  // namespace weir
