// SPDX-License-Identifier: Apache-2.0
// The messages and the checks of network/handshake.hpp.
#include "network/handshake.hpp"

#include <algorithm>
#include <utility>

#include "api/codec.hpp"
#include "api/fields.hpp"

namespace weir {

namespace {

// The order of the fields is the format. The version comes first in every version.
struct hello_content {
  std::uint32_t version = transport_protocol_version;
  std::string cluster{};
  std::string program{};
  std::uint32_t process = 0;
  std::uint64_t incarnation = 0;
  std::string challenge{};
};
WEIR_FIELDS(hello_content, version, cluster, program, process, incarnation, challenge)

constexpr std::size_t longest_name = 256;
constexpr std::size_t longest_refusal = 1024;

error refused(std::string message) { return {error_code::permission_denied, std::move(message)}; }

std::string in_quotes(std::string_view text) { return "'" + harmless(text) + "'"; }

result<hello_content> decode_hello(std::string_view bytes) {
  auto rest = bytes;
  std::uint32_t version = 0;
  if (codecs::try_decode(version, rest) && version != transport_protocol_version) {
    return refused("the other side speaks version " + std::to_string(version) +
                   " of the protocol, this side version " +
                   std::to_string(transport_protocol_version) +
                   ": run the same version of Weir in all processes");
  }
  auto decoded = codec<hello_content>::decode(bytes);
  if (!decoded) return within("read a hello", decoded.failure());
  if (!bytes.empty() || decoded->challenge.size() != challenge_size) {
    return error{error_code::corrupt_data, "read a hello: it is not what version " +
                                               std::to_string(transport_protocol_version) +
                                               " of the protocol says"};
  }
  return decoded;
}

}  // namespace

std::string harmless(std::string_view text) {
  std::string kept{text.substr(0, longest_refusal)};
  std::replace_if(
      kept.begin(), kept.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return kept;
}

void append_refusal(const std::string& why, std::string& out) {
  append_wire_frame(wire_kind::refusal, harmless(why), out);
}

handshake::handshake(bool is_dialer, cluster_membership self, cluster_secret secret,
                     std::string challenge)
    : is_dialer_{is_dialer}, self_{std::move(self)}, secret_{std::move(secret)} {
  WEIR_ASSERT(challenge.size() == challenge_size);
  WEIR_ASSERT(self_.cluster.size() <= longest_name && self_.program.size() <= longest_name);
  const hello_content hello{.cluster = self_.cluster,
                            .program = self_.program,
                            .process = self_.process.value,
                            .incarnation = self_.incarnation,
                            .challenge = std::move(challenge)};
  codec<hello_content>::encode(hello, own_hello_);
}

handshake handshake::dial(cluster_membership self, cluster_secret secret, process_id expected,
                          std::string challenge, std::string& out) {
  handshake made{true, std::move(self), std::move(secret), std::move(challenge)};
  made.expected_ = expected;
  made.say_hello(out);
  return made;
}

handshake handshake::accept(cluster_membership self, cluster_secret secret, std::string challenge) {
  return handshake{false, std::move(self), std::move(secret), std::move(challenge)};
}

void handshake::say_hello(std::string& out) {
  append_wire_frame(wire_kind::hello, own_hello_, out);
}

std::string handshake::statement(bool of_dialer) const {
  std::string text{of_dialer ? "weir: the dialer of " : "weir: the acceptor of "};
  codec<std::string>::encode(is_dialer_ ? own_hello_ : other_hello_, text);
  codec<std::string>::encode(is_dialer_ ? other_hello_ : own_hello_, text);
  return text;
}

result<handshake_step> handshake::on_frame(const wire_frame& received, std::string& out) {
  WEIR_ASSERT(step_ == handshake_step::waiting);
  if (received.kind == wire_kind::refusal) {
    const auto why = "the other side refused the connection: " + harmless(received.payload);
    // Of two connections at once one is refused, and nothing is wrong.
    if (received.payload == superfluous_connection) return error{error_code::in_use, why};
    return refused(why);
  }
  const auto expected = other_hello_.empty() ? wire_kind::hello : wire_kind::proof;
  if (received.kind != expected) {
    return error{error_code::corrupt_data, "greet: a " + std::string{to_string(received.kind)} +
                                               " came where a " + std::string{to_string(expected)} +
                                               " belongs: the other side is no process "
                                               "of this version of Weir"};
  }
  const auto taken =
      expected == wire_kind::hello ? on_hello(received.payload, out) : on_proof(received.payload);
  if (taken) return step_;
  append_refusal(taken.failure().message, out);
  return taken.failure();
}

status handshake::on_hello(std::string_view payload, std::string& out) {
  const auto hello = decode_hello(payload);
  if (!hello) return hello.failure();
  const process_id process{hello->process};
  const std::string who = "process " + std::to_string(process.value);
  if (hello->cluster != self_.cluster) {
    return refused(who + " belongs to cluster " + in_quotes(hello->cluster) + ", process " +
                   std::to_string(self_.process.value) + " to cluster " + in_quotes(self_.cluster) +
                   ": check the addresses");
  }
  if (hello->program != self_.program) {
    return refused(who + " runs program " + in_quotes(hello->program) + ", process " +
                   std::to_string(self_.process.value) + " runs " + in_quotes(self_.program) +
                   ": all processes of a job run the same build");
  }
  if (process == self_.process) {
    return refused("both sides are process " + std::to_string(process.value) +
                   ": give each process an id of its own");
  }
  if (expected_ && process != *expected_) {
    return refused(who + " answers where process " + std::to_string(expected_->value) +
                   " should: check the addresses");
  }
  other_hello_ = payload;
  peer_ = {process, hello->incarnation};
  if (is_dialer_) {
    step_ = handshake_step::deciding;
  } else {
    say_hello(out);
  }
  return {};
}

status handshake::check_proof(std::string_view proof) const {
  if (secret_.is_proof(proof, statement(!is_dialer_))) return {};
  return refused("processes " + std::to_string(peer_.process.value) + " and " +
                 std::to_string(self_.process.value) +
                 " have different cluster secrets: give all processes the same one");
}

status handshake::on_proof(std::string_view payload) {
  if (auto checked = check_proof(payload); !checked) return checked;
  step_ = is_dialer_ ? handshake_step::done : handshake_step::deciding;
  return {};
}

handshake_step handshake::confirm(std::string& out) {
  WEIR_ASSERT(step_ == handshake_step::deciding);
  append_wire_frame(wire_kind::proof, secret_.prove(statement(is_dialer_)), out);
  step_ = is_dialer_ ? handshake_step::waiting : handshake_step::done;
  return step_;
}

}  // namespace weir
