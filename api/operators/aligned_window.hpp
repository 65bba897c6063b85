// SPDX-License-Identifier: Apache-2.0
// Windows that are the same for all keys: tumbling, sliding and global, by either clock.
//
// 1. A record is added to the one slice of its time (window_slicing), whatever the overlap.
// 2. Windows fire in order; those below `next_window_` have fired or were empty. A firing stops
// when
//    it has done enough for one call, and goes on in the next.
// 3. A record for a slice of a fired window takes the slow way: it corrects what the combiner has
//    taken in, and fires again the windows that the allowed lateness keeps.
// 4. A slice lives until all its windows have fired and their lateness is over.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "api/operators/saved_part.hpp"
#include "api/operators/staged_keys.hpp"
#include "api/operators/window_emitters.hpp"
#include "api/operators/window_slices.hpp"

namespace weir {

template <class T, class KeyOf, class Aggregate, class Emitter,
          template <class, class, class> class Combiner>
class aligned_window final : public stream_operator {
public:
  // REQUIRES: neither the windows that were sliced nor the options have a problem().
  aligned_window(window_slicing slicing, KeyOf key_of, Aggregate aggregate, Emitter emitter,
                 window_options options)
      : slicing_{slicing},
        keys_{std::move(key_of)},
        aggregate_{std::move(aggregate)},
        emitter_{std::move(emitter)},
        options_{options} {}

  void open(operator_context& context) override {
    require_encodable_accumulator<accumulator>();
    stream_operator::open(context);
    state_backend& backend = *context.state;
    slices_ = static_cast<slices*>(&backend.adopt(
        "window-slices",
        std::make_unique<slices>(backend, combiner::entry_of(initial_accumulator<T>(aggregate_)))));
    combiner_.emplace(backend, aggregate_);
    results_.emplace(context);
    if (options_.emit_late) late_.emplace(context, options_.late_port);
    restore_progress();
  }

  void process(std::uint32_t, record_batch& records) override {
    auto& batch = batch_of<T>::of(records);
    const std::size_t received = batch.size();
    if (received == 0) return;
    keys_.stage(context(), batch);
    if (is_by_processing_time()) {
      batch.set_common_time(std::max(event_time_of(context().now), open_from_));
    }
    const auto [first, last] = slices_of(batch);
    if (first == last && first >= fired_end()) {
      add_to_one_slice(batch, first);
    } else {
      add_to_slices(batch);
    }
    context().counters.records_in += received;
    flush();
  }

  bool advance_to(event_time watermark) override {
    if (is_by_processing_time() && watermark < end_of_time) return true;
    return fire_until(first_open_moment(watermark));
  }
  bool on_processing_time(processing_time now) override {
    return !is_by_processing_time() || fire_until(event_time_of(now));
  }
  std::optional<processing_time> next_processing_timer() const override {
    if (!is_by_processing_time()) return std::nullopt;
    const auto next = next_window_with_records();
    if (!next) return std::nullopt;
    return processing_time{slicing_.window_at(*next).end.time_since_epoch()};
  }
  bool finish() override { return fire_until(end_of_time); }

  void snapshot(checkpoint_id, state_parts& parts) override {
    save_part(parts, "window-progress", progress{open_from_, next_window_});
  }

private:
  using keys = staged_keys<T, KeyOf, collecting_aggregate<Aggregate>>;
  using key_type = typename keys::key_type;
  using combiner = Combiner<key_type, T, Aggregate>;
  using accumulator = accumulator_of<Aggregate, T>;
  using entry = typename combiner::entry;
  using slices = typename combiner::slices;
  using table = typename slices::table_type;
  using out = typename Emitter::output;

  using progress = std::pair<event_time, window_index>;

  static_assert(aggregate_of<Aggregate, T>);

  // Slots looked at in one call: at most as many results, so 16 batches.
  static constexpr std::size_t slots_per_call = 16 * records_per_batch<out>();

  // Fewer records for one slice do not repay the beginning of a run of updates.
  static constexpr std::size_t shortest_run = 2 * keys::prefetch_distance;

  // Where a record of a mixed batch goes; no table: nowhere.
  struct target {
    slice_index slice = 0;
    table* to = nullptr;
  };

