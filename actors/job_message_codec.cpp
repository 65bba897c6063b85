// SPDX-License-Identifier: Apache-2.0
// One list of messages; see actors/job_message_codec.hpp.
#include "actors/job_message_codec.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include <caf/all.hpp>

#include "actors/caf_control_messages.hpp"
#include "actors/caf_messages.hpp"
#include "api/codec.hpp"

namespace weir {

namespace {

// What travels of a frame: everything but its batch.
struct travelling_frame {
  attempt_number attempt;
  channel_index channel;
  std::uint64_t sequence = 0;
  std::string encoded;
  std::optional<bool> idle;
  std::optional<event_time> watermark;
  std::optional<checkpoint_id> barrier;
  snapshot_base base;
  bool end = false;
};
struct travelling_credit {
  attempt_number attempt;
  channel_index channel;
  std::uint64_t limit = 0;
};
// An error cannot be a result, so it travels in parts.
struct travelling_decline {
  attempt_number attempt;
  checkpoint_id checkpoint;
  task_index task;
  error_code code = error_code::internal;
  std::string cause;
};
struct travelling_end {
  attempt_number attempt;
  task_index task;
  bool finished = false;
  bool cancelled = false;
  error_code code = error_code::internal;
  std::string cause;
};

}  // namespace

// Shared for the sake of those in one process; each process makes its own of what it is told.
template <>
struct codec<std::shared_ptr<const attempt_terms>> {
  static constexpr bool is_canonical = false;

  static void encode(const std::shared_ptr<const attempt_terms>& terms, std::string& out) {
    codec<attempt_terms>::encode(*terms, out);
  }
  static result<std::shared_ptr<const attempt_terms>> decode(std::string_view& bytes) {
    auto terms = codec<attempt_terms>::decode(bytes);
    if (!terms) return terms.failure();
    return std::make_shared<const attempt_terms>(std::move(*terms));
  }
  static std::string schema() { return codec<attempt_terms>::schema(); }
};

namespace {

template <class Message>
status encode_fields(const Message& message, std::string& out) {
  codec<Message>::encode(message, out);
  return {};
}
template <class Message>
result<caf::message> decode_fields(std::string_view& bytes) {
  auto message = codec<Message>::decode(bytes);
  if (!message) return message.failure();
  return caf::make_message(std::move(*message));
}

error nothing_inside(std::string_view message) {
  return {error_code::internal, "encode " + std::string{message} +
                                    ": it has no content, or records "
                                    "that are not encoded"};
}

template <>
status encode_fields(const frame_sent& message, std::string& out) {
  if (!message.content || message.content->batch) return nothing_inside("a frame");
  // Part by part, as a travelling_frame has them: so the records are not copied once more.
  const frame& sent = *message.content;
  const auto put = [&out]<class Part>(const Part& part) { codec<Part>::encode(part, out); };
  put(message.attempt);
  put(message.channel);
  put(sent.sequence);
  put(sent.encoded);
  put(sent.idle);
  put(sent.watermark);
  put(sent.barrier);
  put(sent.base);
  put(sent.end);
  return {};
}
template <>
result<caf::message> decode_fields<frame_sent>(std::string_view& bytes) {
  auto got = codec<travelling_frame>::decode(bytes);
  if (!got) return got.failure();
  auto content = std::make_shared<frame>();
  content->sequence = got->sequence;
  content->encoded = std::move(got->encoded);
  content->idle = got->idle;
  content->watermark = got->watermark;
  content->barrier = got->barrier;
  content->base = got->base;
  content->end = got->end;
  return caf::make_message(frame_sent{got->attempt, got->channel, std::move(content)});
}

template <>
status encode_fields(const credit_granted& message, std::string& out) {
  if (!message.content || message.content->returned) return nothing_inside("a grant of credit");
  codec<travelling_credit>::encode({message.attempt, message.channel, message.content->limit}, out);
  return {};
}
template <>
result<caf::message> decode_fields<credit_granted>(std::string_view& bytes) {
  const auto got = codec<travelling_credit>::decode(bytes);
  if (!got) return got.failure();
  return caf::make_message(
      credit_granted{got->attempt, got->channel,
                     std::make_shared<credit_grant>(credit_grant{got->limit, nullptr})});
}

template <>
status encode_fields(const checkpoint_declined& message, std::string& out) {
  codec<travelling_decline>::encode({message.attempt, message.checkpoint, message.task,
                                     message.cause.code, message.cause.message},
                                    out);
  return {};
}
template <>
result<caf::message> decode_fields<checkpoint_declined>(std::string_view& bytes) {
  auto got = codec<travelling_decline>::decode(bytes);
  if (!got) return got.failure();
  return caf::make_message(checkpoint_declined{
      got->attempt, got->checkpoint, got->task, {got->code, std::move(got->cause)}});
}

template <>
status encode_fields(const task_ended& message, std::string& out) {
  codec<travelling_end>::encode({message.attempt, message.task, message.finished, message.cancelled,
                                 message.cause.code, message.cause.message},
                                out);
  return {};
}
template <>
result<caf::message> decode_fields<task_ended>(std::string_view& bytes) {
  auto got = codec<travelling_end>::decode(bytes);
  if (!got) return got.failure();
  return caf::make_message(task_ended{
      got->attempt, got->task, got->finished, got->cancelled, {got->code, std::move(got->cause)}});
}

struct known_message {
  bool (*is_it)(const caf::message&);
  status (*encode)(const caf::message&, std::string&);
  result<caf::message> (*decode)(std::string_view&);
};

template <class... Message>
constexpr std::array<known_message, sizeof...(Message)> list_of() {
  return {
      known_message{[](const caf::message& message) { return message.match_elements<Message>(); },
                    [](const caf::message& message, std::string& out) {
                      return encode_fields(message.get_as<Message>(0), out);
                    },
                    decode_fields<Message>}...};
}

// The position of a message is what stands for it.
constexpr auto known_messages =
    list_of<frame_sent, credit_granted, deploy_task, trigger_checkpoint, resume_source, end_input,
            stop_task, checkpoint_completed, connect_task, commit_output, cancel_attempt,
            request_report, task_manager_registered, task_deployed, task_started, task_drained,
            checkpoint_acknowledged, checkpoint_declined, record_failed, task_ended, task_reported,
            join_cluster, cluster_told, leave_cluster, control_sent>();

}  // namespace

status job_message_codec::encode(const caf::message& message, std::string& out) const {
  for (std::size_t i = 0; i < known_messages.size(); ++i) {
    if (!known_messages[i].is_it(message)) continue;
    out.push_back(static_cast<char>(i));
    return known_messages[i].encode(message, out);
  }
  return error{error_code::internal,
               "encode " + caf::to_string(message) + ": no such message leaves its process"};
}

result<caf::message> job_message_codec::decode(std::string_view bytes) const {
  if (bytes.empty()) return error{error_code::corrupt_data, "decode a message: there are no bytes"};
  const auto which = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  if (which >= known_messages.size()) {
    return error{error_code::corrupt_data,
                 "decode a message: there is no kind " + std::to_string(which)};
  }
  auto message = known_messages[which].decode(bytes);
  if (!message) return within("decode a message", message.failure());
  if (!bytes.empty()) {
    return error{error_code::corrupt_data,
                 "decode a message: " + std::to_string(bytes.size()) + " bytes are left over"};
  }
  return message;
}

}  // namespace weir
