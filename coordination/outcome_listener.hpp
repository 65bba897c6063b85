// SPDX-License-Identifier: Apache-2.0
// Remembers how a job ended for whoever waits for it, and passes everything on.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "coordination/job_listener.hpp"
#include "coordination/running_job.hpp"

namespace weir {

// `next` outlives it; null: nobody else listens.
class outcome_listener final : public job_listener {
public:
  explicit outcome_listener(job_listener* next) : next_{next} {}

  void on_state(job_state state, const std::optional<error>& cause, processing_time now) override {
    if (next_ != nullptr) next_->on_state(state, cause, now);
    if (!is_final(state)) return;
    {
      const std::scoped_lock lock{guard_};
      outcome_.state = state;
      outcome_.cause = cause;
    }
    ended_.notify_all();
  }
  void on_progress(const job_totals& totals, processing_time now) override {
    if (next_ != nullptr) next_->on_progress(totals, now);
    const std::scoped_lock lock{guard_};
    outcome_.totals = totals;
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

  job_outcome wait() {
    std::unique_lock lock{guard_};
    ended_.wait(lock, [this] { return is_final(outcome_.state); });
    return outcome_;
  }

private:
  job_listener* next_;
  std::mutex guard_;
  std::condition_variable ended_;
  job_outcome outcome_;
};

}  // namespace weir