  // By event time all subtasks have come as far when barriers are aligned. By processing time, one
  // that had fired more than others fires again what it has left after a change of parallelism.
  void restore_progress() {
    const auto saved = restored_parts<progress>(context(), "window-progress");
    if (saved.empty()) return;
    std::tie(open_from_, next_window_) = saved.front();
    for (const auto& [open_from, next_window] : saved) {
      open_from_ = std::min(open_from_, open_from);
      next_window_ = std::min(next_window_, next_window);
    }
  }

  bool is_by_processing_time() const { return slicing_.domain() == time_domain::processing; }
  // The slices before the result belong to a window that has fired.
  slice_index fired_end() const { return slicing_.end_slice_of(next_window_ - 1); }

  // The first and the last slice of the batch's times.
  std::pair<slice_index, slice_index> slices_of(const batch_of<T>& batch) const {
    event_time first = batch.time_of(0);
    event_time last = first;
    if (!batch.has_common_time()) {
      for (std::size_t i = 1; i < batch.size(); ++i) {
        first = std::min(first, batch.time_of(i));
        last = std::max(last, batch.time_of(i));
      }
    }
    if (!slicing_.is_global()) {
      require_time_for_window(first);
      require_time_for_window(last);
    }
    return {slicing_.slice_of(first), slicing_.slice_of(last)};
  }

  void add_to_one_slice(batch_of<T>& batch, slice_index slice) {
    keys_.update_all(context(), batch, slices_->open(slice), [&](std::size_t i, entry& of_key) {
      add_record(combiner::accumulator_in(of_key), batch, i);
    });
  }

  void add_to_slices(batch_of<T>& batch) {
    choose_targets(batch);
    guard_steps(context(), batch, 0, [&](std::size_t& next) {
      while (next < batch.size()) {
        const target& chosen = targets_[next];
        const std::size_t end = end_of_run(next);
        if (end - next >= shortest_run && chosen.to != nullptr && chosen.slice >= fired_end()) {
          keys_.update_run(*chosen.to, next, end, [&](std::size_t i, entry& of_key) {
            add_record(combiner::accumulator_in(of_key), batch, i);
          });
        } else {
          for (; next < end; ++next) add_to_target(batch, next);
        }
      }
    });
  }

  // Records from `first` on that have the same target.
  std::size_t end_of_run(std::size_t first) const {
    std::size_t end = first + 1;
    while (end < targets_.size() && targets_[end].to == targets_[first].to) ++end;
    return end;
  }

  void add_to_target(batch_of<T>& batch, std::size_t i) {
    if (i + keys::prefetch_distance < batch.size()) {
      if (table* ahead = targets_[i + keys::prefetch_distance].to) {
        keys_.prefetch_ahead_of(i, *ahead);
      }
    }
    const target& chosen = targets_[i];
    if (chosen.to == nullptr) return;
    if (chosen.slice < fired_end()) {
      add_late(batch, i, chosen);
    } else {
      add(batch, i, *chosen.to);
    }
  }

  void choose_targets(batch_of<T>& batch) {
    const slice_index late_end = slicing_.first_slice_of(first_window_kept());
    targets_.assign(batch.size(), {});
    target current;
    window span{end_of_time, beginning_of_time};
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (!keys_.has(i)) continue;
      const event_time time = batch.time_of(i);
      if (time < span.start || span.end <= time) {
        current.slice = slicing_.slice_of(time);
        current.to = current.slice < late_end ? nullptr : &slices_->open(current.slice);
        span = slicing_.span_of(current.slice);
      }
      targets_[i] = current;
      if (current.to == nullptr) drop_late(batch, i);
    }
  }

  void add(batch_of<T>& batch, std::size_t i, table& to) {
    to.update(keys_.key(i), keys_.hash(i),
              [&](entry& of_key) { add_record(combiner::accumulator_in(of_key), batch, i); });
  }

  void add_record(accumulator& to, batch_of<T>& batch, std::size_t i) {
    if constexpr (collecting_aggregate<Aggregate>) {
      aggregate_.take(to, std::move(batch.values[i]));
    } else {
      const T& record = batch.values[i];
      aggregate_.add(to, record);
    }
  }

