// SPDX-License-Identifier: Apache-2.0
// The event time of a source out of the event times of its splits.
//
// 1. The watermark is the least over the splits that have neither ended nor fallen idle; a split
//    that has brought nothing yet holds it at beginning_of_time.
// 2. It never goes back: what a split brings after it was left out may be late.
// 3. A split is idle after `idleness` without records. Only time in which records could have come
//    counts, not the time the output was blocked.
// 4. After a restore event time goes on where it was: what a split had promised is a floor, and no
//    split is idle.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "api/operator.hpp"
#include "api/time.hpp"

namespace weir {

class split_watermarks {
public:
  // No idleness: no split ever falls idle.
  split_watermarks(std::size_t splits, std::optional<duration> idleness);

  // `split` had promised `watermark` before the restore.
  void restore(std::size_t split, event_time watermark);

  // It is `now`. `was_waiting`: since the last call the source had nothing to read; else it was
  // read from or blocked, and a long absence tells nothing about its splits.
  void pass_time(processing_time now, bool was_waiting);
  // `split` has brought records and promises `watermark`.
  void on_records(std::size_t split, event_time watermark);
  void on_split_ended(std::size_t split);

  // To be called before the records of a batch go out: says so if the source was idle.
  void announce_activity(watermark_output& output);
  // To be called behind the records: says what is new, a greater watermark or idleness.
  void announce_progress(watermark_output& output);

  // What may be taken for promised of a split: its own watermark, and what was announced without it
  // while it was idle, for its records up to there are late anyway.
  event_time watermark_of(std::size_t split) const;
  bool has_ended(std::size_t split) const { return splits_[split].has_ended; }

  // When a split falls idle next, if none brings records before.
  std::optional<processing_time> next_idle_at() const;

private:
  struct split_state {
    event_time watermark = beginning_of_time;
    duration last_active{};  // In observed time.
    bool has_ended = false;
  };

  bool is_idle(const split_state& split) const;

  std::vector<split_state> splits_;
  std::optional<duration> idleness_;
  std::optional<processing_time> last_seen_;
  duration observed_{};  // How long the splits had the chance to bring records.
  event_time announced_ = beginning_of_time;
  bool announced_idle_ = false;
};

}  // namespace weir
