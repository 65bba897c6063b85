// SPDX-License-Identifier: Apache-2.0
// What a record tells of a plan that it no longer has; see coordination/cluster/rescaling.hpp.
#include "coordination/cluster/rescaling.hpp"

#include <algorithm>
#include <string>

namespace weir {

namespace {

bool is_stopped_for_good(const job_record& record) {
  const auto& ordered = record.savepoints_ordered;
  return record.has_stopped ||
         std::any_of(ordered.begin(), ordered.end(), [](const auto& each) { return each.stops; });
}

// Of the newest savepoint that was planned. Others may have failed for reasons of their own.
std::string cause_of(const job_record& record) {
  const auto planned = planned_token_prefix(record.job_manager);
  const auto& answers = record.savepoints_answered;
  const auto newest = std::find_if(answers.begin(), answers.end(), [&](const auto& each) {
    return each.token.starts_with(planned);
  });
  return newest == answers.end() ? "" : newest->failure;
}

}  // namespace

std::optional<status> rescaling_ended(const listed_job& job, std::uint32_t parallelism,
                                      std::uint32_t job_manager) {
  const auto& record = job.record;
  const auto failed = [&](error_code code, const std::string& why) {
    return status{error{code, "rescale job " + record.id + why}};
  };
  // Its processes may still be ending, or have no slots yet.
  const bool is_between = job.state == "restarting" || job.state == "waiting";
  const bool is_done = record.submitted.parallelism == parallelism;
  if (is_done && !is_between) return status{};
  if (!is_done && record.job_manager != job_manager) {
    return failed(error_code::cancelled,
                  ", which goes on as it was: its job manager has ended before the savepoint; try "
                  "again");
  }
  if (!record.ended.empty())
    return failed(error_code::cancelled, ": it has ended: " + record.ended);
  if (is_done || record.next || is_between) return std::nullopt;
  if (is_stopped_for_good(record)) {
    return failed(error_code::io_failure, ": it is being stopped for good");
  }
  const auto cause = cause_of(record);
  return failed(error_code::io_failure, cause.empty() ? ", which goes on as it was; try again"
                                                      : ", which goes on as it was: " + cause);
}

}  // namespace weir
