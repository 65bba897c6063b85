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
    each.tasks.clear();
    each.record.savepoints_ordered.clear();
    each.record.savepoints_answered.clear();
    if (each.record.failures.size() > 1) each.record.failures.resize(1);
    each.record.report.failures.clear();
  }
  return jobs;
}

}  // namespace

void cluster_node_actor::on_fact(const asked_question& asked) {
  question_ = asked.number;
  const auto given = answer_to(asked.what);
  if (given) send_back(given_answer{asked.number, *given});
}

std::optional<reply> cluster_node_actor::answer_to(const question& what) {
  if (leads() || std::holds_alternative<read_log>(what)) {
    return std::visit([this](const auto& wish) { return reply_to(wish); }, what);
  }
  return ask_leader{was_welcomed_ ? leader_ : ""};
}

void cluster_node_actor::answer(const caf::strong_actor_ptr& to, const given_answer& what) {
  if (const auto asker = caf::actor_cast<caf::actor>(to)) {
    send(asker, control_sent{encode_control(what)});
  }
}

void cluster_node_actor::hold(caf::strong_actor_ptr to, given_answer what) {
  steps_.emplace_back(held_answer{std::move(to), std::move(what)});
  proceed();
}

std::optional<reply> cluster_node_actor::reply_to(const blob_chunk& chunk) {
  const auto next = blobs_.add(chunk, world().now());
  if (!next) return refusal_of(next.failure());
  if (*next == chunk.total) {
    uploaded_.insert(chunk.hash);
    on_program_here(chunk.hash);
  }
  return chunk_taken{*next};
}

std::optional<reply> cluster_node_actor::reply_to(const submit_job& wish) {
  if (auto checked = check(wish.job); !checked) return refusal_of(checked.failure());
  if (!is_job_id(wish.id)) {
    return refused{error_code::invalid_argument, "submit a job: it has no proper id"};
  }
  blobs_.use(wish.job.program, world().now());
  const auto is_here = blobs_.has(wish.job.program);
  if (!is_here) return refusal_of(is_here.failure());
  if (state_.find(wish.id)) return reply_to_known(wish, *is_here);
  if (!*is_here) {
    return refused{error_code::not_found, "submit a job: its program was not uploaded"};
  }
  // What could not be stored would be forgotten, so it is not accepted before that.
  const job_record begun{.id = wish.id,
                         .submitted_at = event_time_of(world().now()),
                         .submitted = wish.job,
                         .restore = wish.job.restore};
  const auto number = write(entry_of(wish.id), stored_text(begun));
  submissions_.emplace(number, submission{caf::actor_cast<caf::strong_actor_ptr>(current_sender()),
                                          question_, wish});
  return std::nullopt;
}

// Of a job whose id is taken: by itself, if a leader that was lost since had stored it.
std::optional<reply> cluster_node_actor::reply_to_known(const submit_job& wish,
                                                        bool is_program_here) {
  const auto known = state_.list(*state_.find(wish.id)).record;
  if (known.id != wish.id || known.submitted.program != wish.job.program) {
    return refused{error_code::in_use, "submit a job: another has the id " + known.id};
  }
  if (!is_program_here) {
    return refused{error_code::io_failure,
                   "submit a job: job " + known.id +
                       " is known, but its program is not here yet; weir job " + known.id +
                       " shows what becomes of it"};
  }
  accept_once_copied({.from = caf::actor_cast<caf::strong_actor_ptr>(current_sender()),
                      .question = question_,
                      .job = wish.id,
                      .program = wish.job.program,
                      .since = world().now()});
  return std::nullopt;
}

void cluster_node_actor::on_submission_stored(const submission& made,
                                              const std::optional<error>& failure) {
  const auto& id = made.wish.id;
  if (failure) {
    auto cause = within("submit a job", *failure);
    // It may have been stored all the same: a later leader would start what was refused.
    if (cause.code != error_code::in_use && !state_.has(id)) write(entry_of(id), std::nullopt);
    // The next leader may have found it: asked again, it says so.
    if (cause.code == error_code::in_use) cause.code = error_code::io_failure;
    return answer(made.from, {made.question, refusal_of(cause)});
  }
  // It may have been asked twice before the first was stored.
  if (!state_.has(id)) {
    roles_.report("job " + id + " (" + made.wish.job.name + ") is submitted");
    execute(state_.on_submitted(id, made.wish.job, world().now()));
  }
  accept_once_copied({.from = made.from,
                      .question = made.question,
                      .job = id,
                      .program = made.wish.job.program,
                      .since = world().now()});
}

