// SPDX-License-Identifier: Apache-2.0
// Writes the snapshot of a task to its file while the task goes on, a slice for each message, and
// tells the job manager how it went. A child of the task: if that ends, the file is of no use.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "actors/caf_messages.hpp"
#include "actors/engine_actor.hpp"
#include "state/copying_files.hpp"
#include "state/snapshot_writer.hpp"

namespace weir {

class snapshot_writer_actor final : public engine_actor {
public:
  // `about.checkpoint` and `about.task` say what is being written; `base` is that of
  // snapshot_writer. `backup` keeps a copy of what is written in `place`; null: there is none.
  snapshot_writer_actor(caf::actor_config& config, runtime& world, const caf::actor& task,
                        attempt_number attempt, task_index number, task_snapshot content,
                        snapshot_header about, std::string path,
                        std::shared_ptr<const written_snapshot> base, caf::actor job_manager,
                        std::shared_ptr<local_backup> backup = nullptr,
                        checkpoint_place place = {});

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "snapshot_writer"; }

private:
  void write_more();
  void decline(const error& cause);

  caf::actor task_actor_;
  attempt_number attempt_;
  task_index task_;
  checkpoint_id checkpoint_;
  duration alignment_;
  processing_time began_;
  std::string path_;
  caf::actor job_manager_;  // Of the life that has asked for the snapshot.
  std::vector<operator_id> operators_;
  std::shared_ptr<local_backup> backup_;
  checkpoint_place place_;
  std::optional<copying_files> copying_;  // If there is a backup.
  result<snapshot_writer> writer_;
};

}  // namespace weir
