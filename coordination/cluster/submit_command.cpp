// SPDX-License-Identifier: Apache-2.0
// Uploading and following; see coordination/cluster/submit_command.hpp.
#include "coordination/cluster/submit_command.hpp"

#include <algorithm>
#include <optional>
#include <pthread.h>
#include <signal.h>
#include <span>
#include <utility>

#include "coordination/cluster/cluster_client.hpp"
#include "coordination/cluster/job_arguments.hpp"
#include "coordination/cluster/node_list.hpp"
#include "coordination/program_identity.hpp"
#include "coordination/run.hpp"
#include "coordination/slot_assignment.hpp"
#include "coordination/tls_options.hpp"
#include "state/posix_file_system.hpp"

namespace weir {

namespace {

// How long a cluster may be out of sight of whoever follows a job.
constexpr duration longest_silence = std::chrono::minutes{1};

constexpr duration between_tries = std::chrono::seconds{1};

result<std::uint64_t> upload_chunk(cluster_client& client, blob_chunk chunk) {
  const auto taken = client.ask_for<chunk_taken>(std::move(chunk));
  if (!taken) return taken.failure();
  return taken->next;
}

status upload(cluster_client& client, file_system& files, const std::string& hash) {
  const auto file = files.open_for_reading(own_program);
  if (!file) return file.failure();
  const auto total = (*file)->size();
  if (!total) return total.failure();
  // Whoever has uploaded the same before has spared this one the work.
  auto next = upload_chunk(client, {.hash = hash, .total = *total, .offset = 0, .bytes = {}});
  while (next && *next < *total) {
    blob_chunk chunk{.hash = hash, .total = *total, .offset = *next, .bytes = {}};
    chunk.bytes.resize(std::min<std::uint64_t>(most_chunk_bytes, *total - *next));
    const auto read = (*file)->read_at(*next, chunk.bytes);
    if (!read) return read.failure();
    chunk.bytes.resize(*read);
    next = upload_chunk(client, std::move(chunk));
  }
  return next ? status{} : next.failure();
}

result<accepted> submit(cluster_client& client, const environment& env, const command_line& asked,
                        std::span<const std::string> words) {
  posix_file_system files;
  const auto hash = program_hash(files, own_program);
  if (!hash) return hash.failure();
  if (auto done = upload(client, files, *hash); !done) {
    return within("upload this program", done.failure());
  }
  job_submission job{.name = env.graph().name,
                     .program = *hash,
                     .arguments = passed_on(words),
                     .slots = required_slots(execution_graph{env.graph(), asked.options}),
                     .parallelism = asked.options.parallelism,
                     .checkpoint_directory = asked.options.checkpoint_directory,
                     .restore = asked.options.restore,
                     .max_parallelism = asked.options.max_parallelism};
  const submit_job wish{.id = fresh_id(), .job = std::move(job)};
  auto taken = client.ask_for<accepted>(wish);
  // No answer may mean that only the answer was lost: asked again, it is not started twice.
  if (!taken && taken.failure().code == error_code::io_failure) {
    client.wait(between_tries);
    taken = client.ask_for<accepted>(wish);
  }
  if (!taken && taken.failure().code == error_code::io_failure) {
    return within("job " + wish.id + " may have been started; weir jobs shows it", taken.failure());
  }
  return taken;
}

std::optional<job_state> state_named(std::string_view text) {
  for (auto state = job_state::created; state <= job_state::cancelled;
       state = static_cast<job_state>(static_cast<int>(state) + 1)) {
    if (to_string(state) == text) return state;
  }
  return std::nullopt;
}

class follower {
public:
  follower(cluster_client& client, std::string job, job_listener& shown,
           const text_writer& complain)
      : client_{client}, job_{std::move(job)}, shown_{shown}, complain_{complain} {}

