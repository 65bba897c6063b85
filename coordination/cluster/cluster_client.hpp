// SPDX-License-Identifier: Apache-2.0
// Asks the nodes of a cluster, and waits for the answers: what `weir jobs` and `./job --submit`
// have in common. Any node may be asked; one that does not lead says who does, and that one is
// asked then.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/time.hpp"
#include "coordination/cluster/control_messages.hpp"
#include "network/cluster_secret.hpp"
#include "network/tls_credentials.hpp"

namespace weir {

// What nobody else has drawn: 12 hexadecimal digits.
std::string fresh_id();

struct cluster_client_settings {
  // Where nodes listen that may be asked: "10.0.0.1:6123", or several with commas between them.
  std::string node{};
  cluster_secret secret;
  std::optional<tls_credentials> tls{};  // None: connections go without.
  // How long a connection or an answer may take.
  duration patience = std::chrono::seconds{10};
  std::string version{control_version};
};

// Used by one thread, which waits.
class cluster_client {
public:
  // Fails if no node answers, or if one is of another version, has another secret, or if only one
  // of both sides has TLS or does not accept the certificate of the other.
  static result<std::unique_ptr<cluster_client>> connect(cluster_client_settings settings);
  ~cluster_client();

  // Of the leader; while there is none, it is waited for. A refusal is an error. So is a leader
  // that other nodes reach and this client does not: the error names it.
  result<reply> ask(const question& what);
  // Of that node.
  result<reply> ask_at(const std::string& node, const question& what);

  // Lets that time pass.
  void wait(duration span);
  processing_time now();

  // The same where one kind of answer is expected.
  template <class Reply>
  result<Reply> ask_for(const question& what) {
    return expected<Reply>(ask(what));
  }
  template <class Reply>
  result<Reply> ask_for_at(const std::string& node, const question& what) {
    return expected<Reply>(ask_at(node, what));
  }

private:
  struct machinery;
  explicit cluster_client(std::unique_ptr<machinery> made);
  status connect_to(const std::string& node, duration patience);
  result<reply> ask_once(const std::string& node, const question& what);
  // Another of the nodes that it was given, which is asked next.
  void turn_elsewhere();

  template <class Reply>
  static result<Reply> expected(result<reply> got) {
    if (!got) return got.failure();
    if (auto* const fitting = std::get_if<Reply>(&*got)) return std::move(*fitting);
    return error{error_code::internal, "the node has answered something else than was asked"};
  }

  std::unique_ptr<machinery> machinery_;
};

}  // namespace weir
