// SPDX-License-Identifier: Apache-2.0
// Any bytes as what one fabric says to another: refused, or taken for what they are, so that they
// are the same when they are written again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "network/actor_frames.hpp"

namespace {

template <class Content>
void check(const weir::result<Content>& decoded, std::string_view input) {
  if (!decoded) return;
  WEIR_ASSERT(std::string_view{weir::encode_frame(*decoded)}.substr(weir::wire_header_size) ==
              input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  check(weir::decode_bounce(input), input);
  check(weir::decode_exit(input), input);
  check(weir::decode_watch(input), input);
  check(weir::decode_down(input), input);
  if (const auto link = weir::decode_link(input)) {
    const auto again = weir::encode_frame(weir::wire_kind::link, *link);
    WEIR_ASSERT(std::string_view{again}.substr(weir::wire_header_size) == input);
  }
  auto rest = input;
  if (const auto head = weir::decode_head(rest)) {
    std::string again;
    weir::encode_head(*head, again);
    WEIR_ASSERT(again + std::string{rest} == input);
  }
  // A reason is one of CAF's, or refused by nobody: it only has to survive.
  if (const auto down = weir::decode_down(input)) {
    const auto reason = weir::to_wire(weir::from_wire(down->reason));
    WEIR_ASSERT(weir::to_wire(weir::from_wire(reason)).text == reason.text);
  }
  return 0;
}
