// SPDX-License-Identifier: Apache-2.0
// A listener with another behind it: passes on all that it is told. Who stands between a job
// manager and somebody who listens derives from this, and overrides what it wants to hear itself:
// then no event is lost because nobody thought of it.
#pragma once

#include <optional>
#include <vector>

#include "coordination/job_listener.hpp"

namespace weir {

class forwarding_listener : public job_listener {
public:
  // `next` outlives it; null: nobody else listens.
  explicit forwarding_listener(job_listener* next) : next_{next} {}

  void on_state(job_state state, const std::optional<error>& cause, processing_time now) override {
    if (next_ != nullptr) next_->on_state(state, cause, now);
  }
  void on_progress(const job_totals& totals, processing_time now) override {
    if (next_ != nullptr) next_->on_progress(totals, now);
  }
  void on_tasks(const std::vector<listed_task>& tasks) override {
    if (next_ != nullptr) next_->on_tasks(tasks);
  }
  void on_checkpoint(const checkpoint_commands::report& report, processing_time now) override {
    if (next_ != nullptr) next_->on_checkpoint(report, now);
  }
  void on_savepoint(const savepoint_outcome& outcome, processing_time now) override {
    if (next_ != nullptr) next_->on_savepoint(outcome, now);
  }
  void on_restored(checkpoint_id checkpoint, const restored_bytes& read,
                   processing_time now) override {
    if (next_ != nullptr) next_->on_restored(checkpoint, read, now);
  }
  void on_warning(const error& what, processing_time now) override {
    if (next_ != nullptr) next_->on_warning(what, now);
  }

private:
  job_listener* next_;
};

}  // namespace weir
