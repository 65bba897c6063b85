// SPDX-License-Identifier: Apache-2.0
// See coordination/testing/job_logs.hpp.
#include "coordination/testing/job_logs.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/key_group.hpp"

namespace weir {

job_logs::job_logs(const std::vector<filled_log>& logs, std::uint64_t seed,
                   simulated_log::clock now, const simulated_log::fault_listener& on_fault) {
  for (const auto& each : logs) {
    auto& log = *each.log;
    log.restart(mix(seed + logs_.size()));
    log.set_faults({});
    log.set_clock(now);
    log.set_fault_listener(on_fault);
    if (each.fill) each.fill(log);
    logs_.push_back(each.log);
  }
}

job_logs::~job_logs() {
  for (const auto& each : logs_) {
    each->set_faults({});
    each->set_clock(nullptr);
    each->set_fault_listener(nullptr);
  }
}

void job_logs::set_faults(const log_fault_chances& chances) {
  for (const auto& each : logs_) each->set_faults(chances);
}

void job_logs::settle() {
  for (const auto& each : logs_) each->settle();
}

void job_logs::add_to(committed_output& output) const {
  for (const auto& each : logs_) {
    for (const auto& topic : each->topics()) {
      for (const auto& record : each->output_of(topic)) ++output[topic][line_of(record)];
    }
  }
}

std::optional<std::vector<log_record>> job_logs::records_of(const std::string& topic) const {
  std::optional<std::vector<log_record>> records;
  for (const auto& each : logs_) {
    const auto topics = each->topics();
    if (std::find(topics.begin(), topics.end(), topic) == topics.end()) continue;
    auto more = each->output_of(topic);
    if (!records) records.emplace();
    std::move(more.begin(), more.end(), std::back_inserter(*records));
  }
  return records;
}

std::string line_of(const log_record& record) {
  return (record.key ? *record.key + "=" : std::string{}) + record.value.value_or("");
}

std::optional<std::vector<std::string>> job_logs::lines_of(const std::string& topic) const {
  const auto records = records_of(topic);
  if (!records) return std::nullopt;
  std::vector<std::string> lines;
  for (const auto& each : *records) lines.push_back(line_of(each));
  return lines;
}

}  // namespace weir
