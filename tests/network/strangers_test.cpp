// SPDX-License-Identifier: Apache-2.0
// Whoever comes to a port of the transport and does not belong costs little, for a short time, and
// keeps nobody away.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "network/tcp_transport.hpp"
#include "tests/network/tcp_pair.hpp"
#include "tests/network/transport_party.hpp"

namespace weir {
namespace {

TEST(TcpTransport, ClosesTheOldestOfMoreStrangersThanItMayGreet) {
  auto settings = transport_settings(member(2));
  settings.most_greetings = 2;
  settings.connections.greeting_timeout = std::chrono::minutes{5};
  transport_party two{std::move(settings)};
  auto first = connect_to(two.transport().local());
  auto second = connect_to(two.transport().local());
  auto third = connect_to(two.transport().local());
  EXPECT_EQ(read_to_end(first), "");
  two.wait_for_failure("it is closed in its greeting: 2 others are in theirs");
  auto fourth = connect_to(two.transport().local());
  EXPECT_EQ(read_to_end(second), "");
  std::string room(1, '\0');
  EXPECT_FALSE(third.read(room)->is_ended);
  EXPECT_FALSE(fourth.read(room)->is_ended);
}

TEST(TcpTransport, ClosesThoseFirstThatHaveNotSaidWhoTheyAre) {
  auto settings = transport_settings(member(2));
  settings.most_greetings = 2;
  settings.connections.greeting_timeout = std::chrono::minutes{5};
  transport_party two{std::move(settings)};
  auto known = connect_to(two.transport().local());
  std::string hello;
  handshake::dial(member(1), secret_of(), {2}, challenge_of('d'), hello);
  write_all(known, hello);
  wait_for(known, POLLIN);  // For the answer.
  auto silent = connect_to(two.transport().local());
  auto another = connect_to(two.transport().local());
  EXPECT_EQ(read_to_end(silent), "");
  // Those that were refused have had their answer.
  write_all(another, std::string(wire_header_size, 'x'));
  wait_for(another, POLLIN);
  auto last = connect_to(two.transport().local());
  EXPECT_NE(read_to_end(another), "");
  std::string room(1'000, '\0');
  EXPECT_GT(known.read(room)->bytes, 0U);
  EXPECT_FALSE(known.read(room)->is_ended);
}

// Nor can those crowd out others who repeat a hello that they have overheard.
TEST(TcpTransport, ClosesThoseThatDoNotProveWhatTheyHaveSaidWhenTheyAreMore) {
  auto settings = transport_settings(member(2));
  settings.most_greetings = 3;
  settings.connections.greeting_timeout = std::chrono::minutes{5};
  transport_party two{std::move(settings)};
  std::vector<tcp_socket> greeted;
  const auto greet = [&] {
    greeted.push_back(connect_to(two.transport().local()));
    std::string hello;
    handshake::dial(member(1), secret_of(), {2}, challenge_of('d'), hello);
    write_all(greeted.back(), hello);
    wait_for(greeted.back(), POLLIN);
  };
  for (int i = 0; i < 3; ++i) greet();
  auto newcomer = connect_to(two.transport().local());
  EXPECT_NE(read_to_end(greeted[0]), "");
  greet();
  EXPECT_NE(read_to_end(greeted[1]), "");
  std::string room(1, '\0');
  EXPECT_FALSE(newcomer.read(room)->is_ended);
}

TEST(TcpTransport, DoesNotReportEveryStrangerOfMany) {
  transport_party two{transport_settings(member(2))};
  for (int i = 0; i < 200; ++i) {
    auto stranger = connect_to(two.transport().local());
    write_all(stranger, std::string(wire_header_size, 'x'));
    read_to_end(stranger);
  }
  const auto failures = two.wait_for_failure("these bytes are no frame");
  // They came within a few seconds at most.
  EXPECT_LT(std::count(failures.begin(), failures.end(), '\n'), 150);
}

// Peers that are connected are none of them.
TEST(TcpTransport, KeepsItsPeersHoweverManyStrangersCome) {
  auto settings = transport_settings(member(2));
  settings.most_greetings = 2;
  transport_party two{std::move(settings)};
  transport_party one{transport_settings(member(1))};
  one.dial(2, two);
  one.wait_for("up 2");
  two.wait_for("up 1");
  for (int i = 0; i < 100; ++i) static_cast<void>(connect_to(two.transport().local()));
  one.send(2, "still there");
  two.wait_for("still there");
  EXPECT_EQ(two.count("down 1"), 0U);
}

}  // namespace
}  // namespace weir