  // REQUIRES: `signals`, which are blocked, leave the job alone.
  int run(const sigset_t& signals) {
    constexpr timespec between_looks{.tv_sec = 0, .tv_nsec = 250'000'000};
    last_heard_ = client_.now();
    for (;;) {
      if (const auto status = look()) return *status;
      if (sigtimedwait(&signals, nullptr, &between_looks) > 0) {
        complain_("job " + job_ + " goes on; weir job " + job_ + " shows it\n");
        return exit_cancelled;
      }
    }
  }

private:
  // The exit status, once there is one.
  std::optional<int> look() {
    const auto listed = client_.ask_for<jobs_listed>(list_jobs{job_});
    const auto now = client_.now();
    if (!listed || listed->jobs.empty()) {
      if (now - last_heard_ < longest_silence) return std::nullopt;
      complain_("job " + job_ + ": " + (listed ? "it is forgotten" : listed.failure().message) +
                "\n");
      return exit_failed;
    }
    last_heard_ = now;
    const auto& job = listed->jobs.front();
    if (job.remark != std::exchange(remark_, job.remark) && !job.remark.empty()) {
      complain_("job " + job_ + " is " + job.state + ": " + job.remark + "\n");
    }
    show(job, now);
    return job.record.ended.empty() ? std::nullopt : std::optional{end_of(job, now)};
  }

  void show(const listed_job& job, processing_time now) {
    const auto& report = job.record.report;
    const auto state = state_named(report.state);
    if (state && !is_final(*state) && state != std::exchange(state_, state)) {
      std::optional<error> cause;
      if (!report.failures.empty()) {
        cause = error{error_code::internal, report.failures.front().cause};
      }
      shown_.on_state(*state, cause, now);
    }
    shown_.on_progress(
        {.records_read = report.records_read, .records_written = report.records_written}, now);
  }

  int end_of(const listed_job& job, processing_time now) {
    const auto& record = job.record;
    std::optional<error> cause;
    if (record.ended == "failed") {
      cause = error{error_code::internal, record.failures.empty() ? "no cause was reported"
                                                                  : record.failures.front().cause};
    }
    shown_.on_state(*state_named(record.ended), cause, now);
    if (record.ended == "finished") return exit_finished;
    return record.ended == "cancelled" ? exit_cancelled : exit_failed;
  }

  cluster_client& client_;
  std::string job_;
  job_listener& shown_;
  const text_writer& complain_;
  processing_time last_heard_;
  std::optional<job_state> state_;
  std::string remark_;
};

}  // namespace

int submit_and_follow(const environment& env, const command_line& asked,
                      const std::vector<std::string>& arguments, const secret_reader& read,
                      job_listener& shown, const text_writer& print, const text_writer& complain) {
  const auto refuse = [&](const error& cause) {
    complain(env.graph().name + ": " + within("--submit", cause).message + "\n");
    return exit_usage;
  };
  auto secret = secret_of(asked.processes.secret_file, read);
  if (!secret) return refuse(secret.failure());
  auto tls = read_tls_credentials(asked.processes.tls, read);
  if (!tls) return refuse(tls.failure());
  const auto nodes = parse_node_list(asked.processes.submit);
  if (!nodes) return refuse(nodes.failure());
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM}) sigaddset(&signals, each);
  sigset_t usual;
  // Threads that are started now never take them.
  pthread_sigmask(SIG_BLOCK, &signals, &usual);
  const auto client = cluster_client::connect(
      {.node = *nodes, .secret = *std::move(secret), .tls = *std::move(tls)});
  pthread_sigmask(SIG_SETMASK, &usual, nullptr);
  if (!client) return refuse(client.failure());
  const auto job = submit(**client, env, asked, std::span<const std::string>{arguments}.subspan(1));
  if (!job) return refuse(job.failure());
  print(job->job + "\n");
  if (!job->remark.empty()) complain(env.graph().name + ": " + job->remark + "\n");
  if (asked.processes.detach) return exit_finished;
  // From here on there is a job to leave alone.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return follower{**client, job->job, shown, complain}.run(signals);
}

}  // namespace weir
