// SPDX-License-Identifier: Apache-2.0
// Sockets of this machine: what is written is read, and what the system refuses has an error.
#include "network/tcp_socket.hpp"

#include <array>

#include <gtest/gtest.h>

#include "tests/network/tcp_pair.hpp"

namespace weir {
namespace {

TEST(TcpSocket, CarriesBytesInPieces) {
  auto [one, other] = tcp_pair();
  const std::array<std::string_view, 3> pieces{"one ", "two ", "three"};
  const auto written = one.write(pieces);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->bytes, 13U);
  one.end_writing();
  EXPECT_EQ(read_to_end(other), "one two three");
}

TEST(TcpSocket, DoesNotWaitForBytes) {
  auto [one, other] = tcp_pair();
  std::array<char, 10> room{};
  const auto got = one.read(room);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->bytes, 0U);
  EXPECT_FALSE(got->is_ended);
}

TEST(TcpSocket, DoesNotWaitForRoom) {
  auto [one, other] = tcp_pair();
  const std::string much(64 * 1024 * 1024, 'x');
  const std::string_view piece{much};
  const auto written = one.write(std::span{&piece, 1});
  ASSERT_TRUE(written);
  EXPECT_LT(written->bytes, much.size());
}

TEST(TcpSocket, ReportsThatNobodyReadsAnyMore) {
  auto [one, other] = tcp_pair();
  other.close();
  const std::string_view piece{"x"};
  result<transferred> written = transferred{};
  for (int i = 0; i < 1'000 && written; ++i) {
    wait_for(one, POLLOUT);
    written = one.write(std::span{&piece, 1});
  }
  ASSERT_FALSE(written);
  EXPECT_EQ(written.failure().message.substr(0, 7), "write: ");
}

TEST(TcpSocket, ReportsThatNobodyListens) {
  auto listening = tcp_socket::listen({});
  ASSERT_TRUE(listening);
  const auto where = listening->local();
  listening->close();
  auto socket = tcp_socket::connect(where);
  if (!socket) return;  // The system may know at once.
  wait_for(*socket, POLLOUT);
  const auto connected = socket->finish_connecting();
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.failure().message, "connect: Connection refused");
}

TEST(TcpSocket, ListensOnAPortThatIsFree) {
  auto listening = tcp_socket::listen({});
  ASSERT_TRUE(listening);
  EXPECT_EQ(listening->local().host, "127.0.0.1");
  EXPECT_NE(listening->local().port, 0);
  const auto again = tcp_socket::listen(listening->local());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.failure().message,
            "listen on " + to_string(listening->local()) + ": Address already in use");
}

TEST(TcpSocket, TakesOnlyNumericAddresses) {
  EXPECT_TRUE(validate(endpoint{"127.0.0.1", 80}));
  EXPECT_TRUE(validate(endpoint{"::1", 80}));
  const auto wrong = validate(endpoint{"example.org", 80});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.failure().message,
            "take 'example.org' for the address of a host: it must be numeric, such as 10.0.0.7 or "
            "fd00::7");
  EXPECT_FALSE(tcp_socket::listen({"example.org", 0}));
  EXPECT_FALSE(tcp_socket::connect({"example.org", 0}));
}

TEST(TcpSocket, ShowsAddressesAsPeopleWriteThem) {
  EXPECT_EQ(to_string(endpoint{"10.0.0.7", 6123}), "10.0.0.7:6123");
  EXPECT_EQ(to_string(endpoint{"fd00::7", 6123}), "[fd00::7]:6123");
}

}  // namespace
}  // namespace weir
