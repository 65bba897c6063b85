// SPDX-License-Identifier: Apache-2.0
// Orders in, answers out; see coordination/cluster/savepoint_queue.hpp.
#include "coordination/cluster/savepoint_queue.hpp"

#include <algorithm>
#include <utility>

namespace weir {

namespace {

// Those of a leader, and a signal of each kind.
constexpr std::size_t most_waiting = most_savepoint_orders + 2;

}  // namespace

bool savepoint_queue::is_known(const savepoint_order& order) const {
  if (order.token.empty())
    return std::find(waiting_.begin(), waiting_.end(), order) != waiting_.end();
  const auto is_it = [&](const savepoint_order& each) { return each.token == order.token; };
  return find_answer(answers_, order.token) != nullptr || (current_ && is_it(*current_)) ||
         std::any_of(waiting_.begin(), waiting_.end(), is_it);
}

void savepoint_queue::on_ordered(savepoint_order order) {
  if (is_known(order)) return;
  if (ending_) return answer_at_the_end(order);
  if (waiting_.size() < most_waiting) return waiting_.push_back(std::move(order));
  if (order.token.empty()) return;
  note_answer(answers_, {.token = std::move(order.token),
                         .failure = "too many savepoints wait already; try again"});
}

std::optional<savepoint_order> savepoint_queue::next() {
  const bool is_over = ending_ || !stopped_with_.empty();
  if (current_ || is_over || waiting_.empty()) return std::nullopt;
  auto first = std::find_if(waiting_.begin(), waiting_.end(),
                            [](const savepoint_order& each) { return each.stops; });
  if (first == waiting_.end()) first = waiting_.begin();
  current_ = std::move(*first);
  waiting_.erase(first);
  return current_;
}

void savepoint_queue::on_ended(const savepoint_outcome& outcome) {
  const auto done = std::exchange(current_, std::nullopt);
  if (!outcome.cause && outcome.then != after_savepoint::go_on) stopped_with_ = outcome.path;
  if (!done || done->token.empty()) return;
  note_answer(answers_, {.token = done->token,
                         .path = outcome.cause ? "" : outcome.path,
                         .failure = outcome.cause ? outcome.cause->message : ""});
}

void savepoint_queue::on_job_ended(const std::string& how) {
  ending_ = how;
  if (const auto last = std::exchange(current_, std::nullopt)) answer_at_the_end(*last);
  for (const auto& each : std::exchange(waiting_, {})) answer_at_the_end(each);
}

void savepoint_queue::answer_at_the_end(const savepoint_order& order) {
  if (order.token.empty()) return;
  savepoint_answer answer{.token = order.token};
  if (stopped_with_.empty()) {
    answer.failure = "the job has ended before the savepoint: " + *ending_;
  } else if (order.stops && (order.directory.empty() ||
                             stopped_with_.starts_with(order.directory + "/savepoint-"))) {
    answer.path = stopped_with_;
  } else {
    answer.failure = "the job has stopped with another savepoint before: " + stopped_with_;
  }
  note_answer(answers_, std::move(answer));
}

}  // namespace weir
