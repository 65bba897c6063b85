// SPDX-License-Identifier: Apache-2.0
// Shows a running job to whoever started it: states in the log, progress as one live line in a
// terminal or as a log line now and then, the end with its cause.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "coordination/job_listener.hpp"
#include "coordination/logger.hpp"
#include "coordination/progress_line.hpp"

namespace weir {

struct console_options {
  std::string job;
  log_level least_log_level = log_level::info;
  bool shows_progress = true;
  // Columns of the terminal that standard error is; none if it is none.
  std::optional<std::size_t> terminal_width;
  // Without a terminal: how often progress is logged at most.
  duration log_progress_every = std::chrono::seconds{10};
};

class console final : public job_listener {
public:
  // `write` takes text for standard error.
  console(console_options options, std::function<void(std::string_view)> write);

  void on_state(job_state state, const std::optional<error>& cause, processing_time now) override;
  void on_progress(const job_totals& totals, processing_time now) override;
  void on_checkpoint(const checkpoint_commands::report& report, processing_time now) override;
  void on_savepoint(const savepoint_outcome& outcome, processing_time now) override;
  void on_restored(checkpoint_id checkpoint, const restored_bytes& read,
                   processing_time now) override;
  void on_warning(const error& what, processing_time now) override;
  void log(log_level level, std::string_view message, processing_time now);

private:
  void show_end(job_state state, const std::optional<error>& cause, processing_time now);
  job_progress progress_at(processing_time now) const;

  console_options options_;
  std::function<void(std::string_view)> write_;
  std::mutex guard_;
  logger log_;
  progress_line line_;
  job_totals totals_;
  job_state state_ = job_state::created;
  std::optional<processing_time> started_;
  std::optional<processing_time> last_logged_;
  std::optional<checkpoint_commands::report> last_checkpoint_;  // The last that completed.
};

}  // namespace weir
