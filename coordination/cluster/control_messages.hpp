// SPDX-License-Identifier: Apache-2.0
// What the nodes of a cluster, and those who ask them, say to each other.
//
//   client -> node: asked_question{number, question}
//   node -> client: given_answer{number, reply}
//
//   node -> leader: node_joining, then process_started, process_reported, process_ended,
//                   programs_kept
//   leader -> node: node_welcomed, then leader_beats, start_process, signal_process,
//                   order_savepoint, keep_programs, forget_jobs
//   who does not lead, to whoever takes it for a leader: node_redirected
//   who lacks a program, to who may have it: want_blob; back: blob_chunk
//
// The bytes are those of codecs (docs/decisions/0012-control-messages.md). Whoever speaks another
// version is turned away in the greeting of the connection, by `control_version`. What comes is
// untrusted all the same: it is decoded within `most_control_bytes`, and nothing is allocated for
// a promise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/error.hpp"
#include "coordination/cluster/blob_store.hpp"
#include "coordination/cluster/job_record.hpp"
#include "network/fabric.hpp"

namespace weir {

inline constexpr std::string_view control_cluster = "weir";
// Stands where a job has the fingerprint of its program. Changes with every change of what follows.
inline constexpr std::string_view control_version = "weir control protocol 5";
// The number of a node in the transport, which both sides of a connection must know: of
// "HOST:PORT", as to_string(endpoint) writes it. Below those that clients give themselves.
process_id node_process(std::string_view node);

inline constexpr std::size_t most_control_bytes = std::size_t{8} << 20;

// --- Questions of clients ------------------------------------------------------------------------

struct submit_job {
  // The id of the job, drawn by whoever submits it: asked again, it is not started twice.
  std::string id{};
  job_submission job{};
};
struct list_jobs {
  // That one, by its id or the beginning of it; empty: all, without arguments and places, and with
  // their last failures only.
  std::string job{};
};
struct list_nodes {
  std::string node{};  // That one; empty: all.
};
struct end_job {
  std::string job{};
};
struct ask_savepoint {
  std::string job{};
  savepoint_order order{};  // Asked again with the same token, it is not taken twice.
};
struct restart_job {
  std::string job{};
  std::string from{};  // "latest" or a path.
};
struct rescale_job {
  std::string job{};
  std::uint32_t parallelism = 0;
};
struct drain_node {
  std::string node{};
};
struct undrain_node {
  std::string node{};
};
// Of the node that is asked.
struct read_log {
  std::string job{};
  process_place process{};
  std::uint64_t offset = 0;
};
using question = std::variant<blob_chunk, submit_job, list_jobs, list_nodes, end_job, ask_savepoint,
                              restart_job, rescale_job, drain_node, undrain_node, read_log>;

// --- Replies -------------------------------------------------------------------------------------

struct refused {
  error_code code = error_code::internal;
  std::string why{};
};
struct ask_leader {      // This node does not lead.
  std::string leader{};  // Where the one listens that does; empty: nobody leads at the moment.
};
struct chunk_taken {
  std::uint64_t next = 0;
};
struct accepted {
  std::string job{};     // Its id; empty: it was about none.
  std::string remark{};  // What whoever asked should know; empty: nothing.
};
struct listed_process {
  process_place place{};
  std::int64_t pid = 0;  // 0: it does not run yet.
  std::uint32_t slots = 0;
};
WEIR_FIELDS(listed_process, place, pid, slots)
struct listed_job {
  std::string state{};   // Of the job as the cluster sees it: see docs/operating.md.
  std::string remark{};  // What it waits for; empty: for nothing.
  job_record record{};
  std::vector<listed_process> processes{};  // Those that run or are to.
  std::vector<listed_task> tasks{};         // Of a running job, as its job manager has last said.
};
WEIR_FIELDS(listed_job, state, remark, record, processes, tasks)
struct node_undrained {
  bool was_drained = false;
};
struct jobs_listed {
  std::vector<listed_job> jobs{};
};
struct listed_node {
  std::string name{};
  std::uint32_t slots = 0;
  std::uint32_t free_slots = 0;
  std::uint32_t processes = 0;
  bool is_leader = false;
  bool is_draining = false;
};
WEIR_FIELDS(listed_node, name, slots, free_slots, processes, is_leader, is_draining)
struct nodes_listed {
  std::vector<listed_node> nodes{};
};
struct log_read {
  std::string text{};
  std::uint64_t next = 0;
};
using reply = std::variant<refused, ask_leader, chunk_taken, accepted, node_undrained, jobs_listed,
                           nodes_listed, log_read>;

// --- Between nodes -------------------------------------------------------------------------------

// A process as the node that has started it knows it.
struct running_process {
  std::string job{};
  process_place place{};
  std::uint32_t job_manager = 0;  // The number of the job manager that it is, or belongs to.
  std::uint32_t slots = 0;
  std::int64_t pid = 0;
};
// What its job managers have reported last a node tells when it is welcomed, one at a time:
// together that may be more than a message has room for.
struct node_joining {
  std::string name{};  // Where it listens.
  // Of its own choice, another each time that it looks for a leader, and for each node that it
  // asks: it takes orders that bear the number with which it has joined its leader.
  std::uint64_t session = 0;
  std::uint32_t slots = 0;
  std::vector<running_process> processes{};
  bool may_lead = false;                // When this leader is lost.
  std::vector<std::string> programs{};  // The hashes of those that it has.
};
// From whoever leads.
struct node_welcomed {
  std::string leader{};
  std::uint64_t session = 0;
  std::vector<std::string> nodes{};  // Where to look for a leader when this one is lost.
};
// From whoever does not, or not any more.
struct node_redirected {
  std::string from{};
  std::string leader{};  // Empty: it knows none.
};
// So long as nodes hear this, the leader leads.
struct leader_beats {
  std::uint64_t session = 0;
  std::vector<std::string> nodes{};  // As in node_welcomed, if there are others since.
};
// To a node that may lead one day: the programs that it has to have then.
struct keep_programs {
  std::vector<std::string> hashes{};
};
// Back, from that node: these of them are on its disk. Said again of each that comes later.
struct programs_kept {
  std::string node{};
  std::vector<std::string> hashes{};
};
// What may be removed, again and again: see coordination/cluster/forgotten_jobs.hpp. What a job
// that there is needs, or may come to need, is kept by whoever gets this.
struct forget_jobs {
  std::uint64_t session = 0;
  std::vector<std::string> jobs{};
  std::vector<std::string> programs{};  // The hashes.
};
// How a process is started.
struct process_order {
  std::string job{};
  std::uint32_t number = 0;
  std::uint32_t job_manager = 0;
  std::uint32_t slots = 0;  // 0: it is the job manager.
  std::string name{};       // Of the job.
  std::string program{};    // The hash.
  std::vector<std::string> arguments{};
};
struct start_process {
  std::string node{};
  process_order order{};
  std::uint64_t session = 0;
};
// What a process is told by a signal.
enum class process_signal : std::uint8_t {
  terminate,  // SIGTERM. To a job manager: cancel the job.
  kill,       // SIGKILL
};
constexpr bool is_known(process_signal what) { return what <= process_signal::kill; }
struct signal_process {
  std::string node{};
  std::string job{};
  std::uint32_t number = 0;
  process_signal what{};
  std::uint64_t session = 0;
};
// To a job manager: told again and again, until it is answered.
struct order_savepoint {
  std::string node{};
  std::string job{};
  std::uint32_t number = 0;
  savepoint_order order{};
  std::uint64_t session = 0;
};
struct process_started {
  std::string job{};
  std::uint32_t number = 0;
  std::int64_t pid = 0;
  std::string node{};  // Where it runs.
};
struct process_reported {
  std::string job{};
  std::uint32_t number = 0;
  job_report report{};
  std::string node{};
  std::vector<listed_task> tasks{};
  std::vector<savepoint_answer> answers{};
};
struct process_ended {
  std::string job{};
  std::uint32_t number = 0;
  std::string how{};                          // "was killed by signal 9 (Killed)", "exited with 1".
  std::optional<std::int32_t> exit_status{};  // None: it was killed, or could not be started.
  bool was_started = true;
  // `how` says why, and what to do about it: its job may have failed of nothing else.
  bool is_explained = false;
};
struct want_blob {
  std::string hash{};
  std::uint64_t offset = 0;
};

struct asked_question {
  std::uint64_t number = 0;
  question what{};
};
struct given_answer {
  std::uint64_t number = 0;
  reply what{};
};
using control_message =
    std::variant<asked_question, given_answer, node_joining, node_welcomed, start_process,
                 signal_process, order_savepoint, process_started, process_reported, process_ended,
                 want_blob, blob_chunk, node_redirected, leader_beats, keep_programs, forget_jobs,
                 programs_kept>;

// REQUIRES: it has at most most_control_bytes, as all have that are made of what was decoded here.
std::string encode_control(const control_message& message);
// Fails with error_code::corrupt_data for what encode_control has not made, and for too much.
result<control_message> decode_control(std::string_view bytes);

// The same of a report, for the socket between a job manager and its node; and of an order, in the
// other direction, which is one that can be carried out (`check`).
inline constexpr std::size_t most_report_bytes = std::size_t{128} << 10;
std::string encode_report(const full_report& report);
result<full_report> decode_report(std::string_view bytes);
inline constexpr std::size_t most_order_bytes = std::size_t{8} << 10;
std::string encode_order(const savepoint_order& order);
result<savepoint_order> decode_order(std::string_view bytes);

}  // namespace weir
