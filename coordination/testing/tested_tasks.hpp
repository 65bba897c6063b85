// SPDX-License-Identifier: Apache-2.0
// The tasks of a test, from a start to a failure or a restore: what they send is where it belongs
// at once, and each has its turn until none has anything left to do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "actors/operator_chain.hpp"
#include "coordination/execution_graph.hpp"
#include "coordination/testing/snapshot_files.hpp"
#include "coordination/testing/test_bench.hpp"

namespace weir {

class tested_tasks {
public:
  // One for each subtask of `graph`, but for the sources: those are inputs. `graph` outlives this.
  tested_tasks(const job_graph& graph, const job_options& options,
               const operator_environment& world);
  ~tested_tasks();

  const execution_graph& graph() const { return graph_; }

  // REQUIRES: called once, before all others.
  status open(processing_time now, const snapshot_set* restored);
  // Until there is nothing left to do.
  status run(processing_time now);
  // When there will be something to do by itself, if ever.
  std::optional<processing_time> next_timer() const;

  // What the next `run` begins with. `input` is the number of a source in the graph.
  void push(std::uint32_t input, record_batch& batch);
  void watermark(std::uint32_t input, event_time to);
  void end_inputs();

  // Runs until every task's part of a checkpoint is in `into`, and completes it.
  status snapshot(checkpoint_id id, processing_time now, test_snapshot::files& into);
  // REQUIRES: the inputs have ended, and `run` has succeeded since.
  status commit();

  test_counts counts() const;

private:
  struct input_subtask;
  struct hosted_task;

  void deliver(const channel_peer& to, frame arrived);
  void grant(const channel_peer& to, credit_grant granted);
  void note(status outcome);
  std::vector<input_subtask*> of_input(std::uint32_t input) const;

  execution_graph graph_;
  // By the number of the task: each is in one of these, and null in the other.
  std::vector<std::unique_ptr<input_subtask>> inputs_;
  std::vector<std::unique_ptr<hosted_task>> tasks_;
  std::size_t turn_ = 0;  // Batches that were pushed.
  bool is_busy_ = false;
  status delivered_;                          // The first failure outside of the operators.
  test_snapshot::files* snapshot_ = nullptr;  // That is being taken.
};

}  // namespace weir
