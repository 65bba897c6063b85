// SPDX-License-Identifier: Apache-2.0
// What nodes remove: the logs of jobs that are forgotten, programs that no job needs, and uploads
// that have ended before they were whole. The leader says again and again what is forgotten, so a
// node that was away, or still ran a process of such a job, has missed nothing. See
// coordination/cluster/forgotten_jobs.hpp for why it says what goes, and not what stays.
//
// No order is overtaken: what a leader says comes in the order in which it was said, and a program
// that has gone is fetched again by the next order that needs it. Only one who has uploaded a
// program, or was told that it need not, and has yet to submit the job has said nothing of it: for
// that, whatever anybody has wanted of late is kept (blob_store.hpp).
#include <algorithm>
#include <vector>

#include "coordination/cluster/cluster_node_actor.hpp"

namespace weir {

namespace {

constexpr duration between_cleanings = std::chrono::minutes{10};

}  // namespace

void cluster_node_actor::clean_up() {
  const auto now = world().now();
  if (now < next_cleaning_) return;
  next_cleaning_ = now + between_cleanings;
  blobs_.remove_idle_drafts(now);
  if (!leads() || has_unreadable_records_) return;
  auto what = state_.forgotten();
  forget(what);
  for (const auto& [name, node] : nodes_) {
    what.session = node.session;
    send_to(name, what);
  }
  // Whoever has uploaded these has never submitted a job.
  const auto needed = state_.programs();
  std::erase_if(uploaded_, [&](const std::string& each) { return needed.contains(each); });
  for (const auto& each : std::vector<std::string>{uploaded_.begin(), uploaded_.end()}) {
    remove_unused(each);
  }
}

void cluster_node_actor::on_fact(const forget_jobs& fact) {
  if (was_welcomed_ && fact.session == session_) forget(fact);
}

void cluster_node_actor::forget(const forget_jobs& what) {
  for (const auto& each : what.jobs) {
    if (auto removed = roles_.processes->forget(each); !removed) {
      roles_.report(removed.failure().message);
    }
  }
  for (const auto& each : what.programs) remove_unused(each);
}

void cluster_node_actor::remove_unused(const std::string& program) {
  if (is_wanted(program)) return;
  const auto removed = blobs_.remove_unused(program, world().now());
  if (!removed) return roles_.report(removed.failure().message);
  if (!*removed) return;
  programs_.erase(program);
  uploaded_.erase(program);
}

// By an order that waits for it, by another node, or by a job whose first record is being stored.
bool cluster_node_actor::is_wanted(const std::string& program) const {
  const auto is_it = [&](const auto& each) { return each.program == program; };
  return wanted_.contains(program) || fetches_.contains(program) ||
         std::any_of(wishes_.begin(), wishes_.end(), is_it) ||
         std::any_of(waiting_.begin(), waiting_.end(),
                     [&](const waiting_order& each) { return is_it(each.order); }) ||
         std::any_of(submissions_.begin(), submissions_.end(),
                     [&](const auto& each) { return is_it(each.second.wish.job); });
}

}  // namespace weir