// Of a leader that leads alone, which does not wait until its store is well again: what was asked
// for is done, and what would be wrong after its next start is not said or left behind.
void cluster_node_actor::give_up_front_step(const error& cause) {
  const auto failed = std::move(steps_.front());
  steps_.pop_front();
  if (std::holds_alternative<store_forgotten>(failed)) {
    // Its record stays as long as no list has it (forgotten_jobs.hpp, 1).
    const bool follows = !steps_.empty() && std::holds_alternative<forget_job>(steps_.front());
    if (follows) steps_.pop_front();
  }
  if (!std::holds_alternative<store_drained>(failed)) return;
  state_.on_drained_not_stored();
  // Answers that were held before were given before: the first is the one to this order.
  for (auto& each : steps_) {
    auto* const held = std::get_if<held_answer>(&each);
    if (held == nullptr) continue;
    held->what.what =
        refused{cause.code,
                "which nodes are drained could not be stored, and holds only until this node "
                "is started again: " +
                    cause.message};
    return;
  }
}

std::optional<reply> cluster_node_actor::reply_to(const list_jobs& wish) {
  if (wish.job.empty()) return jobs_listed{shortened(state_.list_jobs())};
  const auto id = state_.find(wish.job);
  if (!id) return refusal_of(id.failure());
  return jobs_listed{{state_.list(*id)}};
}

std::optional<reply> cluster_node_actor::reply_to(const list_nodes& wish) {
  auto all = state_.list_nodes(roles_.name);
  std::erase_if(
      all, [&](const listed_node& each) { return !wish.node.empty() && each.name != wish.node; });
  return nodes_listed{std::move(all)};
}

std::optional<reply> cluster_node_actor::reply_once_stored(
    const std::string& job, const result<cluster_state::commands>& orders) {
  if (!orders) return refusal_of(orders.failure());
  accepted given;
  if (const auto id = state_.find(job)) given.job = *id;
  return hold_until_done(*orders, std::move(given));
}

std::optional<reply> cluster_node_actor::hold_until_done(const cluster_state::commands& orders,
                                                         reply what) {
  auto asker = caf::actor_cast<caf::strong_actor_ptr>(current_sender());
  execute(orders);
  hold(std::move(asker), {question_, std::move(what)});
  return std::nullopt;
}

std::optional<reply> cluster_node_actor::reply_to(const end_job& wish) {
  return reply_once_stored(wish.job, state_.cancel(wish, world().now()));
}

std::optional<reply> cluster_node_actor::reply_to(const ask_savepoint& wish) {
  return reply_once_stored(wish.job, state_.take_savepoint(wish));
}

std::optional<reply> cluster_node_actor::reply_to(const restart_job& wish) {
  return reply_once_stored(wish.job, state_.restart(wish, world().now()));
}

std::optional<reply> cluster_node_actor::reply_to(const rescale_job& wish) {
  return reply_once_stored(wish.job, state_.rescale(wish, world().now()));
}

std::optional<reply> cluster_node_actor::reply_to(const drain_node& wish) {
  auto drained = state_.drain(wish, world().now());
  if (!drained) return refusal_of(drained.failure());
  return hold_until_done(drained->orders,
                         accepted{.job = {}, .remark = std::move(drained->remark)});
}

std::optional<reply> cluster_node_actor::reply_to(const undrain_node& wish) {
  const bool was_drained = state_.is_drained(wish.node);
  const auto orders = state_.undrain(wish);
  if (!orders) return refusal_of(orders.failure());
  return hold_until_done(*orders, node_undrained{was_drained});
}

std::optional<reply> cluster_node_actor::reply_to(const read_log& wish) {
  auto part = roles_.processes->read_log(wish.job, wish.process, wish.offset);
  if (!part) return refusal_of(part.failure());
  return *std::move(part);
}

}  // namespace weir
