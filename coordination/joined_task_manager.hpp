// SPDX-License-Identifier: Apache-2.0
// A job in several processes, seen from one of its task managers: joins the job manager's process,
// and joins again whenever the connection was lost, or another takes its place there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/job_graph.hpp"
#include "network/cluster_secret.hpp"
#include "network/fabric.hpp"
#include "network/tcp_socket.hpp"
#include "network/tls_credentials.hpp"

namespace weir {

struct joined_task_manager_settings {
  cluster_secret secret;
  std::optional<tls_credentials> tls{};
  endpoint job_manager{};
  endpoint listen{};   // Where the others can reach this process.
  process_id process;  // Which no other has. Not 0, which is the job manager's.
  // Told of what happens to connections. Thread-safe.
  std::function<void(const std::string&)> report;
  // The job has ended, or this task manager has failed for good. Called once at most, on some
  // thread.
  std::function<void(const std::optional<error>& failure)> on_dismissed;
};

class joined_task_manager {
public:
  // `graph` outlives it. Fails if it cannot listen.
  // REQUIRES: validate(graph, options) succeeded.
  static result<std::unique_ptr<joined_task_manager>> start(const job_graph& graph,
                                                            job_options options,
                                                            joined_task_manager_settings settings);
  // Ends its tasks; says goodbye.
  ~joined_task_manager();

private:
  struct machinery;
  explicit joined_task_manager(std::unique_ptr<machinery> made);
  std::unique_ptr<machinery> machinery_;
};

}  // namespace weir
