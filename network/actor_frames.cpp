// SPDX-License-Identifier: Apache-2.0
// The encodings of network/actor_frames.hpp: those of api/codec.hpp, field by field.
#include "network/actor_frames.hpp"

#include <caf/all.hpp>

#include "api/codec.hpp"

namespace weir {

namespace {

template <class Content>
std::string encode_as(wire_kind kind, const Content& content) {
  std::string frame;
  const auto begin = begin_wire_frame(frame);
  codec<Content>::encode(content, frame);
  end_wire_frame(kind, begin, frame);
  return frame;
}

template <class Content>
result<Content> decode_all(wire_kind kind, std::string_view payload) {
  auto decoded = codec<Content>::decode(payload);
  const auto activity = "read a " + std::string{to_string(kind)};
  if (!decoded) return error{error_code::corrupt_data, activity + ": " + decoded.failure().message};
  if (!payload.empty()) {
    return error{error_code::corrupt_data, activity + ": " + std::to_string(payload.size()) +
                                               " bytes follow it: run the same version of Weir in "
                                               "all processes"};
  }
  return decoded;
}

}  // namespace

wire_reason to_wire(const caf::error& reason) {
  if (!reason) return {};
  wire_reason made{.code = reason.code(),
                   .category = static_cast<std::uint64_t>(reason.category())};
  const auto& context = reason.context();
  if (context.match_elements<std::uint8_t, std::string>()) {
    made.has_text = true;
    made.text_code = context.get_as<std::uint8_t>(0);
    made.text = context.get_as<std::string>(1);
  }
  return made;
}

caf::error from_wire(const wire_reason& reason) {
  if (reason.code == 0) return {};
  const auto category = static_cast<caf::atom_value>(reason.category);
  if (!reason.has_text) return {reason.code, category};
  return {reason.code, category, caf::make_message(reason.text_code, reason.text)};
}

std::string encode_frame(const request_bounced& content) {
  return encode_as(wire_kind::bounce, content);
}
std::string encode_frame(const exit_requested& content) {
  return encode_as(wire_kind::exit, content);
}
std::string encode_frame(const actor_watched& content) {
  return encode_as(wire_kind::watch, content);
}
std::string encode_frame(const actor_ended& content) { return encode_as(wire_kind::down, content); }
std::string encode_frame(wire_kind kind, const actors_linked& content) {
  return encode_as(kind, content);
}

void encode_head(const message_head& head, std::string& out) {
  codec<message_head>::encode(head, out);
}

result<message_head> decode_head(std::string_view& payload) {
  auto decoded = codec<message_head>::decode(payload);
  if (decoded) return decoded;
  return error{error_code::corrupt_data, "read a message: " + decoded.failure().message};
}

result<request_bounced> decode_bounce(std::string_view payload) {
  return decode_all<request_bounced>(wire_kind::bounce, payload);
}
result<exit_requested> decode_exit(std::string_view payload) {
  return decode_all<exit_requested>(wire_kind::exit, payload);
}
result<actor_watched> decode_watch(std::string_view payload) {
  return decode_all<actor_watched>(wire_kind::watch, payload);
}
result<actor_ended> decode_down(std::string_view payload) {
  return decode_all<actor_ended>(wire_kind::down, payload);
}
result<actors_linked> decode_link(std::string_view payload) {
  return decode_all<actors_linked>(wire_kind::link, payload);
}

}  // namespace weir
