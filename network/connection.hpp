// SPDX-License-Identifier: Apache-2.0
// One connection to another process, as far as it can be judged without a socket or a clock:
//
//              admit() and the proofs
//   greeting --------------------------> open
//      | deadline, refusal,               | goodbye of either side, silence,
//      | malformed bytes, cut             | malformed bytes, cut
//      v                                  v
//   closed <------------------------------+
//
// Any received byte counts as life, so a large frame on a slow link is no silence. Each side sends
// heartbeats. Nothing is skipped or repeated: what an open connection carries arrives once and in
// order, or the connection closes. A closed one gives nothing out any more; what it still has to
// say, a goodbye or a refusal, is in its output.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "api/time.hpp"
#include "network/frame_decoder.hpp"
#include "network/handshake.hpp"

namespace weir {

struct connection_settings {
  std::uint32_t max_frame = 8 * 1024 * 1024;  // The largest payload, in bytes.
  duration greeting_timeout = std::chrono::seconds{2};
  duration heartbeat_interval = std::chrono::milliseconds{100};
  duration heartbeat_timeout = std::chrono::milliseconds{500};
};

// Fails with what is wrong with them.
status validate(const connection_settings& settings);

class connection {
public:
  // What came in.
  enum class event {
    none,      // More bytes are needed.
    deciding,  // Call admit() or refuse().
    opened,    // Now it is.
    received,  // frame() is for the user of the connection.
    closed,    // See failure(). Reported once.
  };

  // `greeting` is new; `first_output` is what dialing it has put out. REQUIRES: valid settings.
  connection(const connection_settings& settings, handshake greeting, std::string first_output,
             processing_time now);

  // --- Bytes in and out

  std::span<char> room() { return decoder_.room(); }
  void on_received(std::size_t count, processing_time now);
  // The other side lives, though what it has sent is not whole yet.
  void on_heard(processing_time now) { heard_at_ = now; }
  // on_time would give the peer up, unless something of it is received before.
  bool is_silent(processing_time now) const {
    return is_open() && now - heard_at_ >= settings_.heartbeat_timeout;
  }
  // The other side sends nothing any more, or the system says that the connection is broken.
  void on_cut(const std::string& how);
  // Until `none`.
  event next();
  // After `received`; the payload lives until room() is called.
  const wire_frame& frame() const { return frame_; }
  // What is to be written, in whole frames.
  std::string take_output() { return std::exchange(output_, {}); }

  // --- Decisions. See handshake.

  void admit();
  void refuse(const error& why);
  // Closes: the other side learns why, if it is there to listen.
  void say_goodbye(const std::string& why);
  // Closes at once.
  void give_up(error why);

  // --- Time

  // Sends a heartbeat that is due, unless `is_writing`: what was sent before has not left yet.
  // Closes the connection after its deadline. Call it after the bytes that are there are read.
  void on_time(processing_time now, bool is_writing);
  // When on_time() has something to do.
  processing_time next_deadline() const;

  bool is_open() const { return phase_ == phase::open; }
  bool is_closed() const { return phase_ == phase::closed; }
  bool is_dialed_here() const { return greeting_.is_dialer(); }
  // This side has sent its proof; the other one may take the connection to be open.
  bool has_proved() const { return has_proved_; }
  // The other side has said who it is; whether that is true, its proof tells.
  bool has_hello() const { return greeting_.has_hello(); }
  // REQUIRES: the event deciding has been.
  const peer_identity& peer() const { return greeting_.peer(); }
  // REQUIRES: is_closed().
  const error& failure() const { return *failure_; }
  // One of the sides has ended it on purpose. REQUIRES: is_closed().
  bool is_orderly() const { return is_orderly_; }
  // Bytes that are held of what was received.
  std::size_t memory() const { return decoder_.memory(); }

private:
  enum class phase { greeting, open, closed };

  event on_greeting(const wire_frame& received);
  event on_frame(const wire_frame& received);
  event open();

  connection_settings settings_;
  phase phase_ = phase::greeting;
  handshake greeting_;
  frame_decoder decoder_{longest_greeting};
  wire_frame frame_;
  std::string output_;
  processing_time greeted_by_;  // The deadline.
  processing_time heard_at_;
  processing_time beat_at_;
  bool has_proved_ = false;
  bool is_orderly_ = false;
  bool has_reported_end_ = false;
  std::optional<error> failure_;
};

}  // namespace weir
