// SPDX-License-Identifier: Apache-2.0
// The state machine of network/connection.hpp.
#include "network/connection.hpp"

#include <algorithm>
#include <utility>

namespace weir {

status validate(const connection_settings& settings) {
  const auto invalid = [](const std::string& what) {
    return error{error_code::invalid_argument, "take the settings of the transport: " + what};
  };
  if (settings.max_frame < longest_greeting) {
    return invalid("frames of at most " + std::to_string(settings.max_frame) +
                   " bytes are too small; " + std::to_string(longest_greeting) +
                   " is the least that works");
  }
  if (settings.greeting_timeout <= duration::zero() ||
      settings.heartbeat_interval <= duration::zero()) {
    return invalid("timeouts and intervals must be longer than 0");
  }
  if (settings.heartbeat_timeout < 2 * settings.heartbeat_interval) {
    return invalid("a heartbeat timeout of " + to_string(settings.heartbeat_timeout) +
                   " takes a single late heartbeat for the end: make it at least twice the "
                   "interval of " +
                   to_string(settings.heartbeat_interval));
  }
  return {};
}

connection::connection(const connection_settings& settings, handshake greeting,
                       std::string first_output, processing_time now)
    : settings_{settings},
      greeting_{std::move(greeting)},
      output_{std::move(first_output)},
      greeted_by_{now + settings.greeting_timeout},
      heard_at_{now},
      beat_at_{now} {
  WEIR_ASSERT(validate(settings).ok());
}

void connection::on_received(std::size_t count, processing_time now) {
  decoder_.on_received(count);
  if (count > 0) on_heard(now);
}

void connection::on_cut(const std::string& how) {
  give_up({error_code::io_failure, "the connection was cut: " + how});
}

void connection::give_up(error why) {
  if (is_closed()) return;
  phase_ = phase::closed;
  failure_ = std::move(why);
}

void connection::say_goodbye(const std::string& why) {
  if (is_closed()) return;
  if (is_open()) {
    append_wire_frame(wire_kind::goodbye, harmless(why), output_);
  } else {
    append_refusal(why, output_);
  }
  is_orderly_ = true;
  give_up({error_code::cancelled, "this side ended the connection: " + why});
}

connection::event connection::next() {
  if (is_closed()) {
    return std::exchange(has_reported_end_, true) ? event::none : event::closed;
  }
  // What follows a hello that is still being judged has to wait.
  if (greeting_.step() == handshake_step::deciding) return event::none;
  for (;;) {
    const auto received = decoder_.next();
    if (!received) {
      // The other side had better know, if it can still be reached.
      if (is_open()) {
        append_wire_frame(wire_kind::goodbye, received.failure().message, output_);
      } else {
        append_refusal(received.failure().message, output_);
      }
      give_up(received.failure());
      return next();
    }
    if (!*received) return event::none;
    const auto happened = is_open() ? on_frame(**received) : on_greeting(**received);
    if (happened != event::none) return happened;
  }
}

connection::event connection::on_greeting(const wire_frame& received) {
  const auto step = greeting_.on_frame(received, output_);
  if (!step) {
    give_up(step.failure());
    return next();
  }
  if (*step == handshake_step::deciding) return event::deciding;
  return *step == handshake_step::done ? open() : event::none;
}

connection::event connection::on_frame(const wire_frame& received) {
  switch (received.kind) {
    case wire_kind::heartbeat:
      return event::none;
    case wire_kind::goodbye:
      is_orderly_ = true;
      give_up({error_code::cancelled,
               "the other side ended the connection: " + harmless(received.payload)});
      return next();
    case wire_kind::hello:
    case wire_kind::proof:
    case wire_kind::refusal:
      say_goodbye("a " + std::string{to_string(received.kind)} + " came after the greeting");
      is_orderly_ = false;
      return next();
    default:
      frame_ = received;
      return event::received;
  }
}

connection::event connection::open() {
  phase_ = phase::open;
  decoder_.set_max_frame(settings_.max_frame);
  return event::opened;
}

void connection::admit() {
  if (is_closed()) return;
  has_proved_ = true;
  if (greeting_.confirm(output_) == handshake_step::done) open();
}

void connection::refuse(const error& why) {
  if (is_closed()) return;
  // Which of two connections at once is refused is of no interest to the other side.
  const bool is_superfluous = why.code == error_code::in_use;
  append_refusal(is_superfluous ? std::string{superfluous_connection} : why.message, output_);
  give_up(why);
}

void connection::on_time(processing_time now, bool is_writing) {
  if (phase_ == phase::greeting && now >= greeted_by_) {
    const std::string why = "the greeting took longer than " +
                            to_string(settings_.greeting_timeout) +
                            ": is the other side overloaded, or no process of Weir?";
    append_refusal(why, output_);
    give_up({error_code::io_failure, why});
  }
  if (phase_ != phase::open) return;
  if (is_silent(now)) {
    const std::string why = "nothing was heard for " + to_string(now - heard_at_) +
                            ": the process, its host or the network stands still";
    append_wire_frame(wire_kind::goodbye, why, output_);
    return give_up({error_code::io_failure, why});
  }
  if (now < beat_at_) return;
  beat_at_ = now + settings_.heartbeat_interval;
  if (!is_writing) append_wire_frame(wire_kind::heartbeat, {}, output_);
}

processing_time connection::next_deadline() const {
  if (is_closed()) return processing_time::max();
  if (!is_open()) return greeted_by_;
  return std::min(beat_at_, heard_at_ + settings_.heartbeat_timeout);
}

}  // namespace weir
