// SPDX-License-Identifier: Apache-2.0
// A job on a simulated cluster: a process for the job manager, one for each task manager.
//
// The job is the production job. A run is a function of the job and the seed; see
// coordination/simulation/simulated_world.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/job_graph.hpp"
#include "coordination/local_cluster.hpp"
#include "coordination/simulation/simulated_world.hpp"
#include "state/local_backup.hpp"

namespace weir {

struct simulated_cluster_options {
  std::uint64_t seed = 0;
  std::uint32_t task_managers = 2;
  // The run is given up after this much virtual time.
  duration time_limit = std::chrono::hours{1};
  // The disk, which may hold what an earlier cluster has left there; none: a new one.
  std::shared_ptr<simulated_file_system> files = nullptr;
  // What happens to messages between its processes; see coordination/simulation/link_tampering.hpp.
  link_tampering tampering = nullptr;
  // Who sees them; see coordination/simulation/link_observer.hpp.
  link_observer observer = nullptr;
  // Is told what the job's listener is told, at the world's time; outlives the cluster.
  job_listener* listener = nullptr;
  // Of each task manager; 0: as many as the job needs, shared among them.
  std::uint32_t slots = 0;
  // How much time passes with each message that is handled, at most.
  duration step_time{8};
  // Makes the local backup of a process that has task managers; none: as the job's options say.
  std::function<std::shared_ptr<local_backup>(file_system&)> backup = nullptr;
  // Which actor runs next; see coordination/simulation/simulated_schedule.hpp.
  schedule_options schedule{};
};

struct simulated_outcome {
  job_outcome job;  // state `running` or earlier: the time limit came first.
  std::uint64_t trace_hash = 0;
  std::uint64_t steps = 0;
  std::size_t longest_mailbox = 0;
  duration took{};
};

class simulated_cluster {
public:
  // `graph` outlives the cluster. REQUIRES: validate(graph, options) succeeded.
  simulated_cluster(const job_graph& graph, job_options options,
                    simulated_cluster_options simulation);
  // Ends the cluster wherever it is, as `kill -9` of all processes would: what was written to the
  // disk stays, nothing is tidied up. Then simulated_file_system::crash makes it a loss of power.
  ~simulated_cluster();

  simulated_world& world();
  // How the job is doing.
  const job_outcome& job() const;
  // Runs until the job has ended or the time limit has come.
  simulated_outcome run();
  // Kills the process of a task manager, from 0. Does nothing if it has crashed.
  void crash_task_manager(std::uint32_t task_manager);
  // Starts the process of a crashed task manager again. Does nothing if it has not crashed.
  void restart_task_manager(std::uint32_t task_manager);
  // Stops the process of a task manager for a while. Does nothing if it has crashed.
  void pause_task_manager(std::uint32_t task_manager, duration span);
  void cancel();
  // As the functions of a local cluster.
  void savepoint(std::string directory = {});
  void stop_with_savepoint(std::string directory = {}, bool drain = false);
  // Those that have ended, in that order.
  const std::vector<savepoint_outcome>& savepoints() const;

private:
  struct machinery;
  std::unique_ptr<machinery> machinery_;
};

// Validates the job and runs it once.
simulated_outcome run_simulated(const job_graph& graph, job_options options,
                                simulated_cluster_options simulation);

}  // namespace weir
