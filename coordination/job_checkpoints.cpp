// SPDX-License-Identifier: Apache-2.0
// Commands to files; see coordination/job_checkpoints.hpp.
#include "coordination/job_checkpoints.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "api/sometimes.hpp"
#include "coordination/overloaded.hpp"
#include "state/restore_requests.hpp"
#include "state/savepoint_copy.hpp"

namespace weir {

namespace {

// Without checkpoints nothing is ever written there, but `restore` may name one elsewhere.
std::string directory_of(const job_options& options) {
  return options.checkpoint_directory.empty() ? "." : options.checkpoint_directory;
}

std::string path_of(const savepoint_request& request, checkpoint_id id) {
  return request.directory + "/savepoint-" + std::to_string(id.value) + "-" + request.token;
}

// To begin with a given checkpoint, for which there may have been a job manager before this one.
bool names_a_wish(const job_options& options) {
  return options.restore_request && !options.restore.empty() && options.restore != "latest";
}

std::vector<task_index> sources_of(const execution_graph& graph) {
  std::vector<task_index> sources;
  for (const auto& chain : graph.chains()) {
    if (graph.graph().node(chain.nodes.front()).kind != operator_kind::source) continue;
    for (std::uint32_t i = 0; i < chain.parallelism; ++i) {
      sources.push_back({chain.first_task.value + i});
    }
  }
  return sources;
}

}  // namespace

job_checkpoints::job_checkpoints(std::shared_ptr<const execution_graph> graph, file_system& files)
    : graph_{std::move(graph)},
      files_{&files},
      directory_{files, directory_of(graph_->options())} {}

job_checkpoints::~job_checkpoints() = default;

status job_checkpoints::open(std::uint64_t chance) {
  const auto& options = graph_->options();
  life_ = {.directory = chance};
  if (options.checkpoint_directory.empty()) return {};
  if (auto prepared = directory_.prepare(); !prepared) return prepared;
  if (!lock_) {
    auto lock = directory_.lock();
    if (!lock) return lock.failure();
    lock_ = std::move(*lock);
  }
  // Also of a job that starts afresh: two jobs in one directory would discard each other's.
  const auto newest = directory_.latest();
  const bool is_damaged = !newest && newest.failure().code == error_code::corrupt_data;
  if (!newest && (!is_damaged || options.restore == "latest")) return newest.failure();
  if (newest && *newest) {
    if (auto ours = check_job((*newest)->manifest); !ours) {
      return within("checkpoint directory " + directory_.path(), ours.failure());
    }
  }
  // Before the ids are read: what a former life still begins is not taken for ours.
  const auto life = directory_.begin_life(chance);
  if (!life) return life.failure();
  life_ = *life;
  const auto highest = directory_.highest_id();
  if (!highest) return highest.failure();
  if (options.restore != "latest") before_us_ = *highest;
  if (names_a_wish(options)) {
    const auto before =
        restore_requests{*files_, directory_.path()}.begin(*options.restore_request, *highest);
    if (!before) return before.failure();
    before_us_ = *before;
  }
  auto ours = directory_.all();
  if (!ours) return ours.failure();
  std::erase_if(*ours, [this](checkpoint_id each) { return !(before_us_ < each); });
  coordinator_.emplace(checkpoint_policy_of(options), graph_->task_count(), *highest,
                       *std::move(ours));
  return {};
}

attempt_token job_checkpoints::token_of(attempt_number attempt) const {
  auto token = life_;
  token.attempt = attempt;
  return token;
}

// Only the first attempt asks the options, and only if no job manager before this one has done so
// for the same wish; a later one goes on from what this job has completed, and begins again as the
// first did if it has not completed anything.
result<std::optional<checkpoint_directory::found>> job_checkpoints::find(attempt_number attempt) {
  const auto& restore = graph_->options().restore;
  std::optional<checkpoint_directory::found> newest;
  restored_of_ours_ = {};
  const bool is_later = attempt.value > 1 || names_a_wish(graph_->options());
  if (is_enabled() && (is_later || restore == "latest")) {
    auto latest = directory_.latest();
    if (!latest) return latest.failure();
    if (*latest && before_us_ < (*latest)->manifest.id) newest = *std::move(*latest);
    if (newest) restored_of_ours_ = newest->manifest.id;
  }
  if (newest || restore.empty() || restore == "latest") return newest;
  auto given = directory_.at(restore);
  if (!given) return given.failure();
  return std::optional{*std::move(given)};
}

result<job_checkpoints::beginning> job_checkpoints::begin(attempt_number attempt) {
  auto found = find(attempt);
  if (!found) return within("restore", found.failure());
  beginning made;
  if (!*found) {
    if (attempt.value > 1) WEIR_SOMETIMES("a job failed before its first checkpoint");
    return made;
  }
  const auto& manifest = (*found)->manifest;
  if (auto fits = check(manifest); !fits) {
    return within("restore " + (*found)->directory, fits.failure());
  }
  made.checkpoint = manifest.id;
  if (attempt.value > 1) {
    WEIR_SOMETIMES("an attempt went on from a checkpoint");
  } else {
    WEIR_SOMETIMES("a job went on from a checkpoint of another life");
  }
  for (const auto& file : manifest.files) {
    made.files.push_back({(*found)->path_of(file), file.bytes});
  }
  made.warnings = std::move((*found)->passed_over);
  return made;
}

status job_checkpoints::check_job(const checkpoint_manifest& manifest) const {
  const auto& name = graph_->graph().name;
  if (manifest.job_name == name) return {};
  return error{error_code::invalid_argument,
               "it is of the job \"" + manifest.job_name + "\", and this one is \"" + name +
                   "\"; give each job an execution.checkpointing.dir of its own"};
}

status job_checkpoints::check_kinship(const checkpoint_manifest& manifest) const {
  const auto& options = graph_->options();
  if (auto ours = check_job(manifest); !ours) return ours;
  if (manifest.max_parallelism != options.max_parallelism) {
    return error{error_code::invalid_argument,
                 "its state is divided into " + std::to_string(manifest.max_parallelism) +
                     " key groups, and pipeline.max-parallelism is " +
                     std::to_string(options.max_parallelism) +
                     "; the number is fixed for the life of the state: set it to " +
                     std::to_string(manifest.max_parallelism)};
  }
  return {};
}

status job_checkpoints::check(const checkpoint_manifest& manifest) const {
  if (auto kin = check_kinship(manifest); !kin) return kin;
  if (graph_->options().allow_non_restored_state) return {};
  for (const auto& each : manifest.operators) {
    if (graph_->has(each.id)) continue;
    return error{error_code::invalid_argument,
                 "it holds state of the operator \"" + each.name +
                     "\", which this job does not have; give the operator that should go on with "
                     "it the same uid, or leave the state behind with --allow-non-restored-state"};
  }
  return {};
}

job_checkpoints::orders job_checkpoints::on_attempt_started(attempt_number attempt,
                                                            processing_time now) {
  attempt_ = attempt;
  coordinator_->on_attempt_started(attempt, sources_of(*graph_), now, restored_of_ours_);
  checkpoint_coordinator::commands commands;
  for (const auto& [of, task] : std::exchange(drained_early_, {})) {
    auto more = coordinator_->on_task_drained(of, task);
    std::move(more.begin(), more.end(), std::back_inserter(commands));
  }
  return carry_out(std::move(commands), now);
}

job_checkpoints::orders job_checkpoints::on_tick(processing_time now) {
  return is_enabled() ? carry_out(coordinator_->on_tick(now), now) : orders{};
}

job_checkpoints::orders job_checkpoints::on_acknowledged(attempt_number attempt, checkpoint_id id,
                                                         task_index task, snapshot_facts facts,
                                                         processing_time now) {
  if (!is_enabled()) return {};
  return carry_out(coordinator_->on_acknowledged(attempt, id, task, std::move(facts)), now);
}

job_checkpoints::orders job_checkpoints::on_declined(attempt_number attempt, checkpoint_id id,
                                                     task_index task, const error& cause,
                                                     processing_time now) {
  if (!is_enabled()) return {};
  return carry_out(coordinator_->on_declined(attempt, id, task, cause), now);
}

job_checkpoints::orders job_checkpoints::on_task_drained(attempt_number attempt, task_index task,
                                                         processing_time now) {
  if (!is_enabled()) return {};
  if (attempt_ < attempt) {
    drained_early_.emplace_back(attempt, task);
    return {};
  }
  return carry_out(coordinator_->on_task_drained(attempt, task), now);
}

job_checkpoints::orders job_checkpoints::request_final(processing_time now) {
  return is_enabled() ? carry_out(coordinator_->request_final(now), now) : orders{};
}

job_checkpoints::orders job_checkpoints::request_savepoint(savepoint_request request,
                                                           processing_time now) {
  const auto refuse = [&](error cause) {
    orders made;
    made.savepoints.push_back({request.then, {}, std::move(cause)});
    return made;
  };
  if (!is_enabled()) {
    return refuse({error_code::invalid_argument,
                   "a savepoint begins as a checkpoint, and this job takes none: set "
                   "execution.checkpointing.dir"});
  }
  const auto& options = graph_->options();
  if (request.directory.empty()) request.directory = options.savepoint_directory;
  if (request.directory.empty()) request.directory = directory_.path() + "/savepoints";
  // Before the job does anything for it.
  if (auto made = files_->make_directories(request.directory); !made) return refuse(made.failure());
  return carry_out(coordinator_->request_savepoint(std::move(request), now), now);
}

// A job that has failed or finished leaves its checkpoints: it may be started again.
job_checkpoints::orders job_checkpoints::on_state(job_state state, attempt_number attempt,
                                                  processing_time now) {
  if (!is_enabled()) return {};
  switch (state) {
    case job_state::created:
    case job_state::deploying:
    case job_state::finishing:
      return {};
    case job_state::running:
      return on_attempt_started(attempt, now);
    default:
      break;
  }
  auto commands = coordinator_->on_attempt_ended();
  if (state == job_state::cancelled && !graph_->options().retain_checkpoints_on_cancel) {
    auto more = coordinator_->discard_completed();
    std::move(more.begin(), more.end(), std::back_inserter(commands));
  }
  return carry_out(std::move(commands), now);
}

std::optional<processing_time> job_checkpoints::next_tick() const {
  return is_enabled() ? coordinator_->next_tick() : std::nullopt;
}

job_checkpoints::orders job_checkpoints::carry_out(checkpoint_coordinator::commands commands,
                                                   processing_time now) {
  orders made;
  while (!commands.empty()) {
    checkpoint_coordinator::commands next;
    const auto append = [&next](checkpoint_coordinator::commands more) {
      std::move(more.begin(), more.end(), std::back_inserter(next));
    };
    for (auto& command : commands) {
      std::visit(
          overloaded{
              [&](checkpoint_commands::trigger& each) { made.triggers.push_back(std::move(each)); },
              [&](checkpoint_commands::resume& each) { made.resumes.push_back(std::move(each)); },
              [&](checkpoint_commands::end_input& each) {
                made.ended_inputs.push_back(std::move(each));
              },
              [&](checkpoint_commands::write_manifest& each) { append(complete(each, now)); },
              [&](checkpoint_commands::savepoint_ended& each) {
                made.savepoints.push_back({each.request.then,
                                           each.cause ? "" : path_of(each.request, each.id),
                                           std::move(each.cause)});
              },
              [&](checkpoint_commands::announce_completed& each) {
                made.completed.push_back(each);
              },
              [&](checkpoint_commands::discard& each) {
                auto gone = directory_.discard(each.id);
                if (!gone) made.warnings.push_back(gone.failure());
              },
              [&](checkpoint_commands::fail_job& each) { made.failure = std::move(each.cause); },
              [&](checkpoint_commands::report& each) { made.reports.push_back(std::move(each)); },
          },
          command);
    }
    commands = std::move(next);
  }
  return made;
}

// A savepoint's files are copied before the checkpoint is complete, and it gets its name after: see
// state/savepoint_copy.hpp.
checkpoint_coordinator::commands job_checkpoints::complete(
    const checkpoint_commands::write_manifest& order, processing_time now) {
  const auto manifest = manifest_of(order, now);
  std::optional<savepoint_copy> copy;
  if (order.savepoint) {
    copy.emplace(*files_, path_of(*order.savepoint, order.id));
    auto prepared = copy->prepare(manifest, directory_.directory_of(order.id));
    if (!prepared) return coordinator_->on_not_completed(order.id, prepared.failure());
  }
  if (auto written = directory_.complete(manifest); !written) {
    return coordinator_->on_not_completed(order.id, written.failure());
  }
  std::optional<error> savepoint_failure;
  if (copy) {
    if (auto completed = copy->complete(); !completed) savepoint_failure = completed.failure();
  }
  return coordinator_->on_completed(order.id, now, std::move(savepoint_failure));
}

checkpoint_manifest job_checkpoints::manifest_of(const checkpoint_commands::write_manifest& order,
                                                 processing_time now) const {
  checkpoint_manifest manifest;
  manifest.id = order.id;
  manifest.job_name = graph_->graph().name;
  manifest.graph_fingerprint = fingerprint(graph_->graph());
  manifest.attempt = attempt_;
  manifest.life = life_.life;
  manifest.created = now;
  manifest.max_parallelism = graph_->options().max_parallelism;
  std::set<operator_id> with_state;
  std::set<shared_file> shared;
  for (const auto& task : order.tasks) {
    if (task.file.empty()) continue;
    with_state.insert(task.operators.begin(), task.operators.end());
    const auto name = task.file.substr(task.file.rfind('/') + 1);
    manifest.files.push_back({name, task.bytes, task.operators});
    shared.insert(task.shared.begin(), task.shared.end());
  }
  manifest.shared.assign(shared.begin(), shared.end());
  for (const auto& chain : graph_->chains()) {
    for (const auto node : chain.nodes) {
      const auto id = graph_->id_of(node);
      if (!with_state.contains(id)) continue;
      const graph_node& of = graph_->graph().node(node);
      manifest.operators.push_back({id, of.uid.empty() ? of.name : of.uid, chain.parallelism});
    }
  }
  return manifest;
}

}  // namespace weir
