// SPDX-License-Identifier: Apache-2.0
// What happened in a simulated cluster, told in words: the control messages between its processes,
// what became of the job and of its checkpoints, and the faults.
//
//   checkpoint 7 acknowledged by window/2
//
// Processes are "jm", the job manager's, and "tm-1", "tm-2", ... A task is called by any of its
// operators, by name or uid, and the number of the subtask, from 0. Batches of records and credits
// are counted and not told.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coordination/execution_graph.hpp"
#include "coordination/job_listener.hpp"
#include "coordination/simulation/fault_plan.hpp"
#include "coordination/simulation/link_observer.hpp"

namespace weir {

struct story_event {
  enum class kind : std::uint8_t { sent, arrived, job, checkpoint, fault, note };

  kind what = kind::note;
  duration at{};           // Since the story began.
  std::uint32_t from = 0;  // Processes; the same for what is no message.
  std::uint32_t to = 0;
  std::uint64_t message = 0;  // Its number, of `sent` and `arrived`.
  std::string text{};
};

// "at 1.250 s  tm-1 -> jm  checkpoint 7 acknowledged by window/2".
std::string to_string(const story_event& event);

class story final : public job_listener {
public:
  // Is told each event as it happens, with the other texts by which it goes: one for each name of
  // the task.
  using listener = std::function<void(const story_event&, const std::vector<std::string>& names)>;

  explicit story(listener on_event) : on_event_{std::move(on_event)} {}

  // A cluster begins, `before` after the story did. Its clock shows `started`.
  void begin(std::shared_ptr<const execution_graph> graph, processing_time started,
             duration before);
  // For simulated_cluster_options.
  void on_message(const seen_message& seen, processing_time now);
  void on_fault(const std::string& what, std::uint32_t process, processing_time now);
  void add(story_event::kind what, const std::string& text, processing_time now);

  void on_state(job_state state, const std::optional<error>& cause, processing_time now) override;
  void on_progress(const job_totals&, processing_time) override {}
  void on_checkpoint(const checkpoint_commands::report& report, processing_time now) override;
  void on_savepoint(const savepoint_outcome& outcome, processing_time now) override;
  void on_warning(const error& what, processing_time now) override;

  std::uint64_t data_messages() const { return data_messages_; }

private:
  duration since_beginning(processing_time now) const { return before_ + (now - started_); }
  // Every name of a task, the best first.
  std::vector<std::string> names_of(task_index task) const;
  std::vector<std::string> texts_of(const seen_message& seen);

  listener on_event_;
  std::shared_ptr<const execution_graph> graph_;
  processing_time started_;
  duration before_{};
  std::map<std::uint64_t, task_index> tasks_;  // By the actor's number.
  std::uint64_t data_messages_ = 0;
};

}  // namespace weir
