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

std::optional<copying_files> copying(file_system& files,
                                     const std::shared_ptr<local_backup>& backup,
                                     const checkpoint_place& place) {
  if (backup == nullptr) return std::nullopt;
  return std::optional<copying_files>{std::in_place, files, backup, place};
}

}  // namespace

snapshot_writer_actor::snapshot_writer_actor(
    caf::actor_config& config, runtime& world, const caf::actor& task, attempt_number attempt,
    task_index number, task_snapshot content, snapshot_header about, std::string path,
    std::shared_ptr<const written_snapshot> base, caf::actor job_manager,
    std::shared_ptr<local_backup> backup, checkpoint_place place)
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
      backup_{std::move(backup)},
      place_{std::move(place)},
      copying_{copying(world.files(), backup_, place_)},
      writer_{snapshot_writer::create(
          copying_ ? static_cast<file_system&>(*copying_) : world.files(), path_, std::move(about),
          std::move(content.operators), std::move(base))} {
  obey(task);
}

caf::behavior snapshot_writer_actor::make_behavior() {
  send(this, continue_writing{});
  return {[this](continue_writing) { write_more(); }};
}

void snapshot_writer_actor::on_exit() {
  job_manager_ = nullptr;
  // The directory goes with the last who uses it, and the memory of this actor may stay.
  writer_ = error{error_code::internal, "write a snapshot: its writer has ended"};
  backup_.reset();
  copying_.reset();
}

void snapshot_writer_actor::write_more() {
  if (!writer_) return decline(writer_.failure());
  const auto is_whole = writer_->write_some(bytes_per_message);
  if (!is_whole) return decline(is_whole.failure());
  if (!*is_whole) return send(this, continue_writing{});
  if (backup_) backup_->note_needed(place_.directory, checkpoint_, writer_->shared());
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
