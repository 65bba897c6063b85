// SPDX-License-Identifier: Apache-2.0
// Runs a user's function over the records of a batch under the operator's error policy. The one
// place where exceptions of per-record functions are caught; while none is thrown it costs nothing.
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "api/collector.hpp"
#include "api/operator.hpp"
#include "api/text.hpp"

namespace weir {

// Applies the policy to one record that threw: throws task_failure, counts, or emits a dead letter.
// `place` says where the record came from, if more is known than its number and time.
// REQUIRES: with error_policy::dead_letter, the port's element type is `dead_letter`.
void handle_user_error(operator_context& context, std::string record, std::string cause,
                       std::size_t index, event_time time, std::string place = {});

// Runs `step`. What the exception that left it said, if one did; a task_failure passes through.
template <class Step>
std::optional<std::string> cause_of_failure(Step&& step) {
  try {
    step();
    return std::nullopt;
  } catch (const task_failure&) {
    throw;
  } catch (const std::exception& thrown) {
    return thrown.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

// What else may be known, and wanted, about a record that threw.
struct no_witness {
  std::string place_of(std::size_t) const { return {}; }
  void on_skipped(std::size_t) const {}
};

// Calls `steps(next)`, which handles the records from `next` on and keeps `next` at the one that it
// is handling. When it throws, the policy decides; with skip or dead_letter
// `witness.on_skipped(next)` is told and `steps` is called again for the records behind that one.
template <class T, class Steps, class Witness = no_witness>
void guard_steps(operator_context& context, const batch_of<T>& batch, std::size_t first,
                 Steps&& steps, Witness&& witness = {}) {
  const std::size_t count = batch.size();
  for (std::size_t next = first; next < count; ++next) {
    std::optional<std::string> cause = cause_of_failure([&] { steps(next); });
    if (!cause) return;
    std::string record;
    if constexpr (printable<T>) record = to_text(static_cast<const T&>(batch.values[next]));
    handle_user_error(context, std::move(record), std::move(*cause), next, batch.time_of(next),
                      witness.place_of(next));
    witness.on_skipped(next);
  }
}

// Calls `apply(i)` for i in [first, batch.size()), in the same way.
template <class T, class Apply, class Witness = no_witness>
void guard_loop(operator_context& context, const batch_of<T>& batch, std::size_t first,
                Apply&& apply, Witness&& witness = {}) {
  const auto steps = [&, count = batch.size()](std::size_t& next) {
    // `next` is read after an exception; a counter of its own can stay in a register.
    for (std::size_t i = next; i < count; ++i) {
      next = i;
      apply(i);
    }
  };
  guard_steps(context, batch, first, steps, std::forward<Witness>(witness));
}

// The same over the whole batch, which it counts as records_in.
template <class T, class Apply, class Witness = no_witness>
void for_each_guarded(operator_context& context, const batch_of<T>& batch, Apply&& apply,
                      Witness&& witness = {}) {
  const std::size_t count = batch.size();
  guard_loop(context, batch, 0, std::forward<Apply>(apply), std::forward<Witness>(witness));
  context.counters.records_in += count;
}

}  // namespace weir
