// SPDX-License-Identifier: Apache-2.0
// Tells the node that has started this job manager how its job is doing: on every change, and as
// often as there is progress; and what has become of the savepoints that were ordered, which are
// kept here until whoever runs the job takes them. Passes everything on.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "coordination/cluster/job_record.hpp"
#include "coordination/cluster/savepoint_queue.hpp"
#include "coordination/forwarding_listener.hpp"

namespace weir {

class job_reporter final : public forwarding_listener {
public:
  // `next` outlives it. `send` must not block.
  job_reporter(job_listener& next, std::function<void(const full_report&)> send);

  // Task managers can join there.
  void on_listening(const std::string& where);
  // A savepoint is to be taken: see coordination/cluster/savepoint_queue.hpp.
  void on_ordered(savepoint_order order);
  // Which is to be taken now. May be another after an order, and after the end of a savepoint.
  std::optional<savepoint_order> next_order();

  void on_state(job_state state, const std::optional<error>& cause, processing_time now) override;
  void on_progress(const job_totals& totals, processing_time now) override;
  void on_tasks(const std::vector<listed_task>& tasks) override;
  void on_checkpoint(const checkpoint_commands::report& report, processing_time now) override;
  void on_savepoint(const savepoint_outcome& outcome, processing_time now) override;

private:
  void send();

  std::function<void(const full_report&)> send_;
  std::mutex guard_;
  full_report report_;
  savepoint_queue savepoints_;
};

}  // namespace weir
