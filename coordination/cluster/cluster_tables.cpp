// SPDX-License-Identifier: Apache-2.0
// Cells and lines; see coordination/cluster/cluster_tables.hpp.
#include "coordination/cluster/cluster_tables.hpp"

#include <algorithm>

#include "api/text.hpp"
#include "coordination/cluster/job_arguments.hpp"

namespace weir {

namespace {

// How long ago, in the largest unit: "3h", "12s".
std::string age_text(event_time since, event_time now) {
  const auto seconds =
      std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(now - since).count());
  if (seconds < 60) return std::to_string(seconds) + "s";
  if (seconds < 3600) return std::to_string(seconds / 60) + "m";
  if (seconds < 86400) return std::to_string(seconds / 3600) + "h";
  return std::to_string(seconds / 86400) + "d";
}

std::string first_line_of(const std::string& text) { return text.substr(0, text.find('\n')); }

template <class Listed>
std::string lines_of(const std::vector<Listed>& all) {
  std::string text;
  for (const auto& each : all) {
    append_json(text, each);
    text += '\n';
  }
  return text;
}

std::string process_table(const listed_job& job) {
  std::vector<std::vector<std::string>> rows{{"PROCESS", "NODE", "PID", "SLOTS"}};
  for (const auto& each : job.processes) {
    rows.push_back({process_name(each.place), each.place.node,
                    each.pid == 0 ? "-" : std::to_string(each.pid),
                    each.slots == 0 ? "-" : std::to_string(each.slots)});
  }
  return aligned_table(rows);
}

std::string task_table(const listed_job& job) {
  std::vector<std::vector<std::string>> rows{{"TASK", "STATE", "RECORDS IN", "PROCESS"}};
  for (const auto& each : job.tasks) {
    const auto where =
        std::find_if(job.processes.begin(), job.processes.end(),
                     [&](const auto& process) { return process.place.number == each.process; });
    rows.push_back({each.name, each.state, std::to_string(each.records_in),
                    where == job.processes.end() ? "-" : process_name(where->place)});
  }
  auto text = aligned_table(rows);
  if (job.tasks.size() == most_listed_tasks) text += "... and perhaps more\n";
  return text;
}

}  // namespace

std::string aligned_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    }
    line.resize(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string jobs_table(const std::vector<listed_job>& jobs, event_time now) {
  std::vector<std::vector<std::string>> rows{
      {"ID", "NAME", "STATE", "AGE", "SLOTS", "RECORDS IN", "CHECKPOINTS", "REMARK"}};
  for (const auto& job : jobs) {
    const auto& record = job.record;
    auto remark = job.remark;
    if (remark.empty() && job.state == "failed" && !record.failures.empty()) {
      remark = first_line_of(record.failures.front().cause);
    }
    rows.push_back({record.id, record.submitted.name, job.state, age_text(record.submitted_at, now),
                    std::to_string(record.submitted.slots),
                    std::to_string(record.report.records_read),
                    std::to_string(record.report.checkpoints), remark});
  }
  return aligned_table(rows);
}

std::string job_page(const listed_job& job, event_time now) {
  const auto& record = job.record;
  const auto& report = record.report;
  std::string text = "job " + record.id + " (" + record.submitted.name + ") is " + job.state;
  text += job.remark.empty() ? "\n" : ": " + job.remark + "\n";
  // Those of the job manager, and those of processes, which it may not have survived.
  auto failures = record.failures;
  failures.insert(failures.end(), report.failures.begin(), report.failures.end());
  std::stable_sort(failures.begin(), failures.end(),
                   [](const auto& left, const auto& right) { return right.at < left.at; });
  failures.erase(std::unique(failures.begin(), failures.end()), failures.end());
  for (const auto& each : failures) text += "  " + to_string(each.at) + " " + each.cause + "\n";
  text += "\nsubmitted    " + to_string(record.submitted_at) + ", " +
          age_text(record.submitted_at, now) + " ago\n";
  text += "program      " + record.submitted.program + "\n";
  text += "parallelism  " + std::to_string(record.submitted.parallelism) + ", in " +
          std::to_string(record.submitted.slots) + " slots\n";
  text += "attempts     " + std::to_string(report.attempts) + ", of job manager " +
          std::to_string(record.job_managers) + "\n";
  text += "records      " + std::to_string(report.records_read) + " in, " +
          std::to_string(report.records_written) + " out\n";
  const auto directory = checkpoint_directory_of(record);
  if (!directory.empty()) {
    text += "checkpoints  " + std::to_string(report.checkpoints) + " completed, " +
            std::to_string(report.failed_checkpoints) + " failed, in " + directory + "\n";
  }
  if (const auto& last = report.last_checkpoint) {
    text += "last         " + std::to_string(last->id) + ", " + std::to_string(last->bytes) +
            " bytes in " + to_string(last->took) + "\n";
  }
  if (!report.last_savepoint.empty()) text += "savepoint    " + report.last_savepoint + "\n";
  if (!report.savepoint_failure.empty()) {
    text += "savepoint    failed: " + report.savepoint_failure + "\n";
  }
  if (!job.processes.empty()) text += "\n" + process_table(job);
  if (!job.tasks.empty()) text += "\n" + task_table(job);
  return text;
}

std::string nodes_table(const std::vector<listed_node>& nodes) {
  std::vector<std::vector<std::string>> rows{{"NODE", "SLOTS", "FREE", "PROCESSES", "REMARK"}};
  for (const auto& node : nodes) {
    std::string remark = node.is_leader ? "leads" : "";
    if (node.is_draining) remark += remark.empty() ? "draining" : ", draining";
    rows.push_back({node.name, std::to_string(node.slots), std::to_string(node.free_slots),
                    std::to_string(node.processes), remark});
  }
  return aligned_table(rows);
}

std::string json_lines(const std::vector<listed_job>& jobs) { return lines_of(jobs); }

std::string json_lines(const std::vector<listed_node>& nodes) { return lines_of(nodes); }

}  // namespace weir
