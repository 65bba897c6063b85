// SPDX-License-Identifier: Apache-2.0
// One slice for each message; see actors/snapshot_writer_actor.hpp.
#include "actors/snapshot_writer_actor.hpp"

#include <utility>

#include <caf/all.hpp>

namespace weir {

namespace {

// A few milliseconds of encoding and writing, so that others on the thread have their turn.
constexpr std::size_t bytes_per_message = std::size_t{1} << 20;

// Of those that have state.
std::vector<operator_id> ids_of(const std::vector<operator_snapshot>& operators) {
  std::vector<operator_id> ids;
  for (const auto& each : operators) {
    if (each.has_state()) ids.push_back(each.id);
  }
  return ids;
}

}  // namespace

snapshot_writer_actor::snapshot_writer_actor(caf::actor_config& config, runtime& world,
                                             const caf::actor& task, attempt_number attempt,
                                             task_index number, task_snapshot content,
                                             snapshot_header about, std::string path,
                                             std::shared_ptr<const written_snapshot> base,
                                             caf::actor job_manager)
    : engine_actor{config, world},
      task_actor_{task},
      attempt_{attempt},
      task_{number},
      checkpoint_{content.checkpoint},
      alignment_{content.alignment},
      began_{world.now()},
      path_{std::move(path)},
      job_manager_{std::move(job_manager)},
      operators_{ids_of(content.operators)},
      writer_{snapshot_writer::create(world.files(), path_, std::move(about),
                                      std::move(content.operators), std::move(base))} {
  obey(task);
}

caf::behavior snapshot_writer_actor::make_behavior() {
  send(this, continue_writing{});
  return {[this](continue_writing) { write_more(); }};
}

void snapshot_writer_actor::write_more() {
  if (!writer_) return decline(writer_.failure());
  const auto is_whole = writer_->write_some(bytes_per_message);
  if (!is_whole) return decline(is_whole.failure());
  if (!*is_whole) return send(this, continue_writing{});
  send(task_actor_, snapshot_written{writer_->written()});
  send(job_manager_, checkpoint_acknowledged{attempt_, checkpoint_, task_,
                                             snapshot_facts{.file = path_,
                                                            .bytes = writer_->bytes_written(),
                                                            .alignment = alignment_,
                                                            .writing = world().now() - began_,
                                                            .operators = std::move(operators_),
                                                            .shared = writer_->shared()}});
  quit(caf::exit_reason::normal);
}

void snapshot_writer_actor::decline(const error& cause) {
  send(job_manager_, checkpoint_declined{attempt_, checkpoint_, task_, cause});
  quit(caf::exit_reason::normal);
}

}  // namespace weir
