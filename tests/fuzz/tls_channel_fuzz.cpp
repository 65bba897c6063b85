// SPDX-License-Identifier: Apache-2.0
// Any bytes as TLS: a stranger gets nothing through to the frames, at either side; of what an
// established peer sends, in pieces of any size and damaged anywhere, only its beginning is given
// out; and a handshake that is damaged anywhere fails, or nothing of importance was hit.
//
// A handshake costs as much as many inputs without one: so two peers stay established from one
// input to the next until one is damaged; and a checksum says which inputs are, as the fuzzer would
// soon make hardly any others.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/crc32c.hpp"
#include "api/error.hpp"
#include "network/tls_channel.hpp"
#include "tests/network/certificate_authority.hpp"

namespace {

constexpr std::size_t most_records_per_key = 3;

// An input becomes no more records than that, read in no more pieces: what sixteen do not show, a
// thousand of a byte each do not either, and the target runs a quarter as often with them.
constexpr std::size_t most_records = 16;
constexpr std::size_t most_pieces = 64;

// `wanted`, or what makes no more than `most` parts of so many bytes.
std::size_t part_size(std::size_t wanted, std::size_t bytes, std::size_t most) {
  return std::max(wanted, bytes / most + 1);
}

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
  piece = part_size(piece, bytes.size(), most_pieces);
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

struct peers {
  weir::tls_channel dialer{credentials(), weir::tls_side::dialer, most_records_per_key};
  weir::tls_channel acceptor{credentials(), weir::tls_side::acceptor, most_records_per_key};

  bool are_established() const { return dialer.is_established() && acceptor.is_established(); }
};

// Both sides' messages, of which the one with that number is given to `change` first; whether
// neither side has failed.
template <class Change>
bool shake_hands(peers& both, int changed, Change change) {
  for (int i = 0; i < 6; ++i) {
    auto& from = i % 2 == 0 ? both.dialer : both.acceptor;
    auto& to = i % 2 == 0 ? both.acceptor : both.dialer;
    auto flight = from.take_output();
    if (i == changed) change(flight);
    if (read(to, flight, 1 << 16).has_failed) return false;
  }
  return true;
}

std::string encrypted(weir::tls_channel& by, std::string_view plain, std::size_t at_once) {
  at_once = part_size(at_once, plain.size(), most_records);
  for (; !plain.empty(); plain.remove_prefix(std::min(plain.size(), at_once))) {
    WEIR_ASSERT(by.encrypt(plain.substr(0, at_once)));
  }
  return by.take_output();
}

// Where and how bytes are damaged; both may be 0.
struct damage {
  std::uint8_t place;
  std::uint8_t bits;

  bool hit(std::string& bytes) const {
    if (bytes.empty() || bits == 0) return false;
    auto& there = bytes[place * 251U % bytes.size()];
    there = static_cast<char>(there ^ bits);
    return true;
  }
};

void read_of_stranger(std::string_view input, weir::tls_side side, std::size_t piece) {
  weir::tls_channel channel{credentials(), side};
  WEIR_ASSERT(read(channel, input, piece).given.empty() && !channel.is_established());
  WEIR_ASSERT(channel.take_output().size() < 16 * 1024);
}

void read_of_peer(std::string_view input, damage done, std::size_t at_once, std::size_t piece) {
  static std::unique_ptr<peers> established;
  if (!established) {
    established = std::make_unique<peers>();
    WEIR_ASSERT(shake_hands(*established, -1, [](std::string&) {}));
    WEIR_ASSERT(established->are_established());
  }
  auto sent = encrypted(established->dialer, input, at_once);
  const bool is_damaged = done.hit(sent);
  const auto seen = read(established->acceptor, sent, piece);
  WEIR_ASSERT(input.starts_with(seen.given));
  WEIR_ASSERT(is_damaged ? seen.given.size() < input.size() : seen.given == input);
  if (is_damaged) established.reset();
}

void shake_damaged_hands(std::string_view input, damage done, int flight) {
  peers both;
  const bool is_well = shake_hands(both, flight, [&](std::string& bytes) { done.hit(bytes); });
  if (!is_well || !both.are_established()) return;
  WEIR_ASSERT(read(both.acceptor, encrypted(both.dialer, input, 1 << 14), 1 << 14).given == input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 4) return 0;
  const std::size_t piece = 1 + bytes[0] * 3U;
  const std::size_t at_once = 1 + bytes[1] * 7U;
  const damage done{bytes[2], bytes[3]};
  const std::string_view input{reinterpret_cast<const char*>(bytes) + 4, size - 4};
  const auto choice = weir::crc32c({reinterpret_cast<const char*>(bytes), size}) % 192;
  if (choice < 3) {
    shake_damaged_hands(input, done, bytes[1] % 4);
  } else if (choice < 6) {
    read_of_peer(input, done, at_once, piece);
  } else if (choice % 3 == 0) {
    read_of_peer(input, {}, at_once, piece);
  } else {
    read_of_stranger(input, choice % 3 == 1 ? weir::tls_side::dialer : weir::tls_side::acceptor,
                     piece);
  }
  return 0;
}
