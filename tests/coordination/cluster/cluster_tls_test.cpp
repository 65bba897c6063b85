// SPDX-License-Identifier: Apache-2.0
// Nodes and clients with mutual TLS over real sockets: who belongs is answered, and with everybody
// else both sides say what is wrong and how it is mended.
#include <csignal>
#include <map>
#include <memory>
#include <optional>
#include <pthread.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/cluster/cluster_client.hpp"
#include "coordination/cluster/cluster_node.hpp"
#include "tests/network/certificate_authority.hpp"
#include "tests/support/heard_reports.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

class ClusterTls : public ::testing::Test {
protected:
  using credentials = std::optional<tls_credentials>;

  ClusterTls() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGIO);
    sigaddset(&signals, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  }

  // Where it listens.
  endpoint start(const std::string& name, credentials tls, const std::string& join = "") {
    const auto where = tcp_socket::listen({})->local();
    auto started = cluster_node::start({.listen = where,
                                        .slots = 4,
                                        .directory = there_ / name,
                                        .secret = secret(),
                                        .tls = std::move(tls),
                                        .join = join,
                                        .report = heard_[name].reporter()});
    EXPECT_TRUE(started.ok()) << started.failure().message;
    nodes_.push_back(*std::move(started));
    return where;
  }
  static result<std::unique_ptr<cluster_client>> connect(const endpoint& node, credentials tls) {
    return cluster_client::connect(
        {.node = to_string(node), .secret = secret(), .tls = std::move(tls)});
  }
  // What the client is told.
  static std::string refusal_of(const endpoint& node, credentials tls) {
    const auto connected = connect(node, std::move(tls));
    return connected ? "it is taken" : connected.failure().message;
  }

  certificate_authority authority_;
  temporary_directory there_;
  std::map<std::string, heard_reports> heard_;  // By the names of nodes.

private:
  static cluster_secret secret() { return *cluster_secret::make("a secret of this test"); }

  std::vector<std::unique_ptr<cluster_node>> nodes_;
};

void expect_part(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

const std::string what_to_do =
    ": give --tls-cert, --tls-key and --tls-ca to the processes of both sides, or of neither";

TEST_F(ClusterTls, ConnectsNodesAndClientsOfOneAuthority) {
  const auto leader = start("leader", authority_.credentials());
  const auto follower = start("follower", authority_.credentials(), to_string(leader));
  auto asks = connect(follower, authority_.credentials());
  ASSERT_TRUE(asks.ok()) << asks.failure().message;
  const auto nodes = [&] {
    const auto listed = (*asks)->ask_for<nodes_listed>(list_nodes{});
    return listed ? listed->nodes.size() : 0U;
  };
  while (nodes() < 2) (*asks)->wait(std::chrono::milliseconds{5});
  heard_["leader"].wait_for("leads");
  heard_["leader"].wait_for("node " + to_string(follower) + " has joined with 4 slots");
  heard_["follower"].wait_for("follows " + to_string(leader));
  for (const char* const name : {"leader", "follower"}) EXPECT_FALSE(heard_[name].has("TLS"));
}

TEST_F(ClusterTls, TellsBothSidesThatTheClientHasNone) {
  const auto node = start("node", authority_.credentials());
  expect_part(refusal_of(node, {}), "this process takes connections with TLS only" + what_to_do);
  heard_["node"].wait_for("the other side speaks without TLS" + what_to_do);
}

TEST_F(ClusterTls, TellsBothSidesThatTheNodeHasNone) {
  const auto node = start("node", {});
  expect_part(refusal_of(node, authority_.credentials()),
              "the other side speaks without TLS" + what_to_do);
  heard_["node"].wait_for("the other side speaks TLS, and this one does not" + what_to_do);
}

TEST_F(ClusterTls, TellsBothSidesThatANodeJoinsWithout) {
  const auto leader = start("leader", authority_.credentials());
  start("follower", {}, to_string(leader));
  heard_["leader"].wait_for("the other side speaks without TLS" + what_to_do);
  heard_["follower"].wait_for("this process takes connections with TLS only" + what_to_do);
  EXPECT_FALSE(heard_["leader"].has("has joined"));
}

TEST_F(ClusterTls, RefusesCertificatesOfAnotherAuthority) {
  const certificate_authority others{"others"};
  const auto node = start("node", authority_.credentials());
  // Whoever is right about the node is told by it that it is not right itself.
  auto files = others.issue();
  expect_part(refusal_of(node, others.credentials()),
              "TLS: the certificate of the other side is not accepted: ");
  heard_["node"].wait_for("TLS: the other side does not accept this one: unknown CA");
  files.authority.text += authority_.issue().authority.text;
  expect_part(refusal_of(node, *tls_credentials::make(files)),
              "TLS: the other side does not accept this one: unknown CA");
  heard_["node"].wait_for("TLS: the certificate of the other side is not accepted: ");
}

// TLS says who belongs to the cluster; the secret is asked for all the same.
TEST_F(ClusterTls, DoesNotReplaceTheSecret) {
  const auto node = start("node", authority_.credentials());
  const auto stranger =
      cluster_client::connect({.node = to_string(node),
                               .secret = *cluster_secret::make("another secret, long enough"),
                               .tls = authority_.credentials()});
  ASSERT_FALSE(stranger.ok());
  expect_part(stranger.failure().message, "different cluster secrets");
}

}  // namespace
}  // namespace weir
