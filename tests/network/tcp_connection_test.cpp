// SPDX-License-Identifier: Apache-2.0
// Many threads may send: every frame is written whole and once, and nothing is dropped silently.
#include "network/tcp_connection.hpp"

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/network/greeting_parties.hpp"
#include "tests/network/tcp_pair.hpp"

namespace weir {
namespace {

class TcpConnection : public ::testing::Test {
protected:
  std::shared_ptr<tcp_connection> connect(tcp_socket socket, write_queue_limits limits = {}) {
    connection part{{}, handshake::accept(member(2), secret_of(), challenge_of('a')), {}, {}};
    return std::make_shared<tcp_connection>(7, std::move(socket), std::move(part), limits, inbox_);
  }
  // As the transport's thread does when the socket is writable.
  void flush_until_written(tcp_connection& flushed) {
    while (flushed.waiting() > 0) {
      wait_for(flushed.socket(), POLLOUT);
      flushed.flush();
    }
  }
  std::shared_ptr<transport_inbox> inbox_ = std::make_shared<transport_inbox>();
};

std::string frame_of(const std::string& payload) {
  std::string bytes;
  append_wire_frame(wire_kind::message, payload, bytes);
  return bytes;
}

TEST_F(TcpConnection, WritesAtOnceWhatTheSocketTakes) {
  auto [one, other] = tcp_pair();
  const auto sender = connect(std::move(one));
  ASSERT_TRUE(sender->send("at once"));
  EXPECT_EQ(sender->waiting(), 0U);
  sender->end_sending();
  EXPECT_EQ(read_to_end(other), "at once");
}

TEST_F(TcpConnection, WritesEveryFrameWholeAndOnceWhoeverSends) {
  auto [one, other] = tcp_pair();
  const auto sender = connect(std::move(one));
  constexpr int threads = 4;
  constexpr int frames = 2'000;
  std::vector<std::thread> senders;
  std::atomic<int> finished{0};
  for (int t = 0; t < threads; ++t) {
    senders.emplace_back([&, t] {
      for (int i = 0; i < frames; ++i) {
        const std::string payload = std::to_string(t) + " " + std::to_string(i) + " ";
        EXPECT_TRUE(sender->send(frame_of(payload + std::string(static_cast<unsigned>(i), 'x'))));
      }
      ++finished;
    });
  }
  std::thread writer{[&] {
    while (finished < threads || sender->waiting() > 0) flush_until_written(*sender);
    sender->end_sending();
  }};
  const auto all = read_to_end(other);
  for (auto& each : senders) each.join();
  writer.join();
  std::map<int, int> next;
  for (const auto& each : frames_in(all)) {
    const std::string payload{each.payload};
    std::size_t end = 0;
    const int thread = std::stoi(payload, &end);
    EXPECT_EQ(std::stoi(payload.substr(end)), next[thread]++);
  }
  for (int t = 0; t < threads; ++t) EXPECT_EQ(next[t], frames);
}

TEST_F(TcpConnection, SaysThatTheOtherSideDoesNotKeepUp) {
  auto [one, other] = tcp_pair();
  constexpr write_queue_limits limits{
      .most = 3'000'000, .high_mark = 1'000'000, .low_mark = 100'000};
  const auto sender = connect(std::move(one), limits);
  bool was_unwritable = false;
  status sent;
  for (int i = 0; i < 1'000 && sent; ++i) {
    sent = sender->send(std::string(100'000, 'x'));

    was_unwritable = was_unwritable || !sender->is_writable();
    EXPECT_LE(sender->waiting(), limits.most);
    inbox_->take();
  }
  EXPECT_TRUE(was_unwritable);
  ASSERT_FALSE(sent);
  EXPECT_NE(sent.failure().message.find("the other side does not keep up"), std::string::npos);
  // From here on the connection is to be ended: nothing follows what was refused.
  EXPECT_EQ(sender->broken(), sent.failure());
  EXPECT_FALSE(sender->send("more"));
  sender->close();
  EXPECT_EQ(sender->waiting(), 0U);
}

TEST_F(TcpConnection, CallsTheTransportWhenItBreaks) {
  auto [one, other] = tcp_pair();
  const auto sender = connect(std::move(one));
  other.close();
  status sent;
  for (int i = 0; i < 1'000 && !sender->broken(); ++i) {
    wait_for(sender->socket(), POLLOUT);
    sent = sender->send("x");
  }
  ASSERT_TRUE(sender->broken());
  EXPECT_EQ(inbox_->take().calls.back(), 7U);
}

TEST_F(TcpConnection, SendsNothingAfterItsEnd) {
  auto [one, other] = tcp_pair();
  const auto sender = connect(std::move(one));
  sender->end_sending();
  const auto sent = sender->send("late");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.failure().message,
            "send: the connection has ended; resolve the address again when the peer is up");
  EXPECT_FALSE(sender->is_writable());
  EXPECT_EQ(read_to_end(other), "");
  sender->close();
  EXPECT_TRUE(sender->socket().is_closed());
}

}  // namespace
}  // namespace weir
