// SPDX-License-Identifier: Apache-2.0
// What must hold at every moment of a run, whatever fails: the rules of the protocol that can be
// seen from outside, from the messages between processes, what the job's listener is told, and the
// disk. A run may end with the right output all the same; then it was lucky.
//
//   (1) A channel has no more frames under way than its credit window, and no gap in their numbers.
//   (2) Its watermarks never go back.
//   (3) Checkpoint ids only grow, over all attempts, and each belongs to one attempt.
//   (4) Attempts only grow, and deploy each task once. What a task says to the job manager it says
//       from the process where its attempt has deployed it.
//   (5) A checkpoint completes when all tasks of the attempt that began it have acknowledged it.
//   (6) When it completes, it is whole, and would be after a power loss: the manifest, every
//       snapshot, and every block of them with its checksum.
//   (7) Tasks are told to commit a checkpoint that has completed, and no other.
//   (8) Mailboxes are bounded.
//   (9) A job that has finished leaves no file in its checkpoint directory that no checkpoint
//       needs, unless a process went on writing that the others had given up.
//
// Of every rule the first breach is told. Draws no number and changes nothing.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coordination/execution_graph.hpp"
#include "coordination/forwarding_listener.hpp"
#include "coordination/simulation/link_observer.hpp"
#include "coordination/simulation/simulated_file_system.hpp"
#include "network/frame.hpp"

namespace weir {

struct checkpoint_acknowledged;

class protocol_invariants final : public forwarding_listener {
public:
  // Passes on to `next` what it is told. Both outlive it.
  protocol_invariants(job_listener& next, const simulated_file_system& disk)
      : forwarding_listener{&next}, disk_{&disk} {}

  // A cluster begins, and with it attempts from 1.
  void begin(std::shared_ptr<const execution_graph> graph);
  // For simulated_cluster_options::observer.
  void on_message(const seen_message& seen);
  // Of any actor so far; see simulated_world::longest_mailbox.
  void on_longest_mailbox(std::size_t length);
  // The job has finished, in its first cluster; nobody was kept from tidying up, and nobody who was
  // given up writes on.
  void on_undisturbed_end();

  // The first breach; empty if there is none.
  const std::string& violation() const { return violation_; }
  // The longest mailbox that rule (8) allows.
  std::size_t most_messages() const;

  void on_checkpoint(const checkpoint_commands::report& report, processing_time now) override;

private:
  struct channel_state {
    std::uint64_t sent = 0;
    std::uint64_t arrived = 0;
    std::optional<event_time> watermark{};
  };
  struct begun_checkpoint {
    attempt_number attempt;
    std::set<std::uint32_t> acknowledged{};  // Tasks.
    std::set<std::string> files{};           // Where their snapshots are; not all have one.
  };

  void violate(std::string what) {
    if (violation_.empty()) violation_ = std::move(what);
  }
  std::string name_of(task_index task) const;
  bool look_at_data(const seen_message& seen);
  void on_frame(const seen_message& seen, channel_index channel, const frame& content);
  void on_deployed(process_id where, attempt_number attempt, task_index task);
  void on_triggered(attempt_number attempt, checkpoint_id id);
  void on_acknowledged(process_id from, const checkpoint_acknowledged& fact);
  void on_announced(checkpoint_id id);
  // What is wrong with it on the disk; empty if nothing is.
  std::string damage_of(checkpoint_id id, const begun_checkpoint& begun) const;

  const simulated_file_system* disk_;
  std::shared_ptr<const execution_graph> graph_;
  // By the receiver's number and its channel. Asked for, never gone through.
  std::unordered_map<std::uint64_t, std::vector<channel_state>> channels_;
  attempt_number attempt_;                        // The newest that was deployed.
  std::map<std::uint32_t, process_id> deployed_;  // Its tasks, and where they are.
  // Of this cluster, whatever became of them: acknowledgements may come long afterwards.
  std::map<checkpoint_id, begun_checkpoint> begun_;
  checkpoint_id newest_begun_;
  checkpoint_id newest_completed_;  // Over all clusters.
  std::set<checkpoint_id> completed_;
  std::string violation_;
};

}  // namespace weir
