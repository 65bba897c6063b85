// SPDX-License-Identifier: Apache-2.0
// A job's life told in words: events of a lifecycle, and the commands it answers with.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/job_lifecycle.hpp"

namespace weir {

inline std::string text_of(const lifecycle_command& command) {
  struct {
    std::string operator()(const deploy_tasks&) { return "deploy"; }
    std::string operator()(const connect_tasks&) { return "connect"; }
    std::string operator()(const take_final_checkpoint&) { return "checkpoint"; }
    std::string operator()(const commit_tasks&) { return "commit"; }
    std::string operator()(const stop_tasks& order) {
      return "stop at " + std::to_string(order.checkpoint.value);
    }
    std::string operator()(const cancel_tasks&) { return "cancel"; }
    std::string operator()(const schedule_restart& order) {
      return "restart " + std::to_string(order.attempt.value) + " in " + to_string(order.delay);
    }
    std::string operator()(const report_state& fact) {
      std::string text{to_string(fact.state)};
      return fact.cause ? text + "(" + fact.cause->message + ")" : text;
    }
  } writer;
  return std::visit(writer, command);
}

inline std::string text_of(const job_lifecycle::commands& commands) {
  std::string text;
  for (const auto& each : commands) text += (text.empty() ? "" : ", ") + text_of(each);
  return text;
}

inline error failure(std::string message) { return {error_code::internal, std::move(message)}; }

// Answers failures with these delays, and then gives up.
class scripted_restarts final : public restart_strategy {
public:
  explicit scripted_restarts(std::deque<duration> delays) : delays_{std::move(delays)} {}
  std::optional<duration> on_failure(processing_time, std::uint64_t) override {
    if (delays_.empty()) return std::nullopt;
    const auto delay = delays_.front();
    delays_.pop_front();
    return delay;
  }

private:
  std::deque<duration> delays_;
};

// A job of two tasks, driven by words: "slots", "deployed 0", "failed 1", ... What tasks tell is of
// the attempt that is under way.
class two_tasks {
public:
  two_tasks() = default;
  two_tasks(std::deque<duration> delays, bool final_checkpoint)
      : job_{2, std::make_unique<scripted_restarts>(std::move(delays)), final_checkpoint} {}

  std::string tell(const std::string& event) {
    const auto space = event.find(' ');
    const auto what = event.substr(0, space);
    const auto number = space == std::string::npos
                            ? 0U
                            : static_cast<std::uint32_t>(std::stoul(event.substr(space)));
    return text_of(tell(what, {number}));
  }
  job_lifecycle& job() { return job_; }

private:
  job_lifecycle::commands tell(const std::string& what, task_index task) {
    const auto now = job_.attempt();
    if (what == "slots") return job_.on_slots_available();
    if (what == "slots-lost") return job_.on_slots_lost(), job_lifecycle::commands{};
    if (what == "due") return job_.on_restart_due({task.value});
    if (what == "nothing") return job_.on_nothing_deployed(now, failure("no file"), {});
    if (what == "deployed") return job_.on_task_deployed(now, task);
    if (what == "started") return job_.on_task_started(now, task, {});
    if (what == "drained") return job_.on_task_drained(now, task);
    if (what == "complete") return job_.on_final_checkpoint_completed({task.value});
    if (what == "stopped") return job_.on_stopped(now, {task.value});
    if (what == "finished") return job_.on_task_finished(now, task, {});
    if (what == "failed") return job_.on_task_failed(now, task, failure("bug"), {});
    if (what == "damaged") {
      return job_.on_task_failed(now, task, {error_code::corrupt_data, "bad checksum"}, {});
    }
    if (what == "lost") return job_.on_task_lost(now, task, failure("gone"), {});
    if (what == "cancelled") return job_.on_task_cancelled(now, task, {});
    if (what == "given-up") return job_.on_given_up(failure("no processes"), {});
    if (what == "error") return job_.on_job_failed(failure("timeout"), {});
    if (what == "stop") return job_.on_cancel();
    ADD_FAILURE() << "no such event: " << what;
    return {};
  }

  job_lifecycle job_{2};
};

struct story_line {
  std::string event;
  std::string commands;
};

inline void expect_story(two_tasks job, const std::vector<story_line>& story) {
  for (const auto& line : story) {
    EXPECT_EQ(job.tell(line.event), line.commands) << "after " << line.event;
  }
}

// Of a job that is never restarted and has no checkpoints.
inline void expect_story(const std::vector<story_line>& story) { expect_story({}, story); }

}  // namespace weir
