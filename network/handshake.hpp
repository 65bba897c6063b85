// SPDX-License-Identifier: Apache-2.0
// How two processes find out, at the beginning of a connection, that they belong together: each
// says who it is, and proves that it knows the cluster's secret about all that both have said.
//
//   dialer                          acceptor
//     | hello (who, challenge) ------> |  checks it
//     | <------ hello (who, challenge) |
//     |  checks it, decides            |
//     | proof -----------------------> |  checks it, decides
//     | <----------------------- proof |  open
//     |  checks it, open               |
//
// Either side may answer `refusal` and close instead. The proofs of the two sides differ, so none
// can be sent back to where it came from. "Decides": this connection is wanted; where it is not,
// nothing was promised to the other side yet (network/connection_choice.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "network/cluster_secret.hpp"
#include "network/fabric.hpp"
#include "network/wire_frame.hpp"

namespace weir {

// Of the conversation between connected processes; the format of frames has its own.
inline constexpr std::uint32_t transport_protocol_version = 1;
// What is said to a connection in whose place there is another, or soon will be.
inline constexpr std::string_view superfluous_connection = "another connection takes its place";
// Enough for every frame of a greeting, in bytes.
inline constexpr std::uint32_t longest_greeting = 4096;

// What a process says of itself, and what its peers must say, too.
struct cluster_membership {
  std::string cluster;  // Its name.
  std::string program;  // The fingerprint of the program and its job graph.
  process_id process;
  // Grows with every start of the process under this id.
  std::uint64_t incarnation = 0;
};

// Who the other side is.
struct peer_identity {
  process_id process;
  std::uint64_t incarnation = 0;
  friend bool operator==(const peer_identity&, const peer_identity&) = default;
};

enum class handshake_step {
  waiting,   // For the other side.
  deciding,  // For confirm() or refuse() of this side.
  done,      // The connection is open here.
};

class handshake {
public:
  // Of the side that has connected. `expected`: who should be there. `challenge` has
  // challenge_size unforeseeable bytes. Appends the first frame to `out`.
  static handshake dial(cluster_membership self, cluster_secret secret, process_id expected,
                        std::string challenge, std::string& out);
  // Of the side that was connected to.
  static handshake accept(cluster_membership self, cluster_secret secret, std::string challenge);

  // Takes a frame of the other side and appends answers to `out`. After an error the connection is
  // to be closed as soon as `out`, which may hold a refusal, is written.
  // REQUIRES: step() is waiting.
  result<handshake_step> on_frame(const wire_frame& received, std::string& out);

  // REQUIRES: step() is deciding.
  handshake_step confirm(std::string& out);

  handshake_step step() const { return step_; }
  bool is_dialer() const { return is_dialer_; }
  // The other side has said who it is, and would be welcome if it can prove it.
  bool has_hello() const { return !other_hello_.empty(); }
  // REQUIRES: a step has been `deciding`.
  const peer_identity& peer() const { return peer_; }

private:
  handshake(bool is_dialer, cluster_membership self, cluster_secret secret, std::string challenge);
  status on_hello(std::string_view payload, std::string& out);
  status on_proof(std::string_view payload);
  status check_proof(std::string_view proof) const;
  void say_hello(std::string& out);
  // What the given side proves.
  std::string statement(bool of_dialer) const;

  bool is_dialer_;
  cluster_membership self_;
  cluster_secret secret_;
  std::optional<process_id> expected_;
  std::string own_hello_;    // Encoded.
  std::string other_hello_;  // Encoded; empty before it has come.
  peer_identity peer_;
  handshake_step step_ = handshake_step::waiting;
};

// Says to the other side why it is not wanted. The text is cut to what a greeting may hold.
void append_refusal(const std::string& why, std::string& out);
// A text from somebody who may be anybody: short, and without control characters.
std::string harmless(std::string_view text);

}  // namespace weir
