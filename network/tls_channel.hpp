// SPDX-License-Identifier: Apache-2.0
// One end of mutual TLS as far as it goes without a socket: bytes in, bytes out. It lies between
// what the socket delivers and the frames of network/connection.hpp, which know nothing of it.
//
//   handshaking --both have shown a certificate of the authority--> established
//       |                                                              |
//       +---------- alert, bad certificate, damaged bytes ------------+--> failed, for ever
//
// What is to be sent before it is established waits here; a greeting is all that comes so early.
//
// Invariants:
//   (1) Nothing is given out that an established peer has not sent, whole, once and in order.
//   (2) Of what a stranger sends it holds at most one record and one handshake message: 150 KiB.
//   (3) No key protects more than `records_per_key` records, or those of one encrypt(), if they are
//       more (RFC 8446, section 5.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "network/tls_credentials.hpp"

struct ssl_st;  // OpenSSL's SSL.

namespace weir {

enum class tls_side { dialer, acceptor };

class tls_channel {
public:
  // A sixth of what AES-GCM bears, and 64 GiB of full records.
  static constexpr std::uint64_t most_records_per_key = std::uint64_t{1} << 22;

  // The dialer's output has its first message at once.
  tls_channel(const tls_credentials& credentials, tls_side side,
              std::uint64_t records_per_key = most_records_per_key);
  tls_channel(const tls_channel&) = delete;
  tls_channel& operator=(const tls_channel&) = delete;
  ~tls_channel();

  // Takes bytes of the other side from the front of `received` and puts what they say into `room`;
  // how many bytes that are. Call it until it gives 0: then `received` is empty, and more is
  // needed. There may be output in any case. Fails with what is wrong with the other side, or what
  // that finds wrong with this one; so does every later call.
  // REQUIRES: `room` is not empty.
  result<std::size_t> decrypt(std::string_view& received, std::span<char> room);

  // Adds `plain`, encrypted, to the output; as soon as the channel is established.
  status encrypt(std::string_view plain);

  // What is to be sent next.
  std::string take_output() { return std::exchange(ends_.outgoing, {}); }

  bool is_established() const { return is_established_; }
  // How often this side has changed its key.
  std::uint64_t key_changes() const { return key_changes_; }

  // Of the system that lies below TLS.
  struct byte_ends {
    std::string_view incoming;
    std::string outgoing;
  };

private:
  struct freed {
    void operator()(ssl_st* object) const;
  };

  status shake_hands();
  status refuse_plain_bytes();
  result<std::size_t> read_records(std::span<char> room);
  status count_records(std::size_t bytes);
  error fail(error why);
  error failure_of(int answer) const;

  tls_side side_;
  std::uint64_t records_per_key_;
  std::uint64_t records_ = 0;  // Under the present key.
  std::uint64_t key_changes_ = 0;
  byte_ends ends_;
  std::unique_ptr<ssl_st, freed> ssl_;
  std::string waiting_;
  bool has_heard_ = false;
  bool is_established_ = false;
  std::optional<error> failure_;
};

}  // namespace weir
