// SPDX-License-Identifier: Apache-2.0
// A stranger says anything in a greeting, in frames that are well-formed: nobody without the secret
// gets through, at either side, and every refusal is short.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/codec.hpp"
#include "network/connection.hpp"

namespace {

weir::cluster_membership member(std::uint32_t process) {
  return {.cluster = "fuzzed", .program = "f00d", .process = {process}, .incarnation = 1};
}

weir::connection side_of(bool is_dialer) {
  const auto secret = *weir::cluster_secret::make("the stranger does not know it");
  const std::string challenge(weir::challenge_size, 'c');
  std::string out;
  if (!is_dialer) {
    return {{}, weir::handshake::accept(member(2), secret, challenge), out, {}};
  }
  auto greeting = weir::handshake::dial(member(1), secret, {2}, challenge, out);
  return {{}, std::move(greeting), out, {}};
}

// A hello that is right as far as it goes, so that the rest of the greeting is reached.
std::string hello_of(std::uint32_t process) {
  std::string content;
  weir::codec<std::uint32_t>::encode(weir::transport_protocol_version, content);
  for (const char* name : {"fuzzed", "f00d"}) weir::codec<std::string>::encode(name, content);
  weir::codec<std::uint32_t>::encode(process, content);
  weir::codec<std::uint64_t>::encode(1, content);
  weir::codec<std::string>::encode(std::string(weir::challenge_size, 's'), content);
  std::string framed;
  weir::append_wire_frame(weir::wire_kind::hello, content, framed);
  return framed;
}

void hear(weir::connection& side, std::string_view said) {
  while (!said.empty() && !side.is_closed()) {
    const auto room = side.room();
    const auto count = said.copy(room.data(), room.size());
    said.remove_prefix(count);
    side.on_received(count, {});
    for (auto event = side.next(); event != weir::connection::event::none; event = side.next()) {
      WEIR_ASSERT(event != weir::connection::event::opened);
      if (event == weir::connection::event::deciding) {
        WEIR_ASSERT(side.is_dialed_here());  // An acceptor decides behind the proof.
        side.admit();
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  const bool is_dialer = bytes[0] % 2 == 0;
  auto side = side_of(is_dialer);
  if (bytes[0] % 4 < 2) hear(side, hello_of(is_dialer ? 2 : 1));
  // The input is frames of a kind, a length and that many bytes.
  for (auto rest = input; rest.size() >= 2 && !side.is_closed();) {
    const auto kind = static_cast<weir::wire_kind>(
        1 + static_cast<unsigned char>(rest[0]) % static_cast<unsigned>(weir::last_wire_kind));
    const auto length = std::min<std::size_t>(rest.size() - 2, static_cast<unsigned char>(rest[1]));
    std::string framed;
    weir::append_wire_frame(kind, rest.substr(2, length), framed);
    hear(side, framed);
    rest.remove_prefix(2 + length);
  }
  hear(side, input);
  WEIR_ASSERT(!side.is_open());
  WEIR_ASSERT(side.take_output().size() <= weir::longest_greeting);
  return 0;
}
