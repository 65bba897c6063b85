// SPDX-License-Identifier: Apache-2.0
// What a fabric says to another over a connection: payloads of frames (docs/formats/transport.md).
// Actors are named by their addresses; a reason for an end keeps its kind and its text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <caf/error.hpp>

#include "api/error.hpp"
#include "api/fields.hpp"
#include "network/fabric.hpp"
#include "network/wire_frame.hpp"

namespace weir {

// A caf::error. Of its context, what engine actors put there (actors/engine_actor.hpp): the code
// and the text of a weir::error.
struct wire_reason {
  std::uint8_t code = 0;
  std::uint64_t category = 0;
  bool has_text = false;
  std::uint8_t text_code = 0;
  std::string text{};
};
WEIR_FIELDS(wire_reason, code, category, has_text, text_code, text)

wire_reason to_wire(const caf::error& reason);
caf::error from_wire(const wire_reason& reason);

// In front of an encoded message.
struct message_head {
  std::uint64_t target = 0;          // An actor of the receiving process.
  std::uint32_t sender_process = 0;  // Anywhere.
  std::uint64_t sender = 0;          // 0: nobody.
  std::uint64_t id = 0;              // The message id of CAF.
};
WEIR_FIELDS(message_head, target, sender_process, sender, id)

// A request failed, or was answered with an error.
struct request_bounced {
  std::uint64_t target = 0;  // Who has asked.
  std::uint64_t id = 0;      // The message id of the response.
  wire_reason reason{};
};
WEIR_FIELDS(request_bounced, target, id, reason)

// An actor is told to end.
struct exit_requested {
  std::uint64_t target = 0;
  std::uint32_t source_process = 0;
  std::uint64_t source = 0;  // 0: nobody.
  wire_reason reason{};
};
WEIR_FIELDS(exit_requested, target, source_process, source, reason)

// Of the receiving process; its end shall be reported.
struct actor_watched {
  std::uint64_t actor = 0;
};
WEIR_FIELDS(actor_watched, actor)

// Of the sending process.
struct actor_ended {
  std::uint64_t actor = 0;
  wire_reason reason{};
};
WEIR_FIELDS(actor_ended, actor, reason)

// Of links and their end.
struct actors_linked {
  std::uint64_t near = 0;  // Of the sending process.
  std::uint64_t far = 0;   // Of the receiving process.
};
WEIR_FIELDS(actors_linked, near, far)

// A whole frame.
std::string encode_frame(const request_bounced& content);
std::string encode_frame(const exit_requested& content);
std::string encode_frame(const actor_watched& content);
std::string encode_frame(const actor_ended& content);
std::string encode_frame(wire_kind kind, const actors_linked& content);
// Appends; the encoded message follows.
void encode_head(const message_head& head, std::string& out);

// Fails with corrupt_data if the payload is something else. The head of a message is taken off the
// front of `payload`, everything else is all of it.
result<message_head> decode_head(std::string_view& payload);
result<request_bounced> decode_bounce(std::string_view payload);
result<exit_requested> decode_exit(std::string_view payload);
result<actor_watched> decode_watch(std::string_view payload);
result<actor_ended> decode_down(std::string_view payload);
result<actors_linked> decode_link(std::string_view payload);

}  // namespace weir
