// SPDX-License-Identifier: Apache-2.0
// What a cluster knows of a job: what was submitted, what its job manager has reported, and the
// record of both that outlives every process of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "api/fields.hpp"
#include "api/time.hpp"
#include "coordination/cluster/savepoint_order.hpp"
#include "coordination/listed_task.hpp"

namespace weir {

// What somebody wants to run.
struct job_submission {
  std::string name{};
  std::string program{};                 // Its SHA-256.
  std::vector<std::string> arguments{};  // Behind the program's name, without those of submitting.
  std::uint32_t slots = 1;
  std::uint32_t parallelism = 1;
  // Where its checkpoints go, in a directory of the job's own; empty: it takes none.
  std::string checkpoint_directory{};
  std::string restore{};              // The path of the checkpoint to begin with; empty: none.
  std::uint32_t max_parallelism = 0;  // 0: not known.
};
WEIR_FIELDS(job_submission, name, program, arguments, slots, parallelism, checkpoint_directory,
            restore, max_parallelism)

// Whether a node can take it; an error says what it cannot.
status check(const job_submission& job);

// Something that went wrong, and when.
struct failure_seen {
  event_time at{};
  std::string cause{};
  friend bool operator==(const failure_seen&, const failure_seen&) = default;
};
WEIR_FIELDS(failure_seen, at, cause)

struct checkpoint_seen {
  std::uint64_t id = 0;
  std::uint64_t bytes = 0;
  duration took{};
};
WEIR_FIELDS(checkpoint_seen, id, bytes, took)

// What a job manager says of its job to the node that has started it: all of it each time, so that
// one that is lost does no harm.
struct job_report {
  std::string state{};    // A job_state in writing; empty: nothing was reported yet.
  std::string listens{};  // Where task managers join it; empty: not yet.
  std::uint32_t attempts = 0;
  std::uint64_t records_read = 0;
  std::uint64_t records_written = 0;
  std::uint64_t checkpoints = 0;  // That have completed.
  std::uint64_t failed_checkpoints = 0;
  std::optional<checkpoint_seen> last_checkpoint{};
  std::uint64_t savepoints = 0;          // That have ended, one way or the other.
  std::string last_savepoint{};          // Its path; empty: there is none, or it has failed.
  std::string savepoint_failure{};       // Why it has.
  std::vector<failure_seen> failures{};  // The newest first.
};
WEIR_FIELDS(job_report, state, listens, attempts, records_read, records_written, checkpoints,
            failed_checkpoints, last_checkpoint, savepoints, last_savepoint, savepoint_failure,
            failures)

// What it says, with what is not kept when it ends.
struct full_report {
  job_report job{};
  std::vector<listed_task> tasks{};
  std::vector<savepoint_answer> answers{};  // To the savepoints it was ordered to take last.
};
WEIR_FIELDS(full_report, job, tasks, answers)

// Where a process of a job runs, or has run: where its log is.
struct process_place {
  std::uint32_t number = 0;
  bool is_job_manager = false;
  std::string node{};
};
WEIR_FIELDS(process_place, number, is_job_manager, node)

// The most that are kept of each.
inline constexpr std::size_t most_failures = 10;
inline constexpr std::size_t most_places = 200;
inline constexpr std::size_t longest_cause = 4096;  // Bytes.
// Of a place, a path or a state that is reported: no job can use a longer one.
inline constexpr std::size_t longest_reported_text = 8192;  // Bytes.

// A report of which as much is left as a record has room for: texts are cut, and what would be
// wrong when it is cut - a place, a path - is left out. A savepoint with such a path has failed.
full_report shortened(full_report told);

// What follows the savepoint that a job stops with.
struct planned_life {
  std::uint32_t parallelism = 0;
  std::uint32_t slots = 0;
  std::uint64_t savepoints_before = 0;
};
WEIR_FIELDS(planned_life, parallelism, slots, savepoints_before)

struct job_record {
  std::string id{};
  event_time submitted_at{};
  job_submission submitted{};
  std::string restore{};      // What its next job manager begins with.
  std::string ended{};        // "finished", "failed" or "cancelled"; empty: it is to run.
  bool is_cancelled = false;  // Somebody wants it to end; it may not know that yet.
  // The numbers of its processes, none of which is used twice.
  std::uint32_t last_process = 0;
  std::uint32_t job_manager = 0;  // Of the newest job manager; 0: there was none.
  std::string job_manager_node{};
  std::uint32_t job_managers = 0;        // How many there were.
  std::uint32_t task_managers = 0;       // How many there are to be,
  std::uint32_t slots_each = 0;          // and with how many slots.
  job_report report{};                   // The last of the newest job manager.
  std::vector<failure_seen> failures{};  // Of all job managers and processes, the newest first.
  std::vector<process_place> places{};   // The newest first.
  // How often somebody has said what its next job manager is to begin with: the number of `restore`
  // as a wish.
  std::uint32_t restores = 0;
  // It was told to stop, to go on like this.
  std::optional<planned_life> next{};
  // The savepoints that its job manager was ordered to take, as they came, and what has become of
  // others, the newest first.
  std::vector<savepoint_order> savepoints_ordered{};
  std::vector<savepoint_answer> savepoints_answered{};
  // It has taken the savepoint with which it was told to end for good.
  bool has_stopped = false;
};
WEIR_FIELDS(job_record, id, submitted_at, submitted, restore, ended, is_cancelled, last_process,
            job_manager, job_manager_node, job_managers, task_managers, slots_each, report,
            failures, places, restores, next, savepoints_ordered, savepoints_answered, has_stopped)

// Whether it can be the id of a job, which becomes a name of directories, or another that somebody
// has drawn: 1 to 64 of a-z and 0-9.
bool is_job_id(std::string_view text);

// The token of the savepoint that the job is to stop with, to go on as planned; empty: nothing is
// planned.
std::string planned_token(const job_record& record);
// What such a token begins with, of one job manager.
std::string planned_token_prefix(std::uint32_t job_manager);

// "job-manager-1", "task-manager-2": the name of its log, too.
std::string process_name(const process_place& process);

// Adds a failure at the front; the oldest ones go, and long causes are cut.
void note_failure(std::vector<failure_seen>& failures, failure_seen seen);

// The name of a job's entry in a high-availability store: this and its id.
inline constexpr std::string_view record_prefix = "job-";
std::string entry_of(const std::string& job);
// A record as an entry of a high-availability store, and back. The text begins with its version.
std::string stored_text(const job_record& record);
// Fails with error_code::corrupt_data for anything that stored_text has not made.
result<job_record> read_stored(std::string_view text);

}  // namespace weir
