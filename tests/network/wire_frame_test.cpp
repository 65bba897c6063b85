// SPDX-License-Identifier: Apache-2.0
// A header says what it said when it was written, or that it was damaged.
#include "network/wire_frame.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

std::string frame_of(std::string_view payload, wire_kind kind = wire_kind::message) {
  std::string bytes;
  append_wire_frame(kind, payload, bytes);
  return bytes;
}

result<wire_header> header_of(const std::string& frame) {
  return decode_wire_header(std::string_view{frame}.substr(0, wire_header_size));
}

TEST(WireFrame, HasAHeaderThatSaysKindAndLength) {
  for (auto kind = wire_kind::hello; kind <= last_wire_kind;
       kind = static_cast<wire_kind>(static_cast<int>(kind) + 1)) {
    const auto header = header_of(frame_of("abc", kind));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->kind, kind);
    EXPECT_EQ(header->length, 3U);
    EXPECT_NE(to_string(kind), "unknown");
  }
}

TEST(WireFrame, IsTheSameWhenItIsMadeInPlace) {
  std::string bytes = "before";
  const auto begin = begin_wire_frame(bytes);
  bytes += "payload";
  end_wire_frame(wire_kind::message, begin, bytes);
  EXPECT_EQ(bytes, "before" + frame_of("payload"));
}

// The format: docs/formats/transport.md.
TEST(WireFrame, HasTheBytesThatTheFormatSays) {
  const auto frame = frame_of("123456789");
  // CRC32C("123456789") is 0xE3069283, the check value of the algorithm's catalogues.
  EXPECT_EQ(frame.substr(0, 12), (std::string{"WR\x01\x06\x09\0\0\0\x83\x92\x06\xe3", 12}));
  EXPECT_EQ(frame.substr(wire_header_size), "123456789");
}

TEST(WireFrame, RecognisesEveryFlippedBitOfItsHeader) {
  const auto frame = frame_of("payload");
  for (std::size_t bit = 0; bit < 8 * wire_header_size; ++bit) {
    auto damaged = frame;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(header_of(damaged)) << "bit " << bit;
  }
}

TEST(WireFrame, SaysThatSomebodySpeaksAnotherProtocol) {
  const auto header = decode_wire_header("GET / HTTP/1.1\r\n");
  ASSERT_FALSE(header);
  EXPECT_EQ(header.failure().code, error_code::corrupt_data);
  EXPECT_EQ(header.failure().message,
            "read a frame: these bytes are no frame of Weir's transport: is the other side a "
            "process of Weir, and the port right?");
}

TEST(WireFrame, SaysWhichOtherVersionTheOtherSideSpeaks) {
  auto frame = frame_of("payload");
  frame[2] = 7;
  const auto header = header_of(frame);
  ASSERT_FALSE(header);
  EXPECT_EQ(header.failure().message,
            "read a frame: the other side speaks version 7 of the transport, this side version "
            "1: run the same version on both");
}

TEST(WireFrame, KnowsItsKinds) {
  for (const int unknown : {0, static_cast<int>(last_wire_kind) + 1, 255}) {
    const auto header = header_of(frame_of("payload", static_cast<wire_kind>(unknown)));
    ASSERT_FALSE(header);
    EXPECT_NE(
        header.failure().message.find("no kind of frame with number " + std::to_string(unknown)),
        std::string::npos);
    EXPECT_EQ(to_string(static_cast<wire_kind>(unknown)), "unknown");
  }
}

}  // namespace
}  // namespace weir
