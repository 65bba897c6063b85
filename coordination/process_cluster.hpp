// SPDX-License-Identifier: Apache-2.0
// A job in several processes, seen from the one of its job manager: the task managers are in
// others, which this process starts, or which join it from elsewhere.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/job_graph.hpp"
#include "coordination/running_job.hpp"
#include "coordination/task_manager_processes.hpp"
#include "network/cluster_secret.hpp"
#include "network/tcp_socket.hpp"
#include "network/tls_credentials.hpp"

namespace weir {

// The variable that says where to join.
inline constexpr const char* join_variable = "WEIR_JOIN";

struct process_cluster_settings {
  cluster_secret secret;
  std::optional<tls_credentials> tls{};
  endpoint listen{};
  // How many processes are started here; each has one task manager.
  std::uint32_t processes = 0;
  // How one of those is started; where to join is added to its variables.
  process_command command{};
  // Told of what happens to processes and connections. Thread-safe.
  std::function<void(const std::string&)> report;
};

// Used by one thread, but for what running_job promises.
class process_cluster final : public running_job {
public:
  // Starts the job; it runs when as many task managers as `options` say have joined. `graph` and
  // `listener` outlive the cluster. Fails if it cannot listen or start a process.
  // REQUIRES: validate(graph, options) succeeded.
  static result<std::unique_ptr<process_cluster>> start(const job_graph& graph, job_options options,
                                                        job_listener& listener,
                                                        process_cluster_settings settings);
  // Tells all processes that the job has ended, and waits for those that it has started.
  ~process_cluster() override;

  // Where others can join.
  endpoint local() const;
  // A child of this process has ended, or may have.
  void on_child_signal();

  job_outcome wait() override;
  void cancel() override;
  void savepoint(std::string directory = {}) override;
  void stop_with_savepoint(std::string directory = {}, bool drain = false) override;

private:
  struct machinery;
  explicit process_cluster(std::unique_ptr<machinery> made);
  std::unique_ptr<machinery> machinery_;
};

}  // namespace weir
