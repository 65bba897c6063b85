// SPDX-License-Identifier: Apache-2.0
// Transports over real sockets of this machine: they connect, once to each peer, again when a
// connection was lost, and to nobody who does not belong.
#include "network/tcp_transport.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/network/cutting_relay.hpp"
#include "tests/network/tcp_pair.hpp"
#include "tests/network/transport_party.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;

TEST(TcpTransport, CarriesFramesBothWays) {
  transport_party one{transport_settings(member(1))};
  transport_party two{transport_settings(member(2))};
  one.dial(2, two);
  one.wait_for("up 2");
  two.wait_for("up 1");
  one.send(2, "hello");
  two.wait_for("hello");
  two.send(1, "answer");
  one.wait_for("answer");
}

TEST(TcpTransport, LetsPeersWaitUntilItListens) {
  transport_party one{transport_settings(member(1))};
  transport_party late{transport_settings(member(2)), false};
  transport_party three{transport_settings(member(3))};
  one.dial(2, late);
  late.dial(3, three);
  one.dial(3, three);
  one.wait_for("up 3");
  EXPECT_EQ(one.count("up 2") + three.count("up 2"), 0U);
  late.transport().listen();
  one.wait_for("up 2");
  three.wait_for("up 2");
  late.wait_for("up 1");
  late.wait_for("up 3");
}

TEST(TcpTransport, HasItsPortBeforeItListens) {
  transport_party early{transport_settings(member(1)), false};
  EXPECT_NE(early.transport().local().port, 0U);
  transport_party other{transport_settings(member(2))};
  auto settings = transport_settings(member(3));
  settings.listen = early.transport().local();
  const auto second = tcp_transport::bind(std::move(settings), other);
  ASSERT_FALSE(second);
  EXPECT_NE(second.failure().message.find("Address already in use"), std::string::npos);
}

TEST(TcpTransport, EndsWithoutHavingListened) {
  transport_party one{transport_settings(member(1)), false};
  one.transport().post([] { FAIL(); });
  EXPECT_TRUE(one.transport().dial({2}, {"127.0.0.1", 1}));
  one.stop();
  EXPECT_TRUE(one.log().empty());
}

TEST(TcpTransport, ConnectsOnceWhenBothDial) {
  for (int i = 0; i < 20; ++i) {
    transport_party one{transport_settings(member(1))};
    transport_party two{transport_settings(member(2))};
    one.dial(2, two);
    two.dial(1, one);
    one.wait_for("up 2");
    two.wait_for("up 1");
    one.send(2, "hello");
    two.wait_for("hello");
    two.send(1, "answer");
    one.wait_for("answer");
    EXPECT_EQ(one.count("down 2"), 0U);
    EXPECT_EQ(two.count("down 1"), 0U);
    one.stop();
    two.stop();
  }
}

TEST(TcpTransport, ConnectsThreeProcesses) {
  transport_party one{transport_settings(member(1))};
  transport_party two{transport_settings(member(2))};
  transport_party three{transport_settings(member(3))};
  one.dial(2, two);
  two.dial(3, three);
  three.dial(1, one);
  one.wait_for("up 3");
  two.wait_for("up 1");
  three.wait_for("up 2");
  for (int i = 0; i < 100; ++i) three.send(2, "frame");
  two.wait_for("frame", 100);
}

TEST(TcpTransport, ConnectsAgainAfterARestart) {
  transport_party one{transport_settings(member(1))};
  std::optional<transport_party> two{transport_settings(member(2, 1))};
  const auto where = two->transport().local();
  one.dial(2, *two);
  one.wait_for("up 2");
  two.reset();
  one.wait_for("down 2");
  EXPECT_NE(one.wait_for_failure("process 2 ends").find("the other side ended the connection"),
            std::string::npos);
  auto settings = transport_settings(member(2, 2));
  settings.listen = where;
  two.emplace(std::move(settings));
  one.wait_for("up 2", 2);
  one.send(2, "hello again");
  two->wait_for("hello again");
  EXPECT_EQ(one.log(), (std::vector<std::string>{"up 2", "down 2", "up 2"}));
}

