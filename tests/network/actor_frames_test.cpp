// SPDX-License-Identifier: Apache-2.0
// What a fabric says comes back as it was; anything else is refused.
#include "network/actor_frames.hpp"

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include "tests/network/greeting_parties.hpp"

namespace weir {
namespace {

caf::error failure_with_text() {
  return caf::make_error(caf::sec::runtime_error, std::uint8_t{3}, std::string{"disk full"});
}

TEST(ActorFrames, KeepReasons) {
  for (const caf::error& reason :
       {caf::error{}, caf::make_error(caf::exit_reason::kill), failure_with_text(),
        caf::make_error(caf::sec::request_timeout)}) {
    const auto again = from_wire(to_wire(reason));
    EXPECT_EQ(again, reason);
  }
  EXPECT_EQ(from_wire(to_wire(failure_with_text())).context().get_as<std::string>(1), "disk full");
}

TEST(ActorFrames, LeaveOutWhatOnlyThisProcessUnderstands) {
  const auto reason = caf::make_error(caf::sec::runtime_error, std::vector<int>{1, 2});
  EXPECT_EQ(from_wire(to_wire(reason)), caf::make_error(caf::sec::runtime_error));
}

TEST(ActorFrames, ComeBackAsTheyWere) {
  const auto reason = to_wire(failure_with_text());
  const auto bounce = encode_frame(request_bounced{.target = 7, .id = 9, .reason = reason});
  EXPECT_EQ(frames_in(bounce).at(0).kind, wire_kind::bounce);
  EXPECT_EQ(decode_bounce(frames_in(bounce).at(0).payload)->id, 9U);
  const auto exit =
      encode_frame(exit_requested{.target = 7, .source_process = 2, .source = 8, .reason = reason});
  EXPECT_EQ(decode_exit(frames_in(exit).at(0).payload)->source, 8U);
  const auto watch = encode_frame(actor_watched{17});
  EXPECT_EQ(decode_watch(frames_in(watch).at(0).payload)->actor, 17U);
  const auto down = encode_frame(actor_ended{.actor = 17, .reason = reason});
  EXPECT_EQ(decode_down(frames_in(down).at(0).payload)->reason.text, "disk full");
  const auto unlink = encode_frame(wire_kind::unlink, {.near = 1, .far = 2});
  EXPECT_EQ(frames_in(unlink).at(0).kind, wire_kind::unlink);
  EXPECT_EQ(decode_link(frames_in(unlink).at(0).payload)->far, 2U);
}

TEST(ActorFrames, PutTheHeadBeforeTheMessage) {
  std::string bytes;
  encode_head({.target = 1, .sender_process = 2, .sender = 3, .id = 4}, bytes);
  bytes += "content";
  std::string_view rest{bytes};
  const auto head = decode_head(rest);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->sender, 3U);
  EXPECT_EQ(rest, "content");
}

TEST(ActorFrames, RefuseWhatIsTooShortOrTooLong) {
  const auto frame = encode_frame(actor_ended{.actor = 17, .reason = to_wire(failure_with_text())});
  const std::string payload{frames_in(frame).at(0).payload};
  for (std::size_t length = 0; length < payload.size(); ++length) {
    const auto cut = std::string_view{payload}.substr(0, length);
    EXPECT_FALSE(decode_down(cut)) << length;
    EXPECT_EQ(decode_down(cut).failure().code, error_code::corrupt_data);
  }
  EXPECT_EQ(decode_down(payload + "x").failure().message,
            "read a down: 1 bytes follow it: run the same version of Weir in all processes");
  for (std::string_view nothing{};
       const auto& failed :
       {decode_bounce(nothing).ok(), decode_exit(nothing).ok(), decode_watch(nothing).ok(),
        decode_link(nothing).ok(), decode_head(nothing).ok()}) {
    EXPECT_FALSE(failed);
  }
}

}  // namespace
}  // namespace weir
