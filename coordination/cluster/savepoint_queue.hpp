// SPDX-License-Identifier: Apache-2.0
// The savepoints that a job manager's process is to take, by order of its node or by signal: one at
// a time, so that each outcome belongs to the order that is being carried out.
//
//   on_ordered -> waiting --next--> carried out --on_ended--> answered
//                    +------------------+-------on_job_ended------^
//
// Invariants:
//   (1) An order is carried out once at most, and answered once, however often it is told.
//   (2) One that stops the job comes before those that do not.
//   (3) A signal is an order without a token: nobody is answered, and two that wait are one.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "coordination/cluster/savepoint_order.hpp"
#include "coordination/savepoint_request.hpp"

namespace weir {

class savepoint_queue {
public:
  void on_ordered(savepoint_order order);
  // What is to be carried out now; none: one is being, or none waits, or the job has stopped.
  std::optional<savepoint_order> next();
  // What has become of the one that is being carried out.
  void on_ended(const savepoint_outcome& outcome);
  // Whoever waits is answered, and whoever comes later: an order to stop with the savepoint that
  // the job has stopped with, if that is where it was to be.
  void on_job_ended(const std::string& how);

  // The newest first.
  const std::vector<savepoint_answer>& answers() const { return answers_; }

private:
  bool is_known(const savepoint_order& order) const;
  void answer_at_the_end(const savepoint_order& order);

  std::deque<savepoint_order> waiting_;
  std::optional<savepoint_order> current_;
  std::vector<savepoint_answer> answers_;
  std::string stopped_with_;           // The savepoint; empty: with none.
  std::optional<std::string> ending_;  // How the job has ended; none: it has not.
};

}  // namespace weir
