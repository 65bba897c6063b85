// SPDX-License-Identifier: Apache-2.0
// Any bytes as TLS: a stranger gets nothing through to the frames, at either side; and of what an
// established peer sends, in pieces of any size and damaged anywhere, only its beginning is given
// out.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/error.hpp"
#include "network/tls_channel.hpp"
#include "tests/network/certificate_authority.hpp"

namespace {

constexpr std::size_t most_records_per_key = 3;

const weir::tls_credentials& credentials() {
  static const weir::certificate_authority authority;
  static const auto made = authority.credentials();
  return made;
}

// What the channel gives out of `bytes`, in pieces of that size; whether it has failed.
struct outcome {
  std::string given;
  bool has_failed = false;
};

outcome read(weir::tls_channel& channel, std::string_view bytes, std::size_t piece) {
  outcome seen;
  std::array<char, 257> room{};
  while (!bytes.empty()) {
    auto next = bytes.substr(0, piece);
    bytes.remove_prefix(next.size());
    for (;;) {
      const auto count = channel.decrypt(next, room);
      if (!count) {
        seen.has_failed = true;
        return seen;
      }
      if (*count == 0) break;
      seen.given.append(room.data(), *count);
    }
    WEIR_ASSERT(next.empty());
  }
  return seen;
}

void establish(weir::tls_channel& dialer, weir::tls_channel& acceptor) {
  for (int i = 0; i < 4; ++i) {
    read(acceptor, dialer.take_output(), 1 << 16);
    read(dialer, acceptor.take_output(), 1 << 16);
  }
  WEIR_ASSERT(dialer.is_established() && acceptor.is_established());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 4) return 0;
  const std::size_t piece = 1 + bytes[0] * 3U;
  const std::string_view input{reinterpret_cast<const char*>(bytes) + 4, size - 4};
  for (const auto side : {weir::tls_side::dialer, weir::tls_side::acceptor}) {
    weir::tls_channel channel{credentials(), side};
    WEIR_ASSERT(read(channel, input, piece).given.empty() && !channel.is_established());
    WEIR_ASSERT(channel.take_output().size() < 16 * 1024);
  }

  weir::tls_channel dialer{credentials(), weir::tls_side::dialer, most_records_per_key};
  weir::tls_channel acceptor{credentials(), weir::tls_side::acceptor, most_records_per_key};
  establish(dialer, acceptor);
  std::string sent;
  for (std::string_view rest = input; !rest.empty();) {
    const auto length = std::min<std::size_t>(rest.size(), 1 + bytes[1] * 7U);
    WEIR_ASSERT(dialer.encrypt(rest.substr(0, length)));
    rest.remove_prefix(length);
  }
  sent = dialer.take_output();
  const bool is_damaged = bytes[2] != 0 && !sent.empty();
  if (is_damaged) {
    auto& hit = sent[(bytes[3] * 251U) % sent.size()];
    hit = static_cast<char>(hit ^ bytes[2]);
  }
  const auto seen = read(acceptor, sent, piece);
  WEIR_ASSERT(input.starts_with(seen.given));
  WEIR_ASSERT(is_damaged ? seen.given.size() < input.size() : seen.given == input);
  return 0;
}
