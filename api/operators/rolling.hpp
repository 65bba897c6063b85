// SPDX-License-Identifier: Apache-2.0
// An aggregate that runs for ever: one accumulator for each key, whose result goes out anew with
// every record. Reduce, sum, min, max, min_by and max_by of a keyed stream.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "api/aggregate.hpp"
#include "api/flat_table.hpp"
#include "api/keyed.hpp"
#include "api/operators/staged_keys.hpp"

namespace weir {

// Out is keyed<Key, Result>, or the result alone.
template <class Key, class T, class KeyFunction, class Aggregate, class Out>
class rolling_operator final : public stream_operator {
public:
  rolling_operator(KeyFunction key_of, Aggregate aggregate)
      : keys_{std::move(key_of)}, aggregate_{std::move(aggregate)} {}

  void open(operator_context& context) override {
    stream_operator::open(context);
    require_encodable_accumulator<accumulator>();
    auto table = std::make_unique<table_type>(*context.state, initial_accumulator<T>(aggregate_));
    table_ = table.get();
    context.state->adopt("rolling", std::move(table));
  }

  void process(std::uint32_t, record_batch& batch) override {
    const auto& in = batch_of<T>::of(batch);
    keys_.stage(context(), in);
    keys_.update_all(context(), in, *table_, [&](std::size_t i, accumulator& so_far) {
      const T& record = in.values[i];
      aggregate_.add(so_far, record);
      out_.push(result(keys_.key(i), so_far), in.time_of(i));
    });
    context().counters.records_in += in.size();
    if (out_.empty()) return;
    context().counters.records_out += out_.size();
    emit(out_);
    out_.clear();
  }

private:
  using accumulator = accumulator_of<Aggregate, T>;
  using table_type = flat_table<Key, accumulator>;

  Out result(const Key& key, const accumulator& so_far) const {
    if constexpr (std::is_same_v<Out, aggregate_result<Aggregate, T>>) {
      return aggregate_.result(so_far);
    } else {
      return Out{key, aggregate_.result(so_far)};
    }
  }

  staged_keys<T, KeyFunction, false> keys_;
  Aggregate aggregate_;
  table_type* table_ = nullptr;  // Owned by the state backend.
  batch_of<Out> out_;
};

}  // namespace weir
