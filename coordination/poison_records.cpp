// SPDX-License-Identifier: Apache-2.0
// Counting, and saying what can be done; see coordination/poison_records.hpp.
#include "coordination/poison_records.hpp"

#include <algorithm>
#include <utility>

namespace weir {

error_policy poison_records::policy_of(operator_id id) const {
  const auto& nodes = graph_->graph().nodes;
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    if (graph_->id_of({i}) == id && nodes[i].on_poison) return *nodes[i].on_poison;
  }
  return graph_->options().poison_records == poison_record_policy::skip ? error_policy::skip
                                                                        : error_policy::fail;
}

poison_records::remembered& poison_records::remember(const std::string& identity) {
  if (const auto known = records_.find(identity); known != records_.end()) return known->second;
  if (records_.size() >= most_records) {
    records_.erase(std::min_element(
        records_.begin(), records_.end(),
        [](const auto& one, const auto& other) { return one.second.last < other.second.last; }));
  }
  return records_[identity];
}

error poison_records::on_failed(attempt_number attempt, const failed_record& record, error cause) {
  auto& known = remember(identity_of(record));
  if (known.last != attempt) {
    known.last = attempt;
    known.failures += 1;
  }
  if (known.failures < failures_of_poison) return cause;
  if (record.can_be_left_out) known.policy = policy_of(record.failed_in);
  const auto about = "poison record: " + origin_of(record) + " has failed the job " +
                     std::to_string(known.failures) + " times in operator " + record.operator_name;
  if (known.policy == error_policy::fail) {
    cause.code = error_code::poison_record;
    if (record.can_be_left_out) {
      cause.message +=
          ". Or have the job go on without it: .on_error(retry_then(...)), or "
          "restart-strategy.poison-records=skip";
    }
    return within(about, std::move(cause));
  }
  const bool is_skipped = known.policy == error_policy::skip;
  return within(about + (is_skipped ? "; from now on it is skipped"
                                    : "; from now on it goes to the dead letters"),
                std::move(cause));
}

poison_policies poison_records::policies() const {
  poison_policies found;
  for (const auto& [identity, known] : records_) {
    if (known.policy != error_policy::fail) found.emplace(identity, known.policy);
  }
  return found;
}

}  // namespace weir
