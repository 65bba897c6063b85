// SPDX-License-Identifier: Apache-2.0
// One node of a cluster, as its main thread has it: the runtime, the directory, and the actor that
// does the work.
//
//   DIRECTORY/lock      taken: no second node uses the directory
//   DIRECTORY/blobs     programs (coordination/cluster/blob_store.hpp)
//   DIRECTORY/jobs      where jobs run, and their logs
//   DIRECTORY/records   of a node that leads alone: the jobs there are
//                       (coordination/directory_store.hpp)
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/time.hpp"
#include "coordination/control_groups.hpp"
#include "coordination/tls_options.hpp"
#include "network/cluster_secret.hpp"
#include "network/tcp_socket.hpp"
#include "network/tls_credentials.hpp"

namespace weir {

struct cluster_node_settings {
  endpoint listen{};
  std::uint32_t slots = 1;
  std::string directory{};
  cluster_secret secret;
  std::optional<tls_credentials> tls{};  // None: connections to nodes and clients go without.
  tls_paths tls_files{};                 // Where they are, absolute: for the processes of jobs.
  // Where another node listens, which leads or knows who does; empty: nobody is asked.
  std::string join{};
  // The high-availability store through which nodes elect their leader, as
  // coordination/store_location.hpp has it. Empty: this node leads alone, or follows if it joins.
  std::string high_availability{};
  duration lease = std::chrono::seconds{3};  // Of the lead: see coordination/leader_election.hpp.
  std::optional<control_groups> groups{};    // None: its processes share the group of the node.
  // Told what somebody should know, the same trouble once a minute at most
  // (coordination/cluster/repeated_messages.hpp). Called by any thread, by one at a time.
  std::function<void(const std::string&)> report;
};

// The main thread has blocked SIGCHLD and SIGIO before.
class cluster_node {
public:
  // Fails if it cannot listen, or cannot use the directory or such a store. A store that cannot be
  // reached is reported, and asked again. REQUIRES: the port is not 0.
  static result<std::unique_ptr<cluster_node>> start(cluster_node_settings settings);
  // Kills the processes that it has started: their jobs go on when the node is there again.
  ~cluster_node();

  // SIGCHLD or SIGIO has come.
  void on_child_signal();

private:
  struct machinery;
  explicit cluster_node(std::unique_ptr<machinery> made);
  // Has the node lead alone, or take part in the election, or neither.
  status keep_lead(const cluster_node_settings& settings, const std::string& name);
  std::unique_ptr<machinery> machinery_;
};

}  // namespace weir
