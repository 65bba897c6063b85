// SPDX-License-Identifier: Apache-2.0
// Names, limits and storing; see coordination/cluster/job_record.hpp.
#include "coordination/cluster/job_record.hpp"

#include <algorithm>
#include <utility>

#include "api/codec.hpp"
#include "coordination/cluster/stored_entry.hpp"
#include "network/sha256.hpp"

namespace weir {

namespace {

constexpr std::string_view first_line = "weir job record 4\n";
// Ends before `has_stopped`.
constexpr std::string_view first_line_of_version_3 = "weir job record 3\n";
// Ends before `savepoints_ordered`.
constexpr std::string_view first_line_of_version_2 = "weir job record 2\n";
// Ends before `restores`.
constexpr std::string_view first_line_of_version_1 = "weir job record 1\n";

// What a record has in place of fields that its version lacks.
template <class Field>
void append_empty(std::string& fields) {
  codec<Field>::encode({}, fields);
}

}  // namespace

// A record, which has all this in it, is to fit into an entry of the store (1 MiB).
status check(const job_submission& job) {
  constexpr std::uint32_t most = 32768;
  constexpr std::size_t longest_name = 100;
  constexpr std::size_t most_argument_bytes = std::size_t{256} << 10;
  constexpr std::size_t longest_path = 4096;
  const auto wrong = [](const std::string& what) {
    return error{error_code::invalid_argument, "submit a job: " + what};
  };
  if (job.name.empty() || job.name.size() > longest_name) {
    return wrong("its name has 1 to " + std::to_string(longest_name) + " bytes");
  }
  if (!is_sha256(job.program)) return wrong("its program is no SHA-256");
  if (job.slots == 0 || job.slots > most || job.parallelism == 0 || job.parallelism > most) {
    return wrong("slots and parallelism are between 1 and " + std::to_string(most));
  }
  std::size_t bytes = 0;
  for (const auto& each : job.arguments) {
    bytes += each.size() + 1;
    if (each.find('\0') != std::string::npos) return wrong("an argument contains a zero byte");
  }
  if (bytes > most_argument_bytes) {
    return wrong("its arguments have more than " + std::to_string(most_argument_bytes) + " bytes");
  }
  for (const auto& each : {job.checkpoint_directory, job.restore}) {
    if (!each.empty() && each.front() != '/') return wrong(each + " is no absolute path");
    if (each.size() > longest_path) return wrong("a path has more than 4096 bytes");
  }
  return {};
}

bool is_job_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

std::string process_name(const process_place& process) {
  return (process.is_job_manager ? "job-manager-" : "task-manager-") +
         std::to_string(process.number);
}

full_report shortened(full_report told) {
  auto& job = told.job;
  const auto cut = [](std::string& text, std::size_t longest) {
    if (text.size() > longest) text.resize(longest);
  };
  cut(job.state, longest_reported_text);
  cut(job.savepoint_failure, longest_cause);
  for (auto* const whole : {&job.listens, &job.last_savepoint}) {
    if (whole->size() > longest_reported_text) whole->clear();
  }
  if (job.failures.size() > most_failures) job.failures.resize(most_failures);
  for (auto& each : job.failures) cut(each.cause, longest_cause);
  for (auto& each : told.answers) {
    if (each.path.size() <= longest_reported_text) continue;
    each.path.clear();
    each.failure = "its path has more than " + std::to_string(longest_reported_text) + " bytes";
  }
  return told;
}

std::string planned_token_prefix(std::uint32_t job_manager) {
  return "plan" + std::to_string(job_manager) + "after";
}

std::string planned_token(const job_record& record) {
  if (!record.next) return "";
  return planned_token_prefix(record.job_manager) + std::to_string(record.next->savepoints_before);
}

void note_failure(std::vector<failure_seen>& failures, failure_seen seen) {
  if (seen.cause.size() > longest_cause) seen.cause.resize(longest_cause);
  failures.insert(failures.begin(), std::move(seen));
  if (failures.size() > most_failures) failures.resize(most_failures);
}

std::string entry_of(const std::string& job) { return std::string{record_prefix} + job; }

std::string stored_text(const job_record& record) {
  std::string fields;
  codec<job_record>::encode(record, fields);
  return to_stored_entry(first_line, fields);
}

result<job_record> read_stored(std::string_view text) {
  const auto wrong = [](const std::string& what) {
    return error{error_code::corrupt_data, "read the record of a job: " + what};
  };
  const bool is_version_1 = text.starts_with(first_line_of_version_1);
  const bool is_version_2 = text.starts_with(first_line_of_version_2);
  const bool is_version_3 = text.starts_with(first_line_of_version_3);
  const bool is_older = is_version_1 || is_version_2 || is_version_3;
  if (!is_older && !text.starts_with(first_line)) return wrong("it is none of versions 1 to 4");
  const auto stored = stored_fields(text, first_line.size());
  if (!stored) return wrong(stored.failure().message);
  std::string fields{*stored};
  if (is_version_1) {
    append_empty<std::uint32_t>(fields);
    append_empty<std::optional<planned_life>>(fields);
  }
  if (is_version_1 || is_version_2) {
    append_empty<std::vector<savepoint_order>>(fields);
    append_empty<std::vector<savepoint_answer>>(fields);
  }
  if (is_older) append_empty<bool>(fields);
  std::string_view left = fields;
  auto record = codec<job_record>::decode(left);
  if (!record) return within("read the record of a job", record.failure());
  if (!left.empty()) return wrong(std::to_string(left.size()) + " bytes are left over");
  return record;
}

}  // namespace weir