TEST(TcpTransport, ReplacesAnEarlierLifeOfAProcess) {
  transport_party one{transport_settings(member(1))};
  transport_party former{transport_settings(member(2, 1))};
  former.dial(1, one);
  one.wait_for("up 2");
  former.transport().forget({1});
  transport_party later{transport_settings(member(2, 2))};
  later.dial(1, one);
  one.wait_for("up 2", 2);
  former.wait_for("down 1");
  // The former does not come back.
  former.dial(1, one);
  one.wait_for_failure("a later life of it was here (incarnation 2, not 1)");
  former.wait_for_failure("a later life of it was here");
  EXPECT_EQ(one.log(), (std::vector<std::string>{"up 2", "down 2", "up 2"}));
}

void expect_refusal(tcp_transport_settings dialer, const std::string& why) {
  transport_party two{transport_settings(member(2))};
  transport_party one{std::move(dialer)};
  one.dial(2, two);
  EXPECT_NE(one.wait_for_failure(why).find("connect with process 2 at 127.0.0.1:"),
            std::string::npos);
  EXPECT_NE(two.wait_for_failure(why).find("connect with a stranger: "), std::string::npos);
  one.stop();
  EXPECT_TRUE(one.log().empty());
  EXPECT_TRUE(two.log().empty());
}

TEST(TcpTransport, RefusesWhoDoesNotBelong) {
  expect_refusal(transport_settings(member(1), secret_of("the secret of others")),
                 "different cluster secrets");
  auto program = member(1);
  program.program = "beef";
  expect_refusal(transport_settings(program), "all processes of a job run the same build");
  auto cluster = member(1);
  cluster.cluster = "payments";
  expect_refusal(transport_settings(cluster), "belongs to cluster 'payments'");
}

