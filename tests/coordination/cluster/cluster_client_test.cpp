// SPDX-License-Identifier: Apache-2.0
// Who is asked, and what is said of a leader that does not answer: nodes are played by the test,
// over real sockets.
#include "coordination/cluster/cluster_client.hpp"

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include "actors/caf_control_messages.hpp"
#include "actors/networked_runtime.hpp"
#include "coordination/cluster/control_connections.hpp"
#include "network/endpoint_text.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

cluster_secret secret() { return *cluster_secret::make("a secret of this test"); }

// A port that was free a moment ago.
endpoint free_place() { return tcp_socket::listen({})->local(); }

// A node that gives everybody the same answer.
class played_node {
public:
  played_node(const endpoint& where, reply answer) {
    auto started = networked_runtime::start({.threads = 1,
                                             .idle = idle_workers::sleep,
                                             .self = {.cluster = std::string{control_cluster},
                                                      .program = std::string{control_version},
                                                      .process = node_process(to_string(where)),
                                                      .incarnation = 0},
                                             .secret = secret(),
                                             .tls = {},
                                             .listen = where,
                                             .connections = control_connections(),
                                             .report = [](const error&) {}});
    EXPECT_TRUE(started.ok()) << started.failure().message;
    world_ = *std::move(started);
    const auto behave = [answer](caf::event_based_actor* self) -> caf::behavior {
      return {[self, answer](const control_sent& sent) {
        const auto message = decode_control(sent.bytes);
        const auto& asked = std::get<asked_question>(*message);
        const auto to = caf::actor_cast<caf::actor>(self->current_sender());
        self->send(to, control_sent{encode_control(given_answer{asked.number, answer})});
      }};
    };
    root_ = world_->system().spawn(behave);
    world_->fabric().publish_root(root_);
  }
  ~played_node() { caf::anon_send_exit(root_, caf::exit_reason::user_shutdown); }

private:
  std::unique_ptr<networked_runtime> world_;
  caf::actor root_;
};

result<reply> ask(const std::string& nodes, duration patience = 1min) {
  auto client =
      cluster_client::connect({.node = nodes, .secret = secret(), .tls = {}, .patience = patience});
  if (!client) return client.failure();
  return (*client)->ask(list_jobs{});
}

TEST(ClusterClient, AsksWhomItIsToldThatLeads) {
  const auto first = free_place();
  const auto second = free_place();
  const played_node follows{first, ask_leader{to_string(second)}};
  const played_node leads{second, jobs_listed{}};
  const auto got = ask(to_string(first));
  ASSERT_TRUE(got.ok()) << got.failure().message;
  EXPECT_TRUE(std::holds_alternative<jobs_listed>(*got));
}

TEST(ClusterClient, SaysWhichLeaderItCannotReach) {
  const auto place = free_place();
  const auto far = to_string(free_place());
  const played_node follows{place, ask_leader{far}};
  const auto got = ask(to_string(place), 3s);
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.failure().code, error_code::io_failure);
  EXPECT_TRUE(got.failure().message.starts_with(
      "node " + far + " leads the cluster, and cannot be reached from here: connect to node " +
      far + ": "))
      << got.failure().message;
}

TEST(ClusterClient, SaysThatNobodyLeads) {
  const auto place = free_place();
  const played_node follows{place, ask_leader{}};
  EXPECT_EQ(ask(to_string(place), 3s).failure().message,
            "ask node " + to_string(place) + ": nobody leads its cluster at the moment; try again");
}

TEST(ClusterClient, AsksTheOthersWhenOneIsLost) {
  const auto place = free_place();
  const played_node leads{place, jobs_listed{}};
  EXPECT_TRUE(ask(to_string(free_place()) + "," + to_string(place)).ok());
}

TEST(ClusterClient, PassesRefusalsOn) {
  const auto place = free_place();
  const played_node leads{place, refused{error_code::not_found, "there is no job 4f"}};
  const auto got = ask(to_string(place));
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.failure().code, error_code::not_found);
  EXPECT_EQ(got.failure().message, "there is no job 4f");
}

}  // namespace
}  // namespace weir
