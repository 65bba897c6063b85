// SPDX-License-Identifier: Apache-2.0
// Frames come out as they went in, however the bytes are cut; damage is an error, and what somebody
// claims costs nothing.
#include "network/frame_decoder.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

constexpr std::uint32_t limit = 1 << 20;

std::string frame_of(std::string_view payload, wire_kind kind = wire_kind::message) {
  std::string bytes;
  append_wire_frame(kind, payload, bytes);
  return bytes;
}

// Hands `bytes` to the decoder as a socket would, at most `piece` at a time.
struct reading {
  std::vector<std::string> payloads;
  std::optional<error> failure;
  std::size_t most_memory = 0;
};

template <class Piece>
reading read(frame_decoder& decoder, std::string_view bytes, Piece piece) {
  reading done;
  while (!bytes.empty()) {
    const auto room = decoder.room();
    const auto count = std::min({room.size(), bytes.size(), std::max<std::size_t>(piece(), 1)});
    bytes.copy(room.data(), count);
    bytes.remove_prefix(count);
    decoder.on_received(count);
    done.most_memory = std::max(done.most_memory, decoder.memory());
    for (;;) {
      const auto next = decoder.next();
      if (!next) {
        done.failure = next.failure();
        return done;
      }
      if (!*next) break;
      done.payloads.emplace_back((*next)->payload);
    }
  }
  return done;
}

reading read(std::string_view bytes, std::size_t piece = frame_decoder::chunk) {
  frame_decoder decoder{limit};
  return read(decoder, bytes, [piece] { return piece; });
}

TEST(FrameDecoder, FindsFramesHoweverTheyAreCut) {
  for (const auto seed : seeds_for(50)) {
    random_numbers random{seed};
    std::vector<std::string> sent;
    std::string bytes;
    for (int i = 0; i < 20; ++i) {
      const std::uint64_t most = random.below(4) == 0 ? 200'000 : 300;
      sent.emplace_back(random.below(most), static_cast<char>(random.below(256)));
      bytes += frame_of(sent.back());
    }
    frame_decoder decoder{limit};
    const auto largest = 1 + random.below(100'000);
    const auto got = read(decoder, bytes, [&] { return random.below(largest); });
    EXPECT_FALSE(got.failure);
    EXPECT_EQ(got.payloads, sent) << "seed " << seed;
  }
}

TEST(FrameDecoder, FindsFramesByteByByte) {
  const auto got = read(frame_of("one") + frame_of("") + frame_of("three"), 1);
  EXPECT_EQ(got.payloads, (std::vector<std::string>{"one", "", "three"}));
}

TEST(FrameDecoder, RefusesAFrameThatIsTooLongByItsHeaderAlone) {
  const auto frame = frame_of(std::string(limit + 1, 'x'));
  frame_decoder decoder{limit};
  const auto got = read(decoder, frame.substr(0, wire_header_size), [] { return 1000U; });
  ASSERT_TRUE(got.failure);
  EXPECT_EQ(got.failure->message,
            "read a frame: a message of 1048577 bytes is larger than the 1048576 that a frame may "
            "have: raise the limit, or send smaller batches");
  EXPECT_LE(decoder.memory(), frame_decoder::chunk);
  EXPECT_TRUE(read(frame_of(std::string(limit, 'x'))).payloads.size() == 1);
}

// Invariant (1).
TEST(FrameDecoder, HoldsNoMoreThanWasReceivedAndAChunk) {
  const auto frame = frame_of(std::string(limit, 'x'));
  frame_decoder decoder{limit};
  std::size_t received = 0;
  for (const std::size_t piece : {16U, 1U, 5'000U, 60'000U, 20'000U, 65'536U, 100U, 65'536U}) {
    const auto got =
        read(decoder, std::string_view{frame}.substr(received, piece), [&] { return piece; });
    EXPECT_FALSE(got.failure);
    received += piece;
    EXPECT_LE(got.most_memory, received + frame_decoder::chunk) << received;
  }
}

TEST(FrameDecoder, GivesTheMemoryOfALargeFrameBack) {
  frame_decoder decoder{limit};
  const auto all = [] { return frame_decoder::chunk; };
  EXPECT_EQ(read(decoder, frame_of(std::string(limit, 'x')), all).payloads.size(), 1U);
  EXPECT_GT(decoder.memory(), limit);
  read(decoder, frame_of("small"), all);
  EXPECT_LE(decoder.memory(), 2 * frame_decoder::chunk);
}

TEST(FrameDecoder, RecognisesEveryFlippedBit) {
  const auto bytes = frame_of("some payload") + frame_of("the next");
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    auto damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    const auto got = read(damaged);
    EXPECT_TRUE(got.failure) << "bit " << bit;
    EXPECT_LE(got.payloads.size(), 1U);
  }
}

TEST(FrameDecoder, SaysWhichFrameWasDamaged) {
  auto bytes = frame_of("some payload");
  bytes.back() = '?';
  EXPECT_EQ(read(bytes).failure->message,
            "read a frame: checksum mismatch in the payload of a message of 12 bytes: it was "
            "damaged on the way; the connection ends and a new one is made");
}

TEST(FrameDecoder, GivesNothingOutAfterAnError) {
  frame_decoder decoder{limit};
  const auto all = [] { return frame_decoder::chunk; };
  EXPECT_TRUE(read(decoder, std::string(16, 'x'), all).failure);
  const auto after = read(decoder, frame_of("fine"), all);
  EXPECT_TRUE(after.failure);
  EXPECT_TRUE(after.payloads.empty());
}

TEST(FrameDecoder, WaitsForTheRestOfATruncatedFrame) {
  const auto frame = frame_of("payload");
  for (std::size_t length = 1; length < frame.size(); ++length) {
    const auto got = read(frame.substr(0, length));
    EXPECT_FALSE(got.failure);
    EXPECT_TRUE(got.payloads.empty());
  }
}

TEST(FrameDecoder, RefusesGarbage) {
  for (const auto seed : seeds_for(200)) {
    random_numbers random{seed};
    std::string garbage(16 + random.below(1000), '\0');
    for (auto& byte : garbage) byte = static_cast<char>(random.next());
    const auto got = read(garbage);
    EXPECT_TRUE(got.failure);
    EXPECT_TRUE(got.payloads.empty());
  }
}

}  // namespace
}  // namespace weir
