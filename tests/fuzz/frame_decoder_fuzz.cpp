// SPDX-License-Identifier: Apache-2.0
// Any bytes as frames, in pieces of any size: they are refused or taken for what they are, the same
// whatever the pieces, and memory is not what somebody claims.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "network/frame_decoder.hpp"

namespace {

constexpr std::uint32_t max_frame = 1 << 20;

// An input comes in no more pieces than that and becomes no more frames: a thousand of a byte each
// are more of the same, and the target runs a fifth as often with them.
constexpr std::size_t most_parts = 32;

// `wanted`, or what makes no more than the most parts of so many bytes.
std::size_t part_size(std::size_t wanted, std::size_t bytes) {
  return std::max(wanted, bytes / most_parts + 1);
}

struct outcome {
  std::string frames;  // As they would be written again.
  bool is_refused = false;
  friend bool operator==(const outcome&, const outcome&) = default;
};

outcome read(std::string_view bytes, std::size_t piece) {
  weir::frame_decoder decoder{max_frame};
  piece = part_size(piece, bytes.size());
  outcome seen;
  std::size_t received = 0;
  while (!bytes.empty()) {
    const auto room = decoder.room();
    const auto count = bytes.copy(room.data(), std::min(room.size(), piece));
    bytes.remove_prefix(count);
    received += count;
    decoder.on_received(count);
    WEIR_ASSERT(decoder.memory() <= received + weir::frame_decoder::chunk);
    for (;;) {
      const auto next = decoder.next();
      if (!next) {
        seen.is_refused = true;
        return seen;
      }
      if (!*next) break;
      weir::append_wire_frame((*next)->kind, (*next)->payload, seen.frames);
    }
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  const auto seen = read(input, 1 + bytes[0]);
  WEIR_ASSERT(input.starts_with(seen.frames));
  WEIR_ASSERT(read(input, weir::frame_decoder::chunk) == seen);

  // The checksums keep a fuzzer out of the rest: so the input as payloads, too.
  const auto payload = part_size(1 + bytes[0] * 7U, input.size());
  std::string framed;
  for (std::string_view rest = input; !rest.empty();) {
    const auto length = std::min(rest.size(), payload);
    weir::append_wire_frame(weir::wire_kind::message, rest.substr(0, length), framed);
    rest.remove_prefix(length);
  }
  WEIR_ASSERT((read(framed, 1 + bytes[0]) == outcome{framed, false}));
  return 0;
}
