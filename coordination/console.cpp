// SPDX-License-Identifier: Apache-2.0
// What is said when; see coordination/console.hpp.
#include "coordination/console.hpp"

#include <utility>

namespace weir {

console::console(console_options options, std::function<void(std::string_view)> write)
    : options_{std::move(options)},
      write_{std::move(write)},
      log_{options_.least_log_level, write_},
      line_{options_.job, options_.terminal_width} {}

void console::log(log_level level, std::string_view message, processing_time now) {
  write_(line_.end());
  log_.write(now, level, message);
}

job_progress console::progress_at(processing_time now) const {
  job_progress progress;
  progress.records_in = totals_.records_read;
  progress.records_out = totals_.records_written;
  progress.event_time = totals_.watermark;
  if (totals_.watermark == end_of_time) progress.event_time.reset();
  if (progress.event_time) progress.lag = event_time_of(now) - *progress.event_time;
  progress.started = started_.value_or(now);
  progress.now = now;
  progress.state = std::string{to_string(state_)};
  if (const auto missing = totals_.missing_slots; missing > 0) {
    progress.state +=
        ", waits for " + std::to_string(missing) + (missing == 1 ? " slot" : " slots");
  }
  if (last_checkpoint_) {
    progress.checkpoint = {last_checkpoint_->id, last_checkpoint_->took, last_checkpoint_->bytes};
  }
  return progress;
}

void console::on_state(job_state state, const std::optional<error>& cause, processing_time now) {
  const std::scoped_lock lock{guard_};
  state_ = state;
  if (!started_) started_ = now;
  if (is_final(state)) return show_end(state, cause, now);
  const bool is_notable = state == job_state::cancelling || state == job_state::restarting;
  std::string text = "job " + options_.job + ": " + std::string{to_string(state)};
  if (state == job_state::restarting && cause) text += ": " + cause->message;
  log(is_notable ? log_level::warn : log_level::debug, text, now);
}

void console::on_progress(const job_totals& totals, processing_time now) {
  const std::scoped_lock lock{guard_};
  totals_ = totals;
  const bool is_telling = state_ == job_state::running || totals.missing_slots > 0;
  if (!options_.shows_progress || !is_telling) return;
  if (options_.terminal_width) {
    write_(line_.show(progress_at(now)));
    return;
  }
  if (last_logged_ && now - *last_logged_ < options_.log_progress_every) return;
  if (std::exchange(last_logged_, now)) log(log_level::info, line_.show(progress_at(now)), now);
}

void console::on_checkpoint(const checkpoint_commands::report& report, processing_time now) {
  const std::scoped_lock held{guard_};
  const auto which = "job " + options_.job + ": checkpoint " + std::to_string(report.id.value);
  if (report.cause) {
    return log(log_level::warn, which + " failed: " + report.cause->message, now);
  }
  last_checkpoint_ = report;
  log(log_level::debug,
      which + " completed, " + std::to_string(report.bytes) + " bytes in " +
          to_string(report.took) + ", aligned in " + to_string(report.longest_alignment),
      now);
}

void console::on_savepoint(const savepoint_outcome& outcome, processing_time now) {
  const std::scoped_lock held{guard_};
  const auto job = "job " + options_.job + ": ";
  if (!outcome.cause) {
    return log(log_level::info,
               job + "savepoint complete; go on from it with --restore " + outcome.path, now);
  }
  const bool was_to_stop = outcome.then != after_savepoint::go_on;
  log(log_level::error,
      job + "savepoint failed" + (was_to_stop ? ", and the job goes on: " : ": ") +
          outcome.cause->message,
      now);
}

void console::on_restored(checkpoint_id checkpoint, const restored_bytes& read,
                          processing_time now) {
  const std::scoped_lock held{guard_};
  log(log_level::info,
      "job " + options_.job + ": restored checkpoint " + std::to_string(checkpoint.value) + ": " +
          std::to_string(read.local) + " bytes from local copies, " + std::to_string(read.remote) +
          " from the checkpoint directory",
      now);
}

void console::on_warning(const error& what, processing_time now) {
  const std::scoped_lock held{guard_};
  log(log_level::warn, "job " + options_.job + ": " + what.message, now);
}

void console::show_end(job_state state, const std::optional<error>& cause, processing_time now) {
  if (state == job_state::failed) {
    log(log_level::error,
        "job " + options_.job + " failed: " + (cause ? cause->message : "no cause was reported"),
        now);
    return;
  }
  if (options_.shows_progress) log(log_level::info, line_.summary(progress_at(now)), now);
  const auto count = [&](std::uint64_t records, const char* what) {
    if (records == 0) return;
    log(log_level::warn,
        "job " + options_.job + ": " + std::to_string(records) + " records " + what, now);
  };
  count(totals_.late_dropped, "came too late for their windows and were dropped");
  count(totals_.skipped, "made a function fail and were skipped");
  count(totals_.dead_lettered, "made a function fail and went to the dead letters");
}

}  // namespace weir
