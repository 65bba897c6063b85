// SPDX-License-Identifier: Apache-2.0
// Which records have failed the job, and how often: one that has done so in three attempts is a
// poison record, and running the job once more would not help.
//
//   1. A record counts once in an attempt, however many subtasks it fails.
//   2. Attempts need not follow each other, and what failed in between does not matter.
//   3. The job's memory is this one's: a job that is started anew counts from the start.
//
// What is remembered is limited: with more than a thousand records the one that failed least
// recently is forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "api/error.hpp"
#include "api/failed_record.hpp"
#include "coordination/execution_graph.hpp"

namespace weir {

// What to do with each of them, by identity_of.
using poison_policies = std::map<std::string, error_policy>;

class poison_records {
public:
  static constexpr std::uint32_t failures_of_poison = 3;
  static constexpr std::size_t most_records = 1000;

  explicit poison_records(std::shared_ptr<const execution_graph> graph)
      : graph_{std::move(graph)} {}

  // The record has failed a task of the attempt, with `cause`. The failure as the job should see
  // it: as it is; with error_code::poison_record, which no retry helps; or with a word about what
  // the next attempt does with the record.
  [[nodiscard]] error on_failed(attempt_number attempt, const failed_record& record, error cause);

  // For the next attempt: those that do not fail it any more.
  poison_policies policies() const;

private:
  struct remembered {
    std::uint32_t failures = 0;
    attempt_number last;
    error_policy policy = error_policy::fail;
  };

  error_policy policy_of(operator_id id) const;
  remembered& remember(const std::string& identity);

  std::shared_ptr<const execution_graph> graph_;
  std::map<std::string, remembered> records_;
};

}  // namespace weir
