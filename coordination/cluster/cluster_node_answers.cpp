// SPDX-License-Identifier: Apache-2.0
// What a node answers to clients; see coordination/cluster/cluster_node_actor.hpp.
#include <utility>
#include <variant>
#include <vector>

#include "coordination/cluster/cluster_node_actor.hpp"

namespace weir {

namespace {

refused refusal_of(const error& cause) { return {cause.code, cause.message}; }

// However many jobs there are, the list of them fits into a message.
std::vector<listed_job> shortened(std::vector<listed_job> jobs) {
  for (auto& each : jobs) {
    each.record.submitted.arguments.clear();
    each.record.places.clear();
    if (each.record.failures.size() > 1) each.record.failures.resize(1);
    each.record.report.failures.clear();
  }
  return jobs;
}

}  // namespace

void cluster_node_actor::on_fact(const asked_question& asked) {
  send_back(given_answer{asked.number, answer_to(asked.what)});
}

reply cluster_node_actor::answer_to(const question& what) {
  if (leads() || std::holds_alternative<read_log>(what)) {
    return std::visit([this](const auto& wish) { return reply_to(wish); }, what);
  }
  if (!leaderless_since_) return ask_leader{roles_.leader};
  return refused{error_code::not_found,
                 "the leader " + roles_.leader + " is out of sight of node " + roles_.name};
}

reply cluster_node_actor::reply_to(const blob_chunk& chunk) {
  const auto next = blobs_.add(chunk);
  if (!next) return refusal_of(next.failure());
  return chunk_taken{*next};
}

reply cluster_node_actor::reply_to(const submit_job& wish) {
  if (auto checked = check(wish.job); !checked) return refusal_of(checked.failure());
  const auto is_here = blobs_.has(wish.job.program);
  if (!is_here) return refusal_of(is_here.failure());
  if (!*is_here) {
    return refused{error_code::not_found, "submit a job: its program was not uploaded"};
  }
  if (!is_job_id(wish.id)) {
    return refused{error_code::invalid_argument, "submit a job: it has no proper id"};
  }
  if (state_.find(wish.id)) {
    const auto known = state_.list(*state_.find(wish.id)).record;
    if (known.id == wish.id && known.submitted.program == wish.job.program) {
      return accepted{wish.id, 0};
    }
    return refused{error_code::in_use, "submit a job: another has the id " + known.id};
  }
  // What could not be stored would be forgotten, so it is not accepted.
  const job_record begun{.id = wish.id,
                         .submitted_at = event_time_of(world().now()),
                         .submitted = wish.job,
                         .restore = wish.job.restore};
  if (auto stored = put(begun); !stored)
    return refusal_of(within("submit a job", stored.failure()));
  roles_.report("job " + wish.id + " (" + wish.job.name + ") is submitted");
  execute(state_.on_submitted(wish.id, wish.job, world().now()));
  return accepted{wish.id, 0};
}

reply cluster_node_actor::reply_to(const list_jobs& wish) {
  if (wish.job.empty()) return jobs_listed{shortened(state_.list_jobs())};
  const auto id = state_.find(wish.job);
  if (!id) return refusal_of(id.failure());
  return jobs_listed{{state_.list(*id)}};
}

reply cluster_node_actor::reply_to(const list_nodes& wish) {
  auto all = state_.list_nodes(roles_.name);
  std::erase_if(
      all, [&](const listed_node& each) { return !wish.node.empty() && each.name != wish.node; });
  return nodes_listed{std::move(all)};
}

reply cluster_node_actor::accepted_or_refused(const std::string& job,
                                              const result<cluster_state::commands>& orders) {
  if (!orders) return refusal_of(orders.failure());
  accepted answer_given{.job = {}, .savepoints = 0};
  if (const auto id = state_.find(job)) {
    answer_given = {*id, state_.list(*id).record.report.savepoints};
  }
  execute(*orders);
  return answer_given;
}

reply cluster_node_actor::reply_to(const order_job& wish) {
  return accepted_or_refused(wish.job, state_.order(wish, world().now()));
}

reply cluster_node_actor::reply_to(const restart_job& wish) {
  return accepted_or_refused(wish.job, state_.restart(wish, world().now()));
}

reply cluster_node_actor::reply_to(const rescale_job& wish) {
  return accepted_or_refused(wish.job, state_.rescale(wish, world().now()));
}

reply cluster_node_actor::reply_to(const drain_node& wish) {
  return accepted_or_refused("", state_.drain(wish, world().now()));
}

reply cluster_node_actor::reply_to(const read_log& wish) {
  auto part = processes_->read_log(wish.job, wish.process, wish.offset);
  if (!part) return refusal_of(part.failure());
  return *std::move(part);
}

}  // namespace weir
