// SPDX-License-Identifier: Apache-2.0
// A whole conversation as version 1 of the transport has it (docs/formats/transport.md), byte for
// byte: both sides still say the same, and still understand it.
#include <chrono>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include "network/actor_frames.hpp"
#include "network/connection.hpp"
#include "tests/network/greeting_parties.hpp"

namespace weir {
namespace {

std::string golden_bytes() {
  std::ifstream file{std::string{WEIR_REPOSITORY_ROOT} + "/tests/compatibility/transport_1.golden",
                     std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// The frames of an open connection, one of each kind that a fabric sends.
std::string frames_of_a_fabric() {
  const wire_reason reason{
      .code = 28, .category = 77, .has_text = true, .text_code = 5, .text = "disk full"};
  std::string message;
  const auto begin = begin_wire_frame(message);
  encode_head({.target = 1, .sender_process = 2, .sender = 3, .id = 4}, message);
  message += "content";
  end_wire_frame(wire_kind::message, begin, message);
  return message + encode_frame(request_bounced{.target = 5, .id = 6, .reason = reason}) +
         encode_frame(
             exit_requested{.target = 7, .source_process = 2, .source = 8, .reason = reason}) +
         encode_frame(actor_watched{.actor = 9}) +
         encode_frame(actor_ended{.actor = 10, .reason = reason}) +
         encode_frame(wire_kind::link, {.near = 11, .far = 12}) +
         encode_frame(wire_kind::unlink, {.near = 11, .far = 12});
}

void hear(connection& side, const std::string& said) {
  const auto room = side.room();
  said.copy(room.data(), said.size());
  side.on_received(said.size(), {});
}

// Everything that both sides say, in the order in which they say it.
std::string conversation() {
  std::string all;
  std::string hello;
  auto greeting = handshake::dial(member(1, 7), secret_of(), {2}, challenge_of('d'), hello);
  connection dialer{{}, std::move(greeting), hello, {}};
  connection acceptor{{}, handshake::accept(member(2, 9), secret_of(), challenge_of('a')), {}, {}};
  for (int i = 0; i < 2; ++i) {
    for (auto* const side : {&dialer, &acceptor}) {
      auto& other = side == &dialer ? acceptor : dialer;
      const auto said = side->take_output();
      all += said;
      hear(other, said);
      while (other.next() == connection::event::deciding) other.admit();
    }
  }
  EXPECT_TRUE(dialer.is_open() && acceptor.is_open());
  dialer.on_time(processing_time{std::chrono::milliseconds{100}}, false);
  all += frames_of_a_fabric();
  dialer.say_goodbye("the process ends");
  all += dialer.take_output();
  append_refusal("not wanted", all);
  return all;
}

TEST(TransportGolden, IsStillSpokenTheSame) {
  const auto spoken = conversation();
  if (spoken == golden_bytes()) return;
  const auto path = testing::TempDir() + "transport_1.golden";
  std::ofstream{path, std::ios::binary} << spoken;
  FAIL() << "The format has changed: tests/compatibility/transport_1.golden would now be " << path;
}

TEST(TransportGolden, HasEveryKindOfFrame) {
  const auto golden = golden_bytes();
  std::set<wire_kind> kinds;
  for (const auto& each : frames_in(golden)) kinds.insert(each.kind);
  EXPECT_EQ(kinds.size(), static_cast<std::size_t>(last_wire_kind));
}

}  // namespace
}  // namespace weir
