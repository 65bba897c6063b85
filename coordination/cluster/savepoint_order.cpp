// SPDX-License-Identifier: Apache-2.0
// Limits; see coordination/cluster/savepoint_order.hpp.
#include "coordination/cluster/savepoint_order.hpp"

#include <algorithm>
#include <utility>

#include "coordination/cluster/job_record.hpp"

namespace weir {

status check_savepoint_directory(const std::string& directory) {
  constexpr std::size_t longest_path = 4096;
  const auto wrong = [&](const std::string& what) {
    return error{error_code::invalid_argument, "the directory for a savepoint, " + what};
  };
  if (!directory.starts_with('/')) {
    return wrong("'" + directory +
                 "', is no absolute path: it is one on the hosts of the job, not here");
  }
  if (directory.size() > longest_path) return wrong("has more than 4096 bytes");
  if (directory.find('\0') != std::string::npos) return wrong("contains a zero byte");
  return {};
}

status check(const savepoint_order& order) {
  if (!is_job_id(order.token)) {
    return error{error_code::invalid_argument, "its order has no proper token"};
  }
  return order.directory.empty() ? status{} : check_savepoint_directory(order.directory);
}

void note_answer(std::vector<savepoint_answer>& answers, savepoint_answer answer) {
  if (answer.failure.size() > longest_savepoint_failure) {
    answer.failure.resize(longest_savepoint_failure);
  }
  answers.insert(answers.begin(), std::move(answer));
  if (answers.size() > most_savepoint_orders) answers.resize(most_savepoint_orders);
}

const savepoint_answer* find_answer(const std::vector<savepoint_answer>& answers,
                                    std::string_view token) {
  const auto found = std::find_if(answers.begin(), answers.end(),
                                  [&](const auto& each) { return each.token == token; });
  return found == answers.end() ? nullptr : &*found;
}

}  // namespace weir