  void drop_late(batch_of<T>& batch, std::size_t i) {
    ++context().counters.late_dropped;
    if (late_) late_->emit(std::move(batch.values[i]), batch.time_of(i));
  }

  void add_late(batch_of<T>& batch, std::size_t i, const target& chosen) {
    const key_type& key = keys_.key(i);
    const std::uint64_t hash = keys_.hash(i);
    accumulator change = initial_accumulator<T>(aggregate_);
    add_record(change, batch, i);
    const bool is_new = chosen.to->find(key, hash) == nullptr;
    chosen.to->update(key, hash, [&](entry& of_key) {
      aggregate_.merge(combiner::accumulator_in(of_key), change);
    });
    combiner_->on_late(*slices_, chosen.slice, key, hash, is_new, change);
    const window_index end = std::min(slicing_.last_window_of(chosen.slice) + 1, next_window_);
    for (window_index k = std::max(slicing_.first_window_of(chosen.slice), first_window_kept());
         k < end; ++k) {
      fire_again(k, key, hash);
    }
  }

  void fire_again(window_index k, const key_type& key, std::uint64_t hash) {
    accumulator total = initial_accumulator<T>(aggregate_);
    slices_->for_each_between(slicing_.first_slice_of(k), slicing_.end_slice_of(k),
                              [&](slice_index, table& slice) {
                                entry* found = slice.find(key, hash);
                                if (found == nullptr) return;
                                aggregate_.merge(total, combiner::accumulator_in(*found));
                              });
    const window in = slicing_.window_at(k);
    results_->set_time(in.last());
    emitter_(key, in, aggregate_.result(total), *results_);
  }

  // Windows before this one take no more records.
  window_index first_window_kept() const {
    return slicing_.first_window_open_at(open_from_, options_.allowed_lateness);
  }

  std::optional<window_index> next_window_with_records() const {
    const auto* slice = slices_->first_from(slicing_.first_slice_of(next_window_));
    if (slice == nullptr) return std::nullopt;
    return std::max(next_window_, slicing_.first_window_of(slice->index));
  }

  // Fires what ends at `open` or before.
  bool fire_until(event_time open) {
    open_from_ = std::max(open_from_, open);
    const bool done = fire_due_windows(slicing_.first_window_open_at(open_from_));
    flush();
    return done;
  }

  bool fire_due_windows(window_index first_open) {
    std::size_t budget = slots_per_call;
    for (auto next = next_window_with_records(); next && *next < first_open;
         next = next_window_with_records()) {
      if (!fire(*next, budget)) return false;
      next_window_ = *next + 1;
    }
    next_window_ = std::max(next_window_, first_open);
    return leave_slices_before(next_window_, budget);
  }

  bool fire(window_index k, std::size_t& budget) {
    if (!leave_slices_before(k, budget)) return false;
    if (!combiner_->include_until(*slices_, slicing_.end_slice_of(k), budget)) return false;
    const window in = slicing_.window_at(k);
    results_->set_time(in.last());
    return combiner_->visit(*slices_, budget, [&](const key_type& key, const accumulator& total) {
      emitter_(key, in, aggregate_.result(total), *results_);
    });
  }

  bool leave_slices_before(window_index k, std::size_t& budget) {
    const slice_index first = slicing_.first_slice_of(k);
    if (!combiner_->evict_before(*slices_, first, budget)) return false;
    slices_->close_before(std::min(first, slicing_.first_slice_of(first_window_kept())));
    return true;
  }

  void flush() {
    results_->flush();
    if (late_) late_->flush();
  }

  window_slicing slicing_;
  keys keys_;
  Aggregate aggregate_;
  Emitter emitter_;
  window_options options_;
  slices* slices_ = nullptr;  // Owned by the state backend.
  std::optional<combiner> combiner_;
  std::optional<collector<out>> results_;
  std::optional<collector<T>> late_;
  std::vector<target> targets_;
  event_time open_from_ = beginning_of_time;  // Windows that end by then have fired.
  window_index next_window_ = before_all_windows;
};

}  // namespace weir
