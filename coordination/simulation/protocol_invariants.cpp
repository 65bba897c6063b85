// SPDX-License-Identifier: Apache-2.0
// See coordination/simulation/protocol_invariants.hpp.
#include "coordination/simulation/protocol_invariants.hpp"

#include <algorithm>
#include <utility>

#include <caf/message.hpp>

#include "actors/caf_messages.hpp"
#include "coordination/simulation/fault_plan.hpp"
#include "state/checkpoint_directory.hpp"
#include "state/snapshot_reader.hpp"

namespace weir {

namespace {

template <class Message>
const Message* as(const caf::message& content) {
  return content.match_elements<Message>() ? &content.get_as<Message>(0) : nullptr;
}

std::string checkpoint_name(checkpoint_id id) { return "checkpoint " + std::to_string(id.value); }
std::string attempt_name(attempt_number attempt) {
  return "attempt " + std::to_string(attempt.value);
}

// The checkpoints of a directory as they would be after a power loss, on a disk of their own.
std::unique_ptr<simulated_file_system> synced_copy(const simulated_file_system& disk,
                                                   const std::string& directory) {
  auto copied = std::make_unique<simulated_file_system>();
  for (const auto& path : disk.written_files()) {
    if (path.starts_with(directory + "/chk-")) copied->put(path, disk.synced_content_of(path));
  }
  return copied;
}

// Every block of a snapshot, as a restore would read it.
status read_blocks(file_system& files, const std::string& path) {
  const auto reader = snapshot_reader::open(files, path);
  if (!reader) return reader.failure();
  for (const auto& of : reader->operators()) {
    for (const auto& table : of.tables) {
      for (std::size_t block = 0; block < table.blocks.size(); ++block) {
        if (auto read = reader->read_block(of, table, block); !read) return read.failure();
      }
    }
  }
  return {};
}

}  // namespace

void protocol_invariants::begin(std::shared_ptr<const execution_graph> graph) {
  graph_ = std::move(graph);
  channels_.clear();
  attempt_ = {};
  deployed_.clear();
  begun_.clear();
  completed_.clear();
  newest_begun_ = newest_completed_;
}

std::string protocol_invariants::name_of(task_index task) const {
  if (task.value >= graph_->task_count()) return "task " + std::to_string(task.value);
  return graph_->chains()[graph_->chain_of(task)].name + "/" +
         std::to_string(graph_->subtask_of(task).value);
}

std::size_t protocol_invariants::most_messages() const {
  // What the tasks say of one checkpoint and of an attempt, and a window for each channel of a
  // task.
  constexpr std::size_t some = 64;
  return some + std::size_t{graph_->task_count()} * (graph_->options().credit_window + some);
}

// --- What is seen --------------------------------------------------------------------------------

void protocol_invariants::on_message(const seen_message& seen) {
  if (look_at_data(seen)) return;
  if (seen.to.process.value == 0) {
    const auto* fact = as<checkpoint_acknowledged>(seen.content);
    if (fact == nullptr || !seen.has_arrived) return;
    on_acknowledged(seen.from, *fact);
  } else if (!seen.has_arrived) {
    if (const auto* order = as<deploy_task>(seen.content)) {
      on_deployed(seen.to.process, order->attempt, order->task);
    } else if (const auto* begun = as<trigger_checkpoint>(seen.content)) {
      on_triggered(begun->attempt, begun->checkpoint);
    } else if (const auto* fact = as<checkpoint_completed>(seen.content)) {
      on_announced(fact->checkpoint);
    }
  }
}

bool protocol_invariants::look_at_data(const seen_message& seen) {
  if (as<credit_granted>(seen.content) != nullptr) return true;
  const auto* message = as<frame_sent>(seen.content);
  if (message == nullptr) return false;
  if (message->content) on_frame(seen, message->channel, *message->content);
  return true;
}

void protocol_invariants::on_frame(const seen_message& seen, channel_index channel,
                                   const frame& content) {
  auto& of_receiver = channels_[seen.to.actor];
  if (of_receiver.size() <= channel.value) of_receiver.resize(channel.value + 1);
  auto& state = of_receiver[channel.value];
  const auto complain = [&](const std::string& what) {
    violate("channel " + std::to_string(channel.value) + " from " + process_name(seen.from.value) +
            " to an actor of " + process_name(seen.to.process.value) + ": " + what);
  };
  if (seen.has_arrived) {
    state.arrived = content.sequence;
    return;
  }
  if (content.sequence != state.sent + 1) {
    complain("frame " + std::to_string(content.sequence) + " was sent behind frame " +
             std::to_string(state.sent));
  }
  state.sent = content.sequence;
  if (state.sent > state.arrived + graph_->options().credit_window) {
    complain(std::to_string(state.sent - state.arrived) +
             " frames are under way, and its window is " +
             std::to_string(graph_->options().credit_window));
  }
  if (!content.watermark) return;
  if (state.watermark && *content.watermark < *state.watermark) {
    complain("its watermark goes back from " + to_string(*state.watermark) + " to " +
             to_string(*content.watermark));
  }
  state.watermark = content.watermark;
}

void protocol_invariants::on_deployed(process_id where, attempt_number attempt, task_index task) {
  if (attempt < attempt_) {
    return violate(name_of(task) + " is deployed in " + attempt_name(attempt) + ", behind " +
                   attempt_name(attempt_));
  }
  if (attempt > attempt_) deployed_.clear();
  attempt_ = attempt;
  if (deployed_.emplace(task.value, where).second) return;
  violate(name_of(task) + " is deployed twice in " + attempt_name(attempt));
}

void protocol_invariants::on_triggered(attempt_number attempt, checkpoint_id id) {
  const auto begun = begun_.find(id);
  if (begun != begun_.end() && id == newest_begun_ && begun->second.attempt == attempt) return;
  if (id <= newest_begun_) {
    return violate(checkpoint_name(id) + " begins in " + attempt_name(attempt) + ", behind " +
                   checkpoint_name(newest_begun_));
  }
  newest_begun_ = id;
  begun_.emplace(id, begun_checkpoint{.attempt = attempt});
}

void protocol_invariants::on_acknowledged(process_id from, const checkpoint_acknowledged& fact) {
  const auto what = name_of(fact.task) + " acknowledges " + checkpoint_name(fact.checkpoint);
  const auto begun = begun_.find(fact.checkpoint);
  if (begun == begun_.end() || begun->second.attempt != fact.attempt) {
    return violate(what + ", which " + attempt_name(fact.attempt) + " has not begun");
  }
  if (fact.attempt == attempt_) {
    const auto where = deployed_.find(fact.task.value);
    if (where == deployed_.end() || where->second != from) {
      return violate(what + " from " + process_name(from.value) + ", where " +
                     attempt_name(fact.attempt) + " has not deployed it");
    }
  }
  begun->second.acknowledged.insert(fact.task.value);
  if (!fact.facts.file.empty()) begun->second.files.insert(fact.facts.file);
}

void protocol_invariants::on_announced(checkpoint_id id) {
  if (completed_.contains(id)) return;
  violate("a task is told that " + checkpoint_name(id) + " has completed, and it has not");
}

void protocol_invariants::on_checkpoint(const checkpoint_commands::report& report,
                                        processing_time now) {
  forwarding_listener::on_checkpoint(report, now);
  if (report.cause) return;
  const auto begun = begun_.find(report.id);
  if (begun == begun_.end()) {
    return violate(checkpoint_name(report.id) + " has completed, and nobody has begun it");
  }
  const auto& acknowledged = begun->second.acknowledged;
  if (acknowledged.size() != graph_->task_count()) {
    violate(checkpoint_name(report.id) + " has completed with the acknowledgements of " +
            std::to_string(acknowledged.size()) + " of " + std::to_string(graph_->task_count()) +
            " tasks");
  }
  if (const auto damage = damage_of(report.id, begun->second); !damage.empty()) {
    violate(checkpoint_name(report.id) +
            " has completed, and could not be restored after a power loss: " + damage);
  }
  completed_.insert(report.id);
  newest_completed_ = std::max(newest_completed_, report.id);
}

std::string protocol_invariants::damage_of(checkpoint_id id, const begun_checkpoint& begun) const {
  const auto& path = graph_->options().checkpoint_directory;
  const auto copied = synced_copy(*disk_, path);
  const checkpoint_directory directory{*copied, path};
  const auto found = directory.at(directory.directory_of(id));
  if (!found) return found.failure().message;
  const auto& manifest = found->manifest;
  if (manifest.attempt != begun.attempt) {
    return "its manifest is of " + attempt_name(manifest.attempt) + ", and " +
           attempt_name(begun.attempt) + " has begun it";
  }
  if (manifest.files.size() != begun.files.size()) {
    return "its manifest has " + std::to_string(manifest.files.size()) + " snapshots, and " +
           std::to_string(begun.files.size()) + " were acknowledged";
  }
  for (const auto& file : manifest.files) {
    if (const auto read = read_blocks(*copied, found->path_of(file)); !read) {
      return read.failure().message;
    }
  }
  return {};
}

void protocol_invariants::on_longest_mailbox(std::size_t length) {
  if (length <= most_messages()) return;
  violate("a mailbox holds " + std::to_string(length) + " messages; no more than " +
          std::to_string(most_messages()) + " should ever wait");
}

void protocol_invariants::on_undisturbed_end() {
  const auto& path = graph_->options().checkpoint_directory;
  const auto copied = synced_copy(*disk_, path);
  const checkpoint_directory directory{*copied, path};
  const auto all = directory.all();
  if (!all) return violate("list checkpoints at the end: " + all.failure().message);
  std::set<std::string> needed;
  for (const auto id : *all) {
    const auto found = directory.at(directory.directory_of(id));
    if (!found) continue;
    needed.insert(found->directory + "/manifest");
    for (const auto& file : found->manifest.files) needed.insert(found->path_of(file));
    for (const auto& file : found->manifest.shared) needed.insert(found->path_of(file));
  }
  for (const auto& each : copied->written_files()) {
    // The mark of one that was discarded stays with what others share of it.
    const auto directory_of_file = each.substr(0, each.rfind('/') + 1);
    const auto shared = needed.lower_bound(directory_of_file);
    const bool is_mark = each.ends_with("/manifest.discarded") && shared != needed.end() &&
                         shared->starts_with(directory_of_file);
    if (!needed.contains(each) && !is_mark)
      violate("when the job has finished, nobody needs " + each);
  }
}

}  // namespace weir