TEST(TcpTransport, TurnsGarbageAwayAndGoesOn) {
  transport_party one{transport_settings(member(1))};
  transport_party two{transport_settings(member(2))};
  for (const std::string& garbage :
       {std::string(1'000, '\xff'), std::string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
        std::string{"WR\x02 and whatever a later version says"}, std::string(16, '\0')}) {
    auto stranger = connect_to(two.transport().local());
    write_all(stranger, garbage);
    const auto answer = read_to_end(stranger);
    ASSERT_EQ(frames_in(answer).size(), 1U);
    EXPECT_EQ(frames_in(answer)[0].kind, wire_kind::refusal);
  }
  two.wait_for_failure("these bytes are no frame of Weir's transport");
  two.wait_for_failure("the other side speaks version 2 of the transport");
  one.dial(2, two);
  two.wait_for("up 1");
}

TEST(TcpTransport, EndsAGreetingThatTakesTooLong) {
  auto settings = transport_settings(member(2));
  settings.connections.greeting_timeout = milliseconds{50};
  transport_party two{std::move(settings)};
  auto stranger = connect_to(two.transport().local());
  const auto answer = read_to_end(stranger);
  ASSERT_EQ(frames_in(answer).size(), 1U);
  EXPECT_EQ(frames_in(answer)[0].payload,
            "the greeting took longer than 50ms: is the other side overloaded, or no process of "
            "Weir?");
}

TEST(TcpTransport, DialsUntilSomebodyListens) {
  std::optional<transport_party> two{transport_settings(member(2))};
  const auto where = two->transport().local();
  two.reset();
  transport_party one{transport_settings(member(1))};
  EXPECT_TRUE(one.transport().dial({2}, where));
  one.wait_for_failure("connect with process 2 at " + to_string(where) +
                       ": the connection was cut: connect: Connection refused");
  auto settings = transport_settings(member(2));
  settings.listen = where;
  two.emplace(std::move(settings));
  one.wait_for("up 2");
}

tcp_transport_settings often_heard(std::uint32_t process) {
  auto settings = transport_settings(member(process));
  settings.connections.heartbeat_interval = milliseconds{20};
  return settings;
}

// What has come meanwhile is read before anybody is called silent.
TEST(TcpTransport, KeepsAPeerThatWasHeardWhileItStoodStillItself) {
  auto settings = transport_settings(member(1));
  settings.connections.heartbeat_timeout = std::chrono::seconds{1};
  transport_party one{std::move(settings)};
  auto often = often_heard(2);
  often.connections.greeting_timeout = milliseconds{1'500};
  transport_party two{std::move(often)};
  one.dial(2, two);
  two.wait_for("up 1");
  {
    const auto held = one.hold();
    two.send(1, "whoever takes that stands still");
    // Somebody who says nothing is turned away when that time has passed.
    auto stranger = connect_to(two.transport().local());
    read_to_end(stranger);
  }
  two.send(1, "still there");
  one.wait_for("still there");
  EXPECT_EQ(one.count("down 2"), 0U);
}

TEST(TcpTransport, GivesAPeerUpThatStandsStill) {
  auto settings = often_heard(1);
  settings.connections.heartbeat_timeout = std::chrono::seconds{1};
  settings.queues = {.most = 8'000'000, .high_mark = 1'000'000, .low_mark = 100'000};
  transport_party one{std::move(settings)};
  transport_party two{often_heard(2)};
  one.dial(2, two);
  one.wait_for("up 2");
  two.wait_for("up 1");
  {
    const auto held = two.hold();
    one.send(2, "the last that is read");
    one.wait_for("down 2");
  }
  one.wait_for_failure("nothing was heard for");
  one.wait_for("up 2", 2);
}

// The memory that a stopped peer costs is bounded, and the connection does not go on with a gap.
TEST(TcpTransport, EndsAConnectionThatDoesNotKeepUp) {
  auto settings = transport_settings(member(1));
  settings.queues = {.most = 4'000'000, .high_mark = 1'000'000, .low_mark = 100'000};
  transport_party one{std::move(settings)};
  transport_party two{transport_settings(member(2))};
  one.dial(2, two);
  one.wait_for("up 2");
  const auto connection = one.to(2);
  std::string frame;
  append_wire_frame(wire_kind::message, std::string(100'000, 'x'), frame);
  {
    const auto held = two.hold();
    status sent;
    while (sent) {
      sent = connection->send(frame);
      EXPECT_LE(connection->waiting(), 4'000'000U);
    }
    EXPECT_FALSE(connection->is_writable());
    one.wait_for("down 2");
  }
  one.wait_for_failure("the other side does not keep up");
}

TEST(TcpTransport, SaysWhenAPeerTakesWhatItIsSentAgain) {
  auto settings = transport_settings(member(1));
  settings.queues = {.most = 100'000'000, .high_mark = 1'000'000, .low_mark = 100'000};
  transport_party one{std::move(settings)};
  transport_party two{transport_settings(member(2))};
  one.dial(2, two);
  one.wait_for("up 2");
  std::size_t sent = 0;
  {
    const auto held = two.hold();
    while (one.to(2)->is_writable()) {
      one.send(2, std::string(100'000, 'x'));
      ++sent;
    }
  }
  one.wait_for("writable 2");
  two.wait_for(std::string(100'000, 'x'), sent);
  EXPECT_TRUE(one.to(2)->is_writable());
}

TEST(TcpTransport, SaysGoodbyeBehindEverythingThatWasSent) {
  transport_party two{transport_settings(member(2))};
  {
    transport_party one{transport_settings(member(1))};
    one.dial(2, two);
    one.wait_for("up 2");
    for (int i = 0; i < 1'000; ++i) one.send(2, "frame" + std::string(1'000, 'x'));
  }
  two.wait_for("down 1");
  EXPECT_EQ(two.count("frame" + std::string(1'000, 'x')), 1'000U);
}

// What arrives over each connection is what was sent over it, from the first frame on, without a
// gap; and it goes on after every cut.
TEST(TcpTransport, DeliversNothingOfAnEarlierConnection) {
  for (const auto seed : seeds_for(5)) {
    auto settings = transport_settings(member(1));
    settings.reconnects = {.first = milliseconds{1}, .longest = milliseconds{5}};
    transport_party one{std::move(settings)};
    transport_party two{transport_settings(member(2))};
    cutting_relay relay{two.transport().local(), seed, 400'000};
    ASSERT_TRUE(one.transport().dial({2}, relay.local()));
    for (std::size_t ups = 1; ups <= 10; ++ups) {
      one.wait_for("up 2", ups);
      if (ups == 10) relay.stop_cutting();
      const auto connection = one.to(2);
      if (!connection) continue;
      for (int i = 0; i < 500; ++i) {
        const std::string payload = std::to_string(connection->number()) + " " + std::to_string(i);
        std::string frame;
        append_wire_frame(wire_kind::message, payload + std::string(1'000, ' '), frame);
        if (!connection->send(std::move(frame))) break;
      }
    }
    one.send(2, "the last");
    two.wait_for("the last");
    std::uint64_t former = 0;
    std::uint64_t current = 0;
    int next = 0;
    for (const auto& each : two.log()) {
      if (each == "up 1" || each == "down 1") {
        former = std::max(former, current);
        current = 0;
        next = 0;
      } else if (each != "the last") {
        std::size_t end = 0;
        const auto number = std::stoull(each, &end);
        if (next == 0) current = number;
        EXPECT_GT(number, former) << "seed " << seed;
        EXPECT_EQ(number, current) << "seed " << seed;
        EXPECT_EQ(std::stoi(each.substr(end)), next++) << "seed " << seed;
      }
    }
    one.stop();
    two.stop();
  }
}

TEST(TcpTransport, EndsAConnectionWhoseFramesNobodyUnderstands) {
  transport_party one{transport_settings(member(1))};
  transport_party two{transport_settings(member(2))};
  one.dial(2, two);
  one.wait_for("up 2");
  one.send(2, "refuse this");
  one.wait_for("down 2");
  one.wait_for_failure("the other side ended the connection: nobody wants that");
}

TEST(TcpTransport, RunsWhatIsPosted) {
  std::promise<int> done;
  transport_party one{transport_settings(member(1))};
  one.transport().post([&] { done.set_value(7); });
  EXPECT_EQ(done.get_future().get(), 7);
}

TEST(TcpTransport, StartsOnlyWithSettingsThatCanWork) {
  transport_party listener{transport_settings(member(9))};
  const auto failure = [&](auto change) {
    auto settings = transport_settings(member(1));
    change(settings);
    const auto started = tcp_transport::bind(std::move(settings), listener);
    return started ? std::string{"it started"} : started.failure().message;
  };
  EXPECT_EQ(failure([](auto& s) { s.listen.host = "example.org"; }),
            "start the transport: listen on example.org:0: take 'example.org' for the address of a "
            "host: it must be numeric, such as 10.0.0.7 or fd00::7");
  EXPECT_EQ(failure([&](auto& s) { s.listen = listener.transport().local(); }),
            "start the transport: listen on " + to_string(listener.transport().local()) +
                ": Address already in use");
  EXPECT_NE(failure([](auto& s) { s.connections.max_frame = 1; }).find("too small"),
            std::string::npos);
  EXPECT_NE(failure([](auto& s) { s.queues.low_mark = s.queues.most; }).find("low mark"),
            std::string::npos);
  EXPECT_NE(failure([](auto& s) { s.reconnects.first = {}; }).find("first delay"),
            std::string::npos);
  EXPECT_FALSE(listener.transport().dial({2}, {"example.org", 80}));
}

}  // namespace
}  // namespace weir
