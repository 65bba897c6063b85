// SPDX-License-Identifier: Apache-2.0
// Remembers how a job ended for whoever waits for it, and passes everything on.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>

#include "coordination/forwarding_listener.hpp"
#include "coordination/running_job.hpp"

namespace weir {

class outcome_listener final : public forwarding_listener {
public:
  using forwarding_listener::forwarding_listener;

  void on_state(job_state state, const std::optional<error>& cause, processing_time now) override {
    forwarding_listener::on_state(state, cause, now);
    if (!is_final(state)) return;
    {
      const std::scoped_lock lock{guard_};
      outcome_.state = state;
      outcome_.cause = cause;
    }
    ended_.notify_all();
  }
  void on_progress(const job_totals& totals, processing_time now) override {
    forwarding_listener::on_progress(totals, now);
    const std::scoped_lock lock{guard_};
    outcome_.totals = totals;
  }

  job_outcome wait() {
    std::unique_lock lock{guard_};
    ended_.wait(lock, [this] { return is_final(outcome_.state); });
    return outcome_;
  }

private:
  std::mutex guard_;
  std::condition_variable ended_;
  job_outcome outcome_;
};

}  // namespace weir
