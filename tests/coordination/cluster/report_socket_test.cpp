// SPDX-License-Identifier: Apache-2.0
// Reports come out one by one, in their order; what is none is refused; nothing blocks.
#include "coordination/cluster/report_socket.hpp"

#include <csignal>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "coordination/cluster/control_messages.hpp"

namespace weir {
namespace {

// SIGIO would end the test. It comes until the sockets are closed.
class held_signal {
public:
  held_signal() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGIO);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  held_signal(const held_signal&) = delete;
  held_signal& operator=(const held_signal&) = delete;
  ~held_signal() {
    constexpr timespec at_once{};
    while (sigtimedwait(&signals_, nullptr, &at_once) > 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

private:
  sigset_t signals_{};
  sigset_t before_{};
};

class ReportSocket : public ::testing::Test {
protected:
  held_signal held_;
  std::pair<report_socket, report_socket> pair_ = std::move(*report_socket::make_pair());
};

TEST_F(ReportSocket, BringsReportsInTheirOrderAndSignals) {
  const auto& [node, job] = pair_;
  EXPECT_FALSE(node.receive()->has_value());
  job.send({.job = {.state = "deploying"}});
  job.send({.job = {.state = "running", .listens = "127.0.0.1:7"}});
  EXPECT_EQ((*node.receive())->job.state, "deploying");
  EXPECT_EQ((*node.receive())->job.listens, "127.0.0.1:7");
  EXPECT_FALSE(node.receive()->has_value());
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGIO), 1);
}

TEST_F(ReportSocket, DoesNotBlockWhenNobodyReads) {
  const auto& [node, job] = pair_;
  for (int i = 0; i < 100'000; ++i) job.send({.job = {.state = "running"}});
  EXPECT_TRUE(node.receive()->has_value());
}

TEST_F(ReportSocket, RefusesWhatIsNoReport) {
  const auto& [node, job] = pair_;
  ASSERT_EQ(::send(job.descriptor(), "what", 4, 0), 4);
  job.send({.job = {.state = "running"}});
  EXPECT_EQ(node.receive().failure().code, error_code::corrupt_data);
  EXPECT_EQ((*node.receive())->job.state, "running");
}

TEST_F(ReportSocket, BringsOrdersInTheOtherDirection) {
  const auto& [node, job] = pair_;
  EXPECT_FALSE(job.receive_order()->has_value());
  const savepoint_order order{.token = "5df1", .directory = "/mine", .stops = true};
  node.send(order);
  ASSERT_EQ(::send(node.descriptor(), "what", 4, 0), 4);
  node.send(savepoint_order{.token = "5df2"});
  EXPECT_EQ(**job.receive_order(), order);
  EXPECT_EQ(job.receive_order().failure().code, error_code::corrupt_data);
  EXPECT_EQ((*job.receive_order())->token, "5df2");
  EXPECT_FALSE(job.receive_order()->has_value());
  const std::string much(most_order_bytes + 100, '\1');
  ASSERT_EQ(::send(node.descriptor(), much.data(), much.size(), 0),
            static_cast<ssize_t>(much.size()));
  EXPECT_NE(job.receive_order().failure().message.find("at most 8192 are taken"),
            std::string::npos);
}

TEST_F(ReportSocket, SignalsOrdersToWhoHasInheritedIt) {
  const auto taken = report_socket::inherited(std::to_string(::dup(pair_.second.descriptor())));
  ASSERT_TRUE(taken.ok());
  sigset_t pending;
  sigemptyset(&pending);
  sigaddset(&pending, SIGIO);
  const timespec at_once{};
  while (sigtimedwait(&pending, nullptr, &at_once) > 0) continue;  // From tests before this.
  sigpending(&pending);
  ASSERT_EQ(sigismember(&pending, SIGIO), 0);
  pair_.first.send(savepoint_order{.token = "5df1"});
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGIO), 1);
  EXPECT_EQ((*(*taken)->receive_order())->token, "5df1");
}

TEST_F(ReportSocket, IsInheritedByItsNumberOnly) {
  EXPECT_FALSE(report_socket::inherited("")->has_value());
  for (const auto* wrong : {"x", "7x", "-1", "100000"}) {
    const auto none = report_socket::inherited(wrong);
    ASSERT_FALSE(none.ok()) << wrong;
    EXPECT_NE(none.failure().message.find("only weir node sets this variable"), std::string::npos);
  }
  const auto copy = std::to_string(::dup(pair_.second.descriptor()));
  const auto taken = report_socket::inherited(copy);
  ASSERT_TRUE(taken.ok());
  (*taken)->send({.job = {.state = "running"}});
  EXPECT_EQ((*pair_.first.receive())->job.state, "running");
}

}  // namespace
}  // namespace weir
