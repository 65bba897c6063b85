// SPDX-License-Identifier: Apache-2.0
// A connection opens, lives as long as bytes come, and ends: orderly, by silence or by damage. What
// it carries arrives once and in order, or it ends.
#include "network/connection.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/network/byte_pipe.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Connection, OpensOnBothSides) {
  byte_pipe pipe{{}};
  pipe.run(milliseconds{50});
  for (const std::size_t side : {0U, 1U}) {
    EXPECT_TRUE(pipe.end(side).is_open());
    EXPECT_TRUE(pipe.has_opened(side));
    EXPECT_EQ(pipe.end(side).peer().process.value, 2 - side);
  }
}

TEST(Connection, CarriesEverythingInOrderBothWays) {
  for (const auto seed : seeds_for(50)) {
    byte_pipe pipe{{.seed = seed}};
    random_numbers random{seed};
    std::vector<std::string> sent[2];
    pipe.run(milliseconds{50});
    for (int i = 0; i < 100; ++i) {
      const auto side = random.below(2);
      sent[side].emplace_back(random.below(3'000), static_cast<char>('a' + random.below(26)));
      pipe.send(side, sent[side].back());
      if (random.below(4) == 0) pipe.run(milliseconds{random.below(200)});
    }
    pipe.run(milliseconds{100});
    EXPECT_EQ(pipe.received(0), sent[1]) << "seed " << seed;
    EXPECT_EQ(pipe.received(1), sent[0]) << "seed " << seed;
  }
}

TEST(Connection, LivesOnHeartbeats) {
  byte_pipe pipe{{}};
  pipe.run(seconds{60});
  EXPECT_TRUE(pipe.end(0).is_open());
  EXPECT_TRUE(pipe.end(1).is_open());
}

TEST(Connection, IsGivenUpWhenNothingIsHeard) {
  byte_pipe pipe{{}};
  pipe.run(seconds{1});
  pipe.block(0, true);
  pipe.run(milliseconds{395});
  EXPECT_TRUE(pipe.end(1).is_open());
  pipe.run(milliseconds{120});
  ASSERT_TRUE(pipe.end(1).is_closed());
  EXPECT_NE(
      pipe.end(1).failure().message.find(": the process, its host or the network stands still"),
      std::string::npos);
  EXPECT_FALSE(pipe.end(1).is_orderly());
  // The other direction works: the other side is told.
  pipe.run(milliseconds{20});
  ASSERT_TRUE(pipe.end(0).is_closed());
  EXPECT_NE(pipe.end(0).failure().message.find("nothing was heard for"), std::string::npos);
}

// The next one for each bound of the silence that both sides bear.
TEST(Connection, BearsAShorterSilence) {
  byte_pipe pipe{{}};
  pipe.run(seconds{1});
  pipe.block(0, true);
  pipe.send(0, "late");
  pipe.run(milliseconds{380});
  pipe.block(0, false);
  pipe.run(seconds{2});
  EXPECT_TRUE(pipe.end(1).is_open());
  EXPECT_EQ(pipe.received(1), std::vector<std::string>{"late"});
}

// A frame that takes long is no silence: every byte counts.
TEST(Connection, TakesEveryByteForLife) {
  byte_pipe pipe{{}};
  pipe.run(milliseconds{100});
  std::string bytes;
  append_wire_frame(wire_kind::message, std::string(3'000, 'x'), bytes);
  pipe.block(0, true);
  pipe.run(milliseconds{50});
  auto& receiver = pipe.end(1);
  auto now = pipe.now();
  for (const char byte : bytes) {  // 9 seconds, no heartbeat among them.
    receiver.room()[0] = byte;
    receiver.on_received(1, now);
    now += milliseconds{3};
    receiver.on_time(now, false);
    if (receiver.next() == connection::event::received) break;
  }
  EXPECT_TRUE(receiver.is_open());
  EXPECT_EQ(receiver.frame().payload, std::string(3'000, 'x'));
}

TEST(Connection, EndsAGreetingThatTakesTooLong) {
  for (const std::size_t silent : {0U, 1U}) {
    byte_pipe pipe{{}};
    pipe.block(silent, true);
    pipe.run(milliseconds{1'999});
    EXPECT_FALSE(pipe.end(1 - silent).is_closed());
    pipe.run(milliseconds{2});
    ASSERT_TRUE(pipe.end(1 - silent).is_closed());
    EXPECT_EQ(pipe.end(1 - silent).failure().message,
              "the greeting took longer than 2s: is the other side overloaded, or no process of "
              "Weir?");
  }
}

// A slow loris: a byte now and then.
TEST(Connection, DoesNotLetBytesProlongAGreeting) {
  connection slow{
      {}, handshake::accept(member(2), secret_of(), challenge_of('a')), {}, processing_time{}};
  std::string hello;
  append_wire_frame(wire_kind::hello, std::string(400, 'x'), hello);
  processing_time now{};
  for (const char byte : hello) {
    slow.room()[0] = byte;
    slow.on_received(1, now);
    EXPECT_EQ(slow.next(), connection::event::none);
    EXPECT_EQ(slow.next_deadline(), processing_time{seconds{2}});
    now += milliseconds{10};
    slow.on_time(now, false);
    if (slow.is_closed()) break;
  }
  EXPECT_TRUE(slow.is_closed());
  EXPECT_EQ(now, processing_time{seconds{2}});
}

TEST(Connection, AllowsStrangersOnlyShortFrames) {
  connection receiver{
      {}, handshake::accept(member(2), secret_of(), challenge_of('a')), {}, processing_time{}};
  std::string frame;
  append_wire_frame(wire_kind::hello, std::string(longest_greeting + 1, 'x'), frame);
  frame.resize(wire_header_size);
  std::copy(frame.begin(), frame.end(), receiver.room().begin());
  receiver.on_received(frame.size(), processing_time{});
  EXPECT_EQ(receiver.next(), connection::event::closed);
  EXPECT_EQ(frames_in(receiver.take_output()).at(0).kind, wire_kind::refusal);
}

TEST(Connection, IsRefusedWithAnotherSecretOnBothSides) {
  byte_pipe pipe{{.acceptors_secret = secret_of("the secret of others")}};
  pipe.run(milliseconds{100});
  for (const std::size_t side : {0U, 1U}) {
    EXPECT_FALSE(pipe.has_opened(side));
    ASSERT_TRUE(pipe.end(side).is_closed());
    EXPECT_NE(pipe.end(side).failure().message.find("different cluster secrets"),
              std::string::npos);
  }
}

TEST(Connection, SaysGoodbyeAfterEverythingThatWasSent) {
  byte_pipe pipe{{}};
  pipe.run(milliseconds{50});
  for (int i = 0; i < 20; ++i) pipe.send(0, std::string(2'000, 'x'));
  pipe.end(0).say_goodbye("the process ends");
  pipe.run(milliseconds{50});
  EXPECT_EQ(pipe.received(1).size(), 20U);
  ASSERT_TRUE(pipe.end(1).is_closed());
  EXPECT_TRUE(pipe.end(1).is_orderly());
  EXPECT_TRUE(pipe.end(0).is_orderly());
  EXPECT_EQ(pipe.end(1).failure().message, "the other side ended the connection: the process ends");
}

TEST(Connection, TellsADialerThatItIsNotWanted) {
  byte_pipe pipe{{}};
  pipe.leave_undecided();
  pipe.run(milliseconds{50});
  pipe.end(0).refuse({error_code::in_use, "connect with process 2: there is one already"});
  pipe.run(milliseconds{50});
  ASSERT_TRUE(pipe.end(1).is_closed());
  EXPECT_EQ(pipe.end(1).failure().message,
            "the other side refused the connection: another connection takes its place");
}

TEST(Connection, DeliversNothingAfterItsEnd) {
  byte_pipe pipe{{}};
  pipe.run(milliseconds{50});
  pipe.send(0, "before");
  pipe.run(milliseconds{50});
  pipe.send(0, "lost");
  pipe.cut();
  pipe.run(milliseconds{50});
  EXPECT_EQ(pipe.received(1), std::vector<std::string>{"before"});
  EXPECT_EQ(pipe.end(1).failure().message, "the connection was cut: connection reset by peer");
  EXPECT_EQ(pipe.end(1).next(), connection::event::none);  // The end is told once.
}

TEST(Connection, SurvivesAnyDamageWithoutDeliveringIt) {
  for (const auto seed : seeds_for(100)) {
    byte_pipe pipe{{.seed = seed}};
    random_numbers random{seed};
    pipe.run(milliseconds{50});
    bool is_damaged = false;
    pipe.tamper(0, [&](std::string& piece) {
      if (is_damaged || random.below(10) != 0) return;
      is_damaged = true;
      auto& byte = piece[random.below(piece.size())];
      byte = static_cast<char>(byte ^ (1 << random.below(8)));
    });
    std::vector<std::string> sent;
    for (int i = 0; i < 100; ++i) {
      sent.push_back(std::to_string(i) + std::string(random.below(500), 'x'));
      pipe.send(0, sent.back());
    }
    pipe.run(seconds{1});
    const auto& received = pipe.received(1);
    ASSERT_LE(received.size(), sent.size());
    EXPECT_TRUE(std::equal(received.begin(), received.end(), sent.begin())) << "seed " << seed;
    EXPECT_EQ(is_damaged, pipe.end(1).is_closed()) << "seed " << seed;
  }
}

TEST(Connection, RefusesAFrameLargerThanItsLimit) {
  byte_pipe pipe{{.settings = {.max_frame = 5'000}}};
  pipe.run(milliseconds{50});
  pipe.send(0, std::string(5'000, 'x'));
  pipe.send(0, std::string(5'001, 'x'));
  pipe.run(milliseconds{50});
  EXPECT_EQ(pipe.received(1).size(), 1U);
  ASSERT_TRUE(pipe.end(1).is_closed());
  EXPECT_NE(pipe.end(0).failure().message.find("5001 bytes is larger than the 5000"),
            std::string::npos);
  EXPECT_LE(pipe.most_memory(), 5'016 + 2 * frame_decoder::chunk);
}

TEST(Connection, RefusesAGreetingThatIsAlreadyOver) {
  byte_pipe pipe{{}};
  pipe.run(milliseconds{50});
  std::string again;
  append_wire_frame(wire_kind::hello, "again", again);
  pipe.put(0, again);
  pipe.run(milliseconds{50});
  ASSERT_TRUE(pipe.end(1).is_closed());
  EXPECT_FALSE(pipe.end(1).is_orderly());
}

TEST(Connection, SendsNoHeartbeatsAfterAnother) {
  byte_pipe pipe{{}};
  pipe.run(milliseconds{50});
  auto& end = pipe.end(0);
  static_cast<void>(end.take_output());
  end.on_time(pipe.now() + milliseconds{200}, true);  // The socket takes nothing.
  EXPECT_TRUE(end.take_output().empty());
  end.on_time(pipe.now() + milliseconds{299}, false);
  EXPECT_TRUE(end.take_output().empty());
  end.on_time(pipe.now() + milliseconds{300}, false);
  EXPECT_EQ(end.take_output().size(), wire_header_size);
}

TEST(Connection, NeedsSettingsThatCanWork) {
  EXPECT_TRUE(validate(connection_settings{}));
  const auto message = [](const connection_settings& settings) {
    return validate(settings).failure().message;
  };
  EXPECT_EQ(message({.max_frame = 100}),
            "take the settings of the transport: frames of at most 100 bytes are too small; 4096 "
            "is the least that works");
  EXPECT_EQ(message({.heartbeat_interval = duration::zero()}),
            "take the settings of the transport: timeouts and intervals must be longer than 0");
  EXPECT_EQ(message({.heartbeat_interval = milliseconds{300}}),
            "take the settings of the transport: a heartbeat timeout of 500ms takes a single late "
            "heartbeat for the end: make it at least twice the interval of 300ms");
}

}  // namespace
}  // namespace weir
