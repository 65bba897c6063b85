// SPDX-License-Identifier: Apache-2.0
// Reads a source's share of the input, gives the records their times and announces how far event
// time has come.
//
// A checkpoint holds the positions and watermarks of the splits that have not ended
// (api/source_progress.hpp). After a restore a subtask reads its share of those, whatever
// `context.splits` says: what the source has discovered anew is not added. Without any it ends at
// once, whether the source is bounded or not. Event time is announced before the first record, so
// that what was late stays late.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/source.hpp"
#include "api/source_progress.hpp"
#include "api/split_watermarks.hpp"
#include "api/watermark_generator.hpp"

namespace weir {

template <class Source, class Strategy>
class source_operator final : public stream_operator {
public:
  using value_type = typename Source::value_type;

  source_operator(Source source, Strategy strategy)
      : source_{std::move(source)}, strategy_{std::move(strategy)} {}

  void open(operator_context& context) override {
    stream_operator::open(context);
    std::vector<source_split> splits;
    if (context.restored) {
      splits = restore();
    } else {
      if (context.splits) splits = *context.splits;
      progress_.emplace(splits.size(), strategy_.idleness());
    }
    for (std::size_t i = 0; i < splits.size(); ++i) {
      generators_.push_back(strategy_.template make_generator<value_type>());
    }
    const source_context place{context.files, context.subtask, context.parallelism, context.seed};
    reader_ = value_or_fail(source_.open(place, splits));
  }

  // A source has no input.
  void process(std::uint32_t, record_batch&) override {}

  poll_result poll() override {
    operator_context& here = context();
    progress_->pass_time(here.now, was_waiting_);
    if (std::exchange(resumes_, false)) {
      progress_->announce_progress(*here.watermarks);
      return {poll_result::kind::more, {}};
    }
    polled_.records.clear();
    polled_.has_times = false;
    polled_.split_ended = false;
    const poll_status found = value_or_fail(reader_->poll(here.now, polled_));
    count_malformed();
    if (!polled_.records.empty()) send();
    if (polled_.split_ended) progress_->on_split_ended(polled_.split);
    progress_->announce_progress(*here.watermarks);
    was_waiting_ = found == poll_status::nothing_available;
    switch (found) {
      case poll_status::more_available:
        return {poll_result::kind::more, {}};
      case poll_status::nothing_available:
        return {poll_result::kind::idle, next_poll()};
      case poll_status::end_of_input:
        break;
    }
    return {poll_result::kind::ended, {}};
  }

  // Whatever there is left: a job that drains ends before its input does.
  bool finish() override {
    has_finished_ = true;
    return true;
  }

  void snapshot(checkpoint_id, state_parts& parts) override {
    const auto positions = reader_->positions();
    WEIR_ASSERT(positions.size() == generators_.size());
    std::vector<split_progress> open;
    for (std::size_t i = 0; i < positions.size(); ++i) {
      if (has_finished_ || progress_->has_ended(i)) continue;
      open.push_back({positions[i].id, positions[i].position, progress_->watermark_of(i)});
    }
    parts[source_progress_part] = encode_source_progress(open);
  }

  // Where time stamps left records out, a position in the batch says nothing.
  std::string place_of(std::size_t i) const override {
    return i < read_ && left_out_ == 0 ? reader_->place_of(i) : std::string{};
  }
  std::string places() const override {
    if (read_ == 0) return {};
    std::string first = reader_->place_of(0);
    if (read_ == 1 || first.empty()) return first;
    return first + " to " + reader_->place_of(read_ - 1);
  }

  bool makes_watermarks() const override { return true; }

private:
  std::vector<source_split> restore() {
    const operator_context& here = context();
    auto share =
        value_or_fail(restore_source_progress(*here.restored, here.subtask, here.parallelism));
    progress_.emplace(share.size(), strategy_.idleness());
    std::vector<source_split> splits;
    for (std::size_t i = 0; i < share.size(); ++i) {
      progress_->restore(i, share[i].watermark);
      splits.push_back({std::move(share[i].id), std::move(share[i].position)});
    }
    resumes_ = !splits.empty();
    return splits;
  }

  void send() {
    operator_context& here = context();
    auto& records = polled_.records;
    WEIR_ASSERT(polled_.split < generators_.size());
    const std::size_t read = records.size();
    if (!polled_.has_times) records.set_common_time(event_time_of(here.now));
    const event_time watermark =
        generators_[polled_.split]->on_batch(records, {here, polled_.has_times, reader_.get()});
    here.counters.records_in += read;
    read_ = read;
    left_out_ = read - records.size();
    progress_->on_records(polled_.split, watermark);
    progress_->announce_activity(*here.watermarks);
    if (records.empty()) return;
    here.counters.records_out += records.size();
    emit(records);
  }

  void count_malformed() {
    const std::uint64_t skipped = reader_->malformed_skipped();
    context().counters.skipped += skipped - malformed_counted_;
    malformed_counted_ = skipped;
  }

  processing_time next_poll() const {
    return std::min(polled_.retry_at, progress_->next_idle_at().value_or(polled_.retry_at));
  }

  Source source_;
  Strategy strategy_;
  std::unique_ptr<source_reader<value_type>> reader_;
  std::vector<std::unique_ptr<watermark_generator<value_type>>> generators_;  // One for each split.
  std::optional<split_watermarks> progress_;
  polled<value_type> polled_;
  std::size_t read_ = 0;      // By the last poll that brought records.
  std::size_t left_out_ = 0;  // Of those, by the time stamps.
  bool was_waiting_ = false;
  bool resumes_ = false;  // Event time has come further than the operators behind know.
  bool has_finished_ = false;
  std::uint64_t malformed_counted_ = 0;
};

}  // namespace weir
