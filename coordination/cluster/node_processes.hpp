// SPDX-License-Identifier: Apache-2.0
// The processes of jobs that one node has started: each in a directory of its job, with a log of
// its own, and with the secret of its job, which every node can derive and nobody else.
//
//   DIRECTORY/jobs/<id>/                   where they run
//   DIRECTORY/jobs/<id>/job-manager-1.log  what they have written
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/file_system.hpp"
#include "coordination/child_process.hpp"
#include "coordination/cluster/process_host.hpp"
#include "coordination/cluster/report_socket.hpp"
#include "coordination/control_groups.hpp"
#include "coordination/tls_options.hpp"
#include "network/cluster_secret.hpp"

namespace weir {

struct node_processes_settings {
  std::string directory{};
  std::string node{};  // Its name.
  cluster_secret secret;
  tls_paths tls{};  // Absolute: with these its processes connect, unless their job says otherwise.
  // Each process is in one of its own; none: they share that of the node.
  std::optional<control_groups> groups{};
};

// Used by the thread that starts the processes, with which they end.
class node_processes final : public process_host {
public:
  // `files` outlives them.
  node_processes(file_system& files, node_processes_settings settings);
  ~node_processes() override;

  result<pid_t> start(const process_order& order, const std::string& program) override;
  void signal(const std::string& job, std::uint32_t number, process_signal what) override;
  void order(const std::string& job, std::uint32_t number, const savepoint_order& what) override;
  void kill_job_managers() override;
  news look() override;
  std::vector<running_process> running() const override;
  result<log_read> read_log(const std::string& job, const process_place& process,
                            std::uint64_t offset) override;
  // Its logs, and its directory if that is empty then: a job may have written files of its own into
  // it, which are not removed. No symbolic link is followed.
  status forget(const std::string& job) override;

private:
  struct started_process {
    running_process what{};
    child_process process;
    std::optional<report_socket> reports{};
    std::optional<control_group> group{};
  };
  using process_key = std::pair<std::string, std::uint32_t>;

  std::string directory_of(const std::string& job) const;
  std::string log_of(const std::string& job, const process_place& process) const;
  result<std::optional<control_group>> make_group(const process_order& order) const;
  void read_reports(started_process& from, news& into);
  void remove_groups(std::vector<control_group> ended, news& into);

  file_system* files_;
  node_processes_settings settings_;
  std::map<process_key, started_process> running_;
  std::vector<control_group> left_groups_;  // Of processes that have ended: tried at each look.
};

// The secret of a job's processes in writing.
std::string job_secret(const cluster_secret& cluster, const std::string& job);

}  // namespace weir
