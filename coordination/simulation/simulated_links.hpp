// SPDX-License-Identifier: Apache-2.0
// The links between the processes of a simulated world, and what may go wrong with them.
//
// Between two processes there is one connection at a time, and it is like one of TCP: what it
// carries arrives once and in order, or the connection ends. Each side ends it by itself:
//
//   open at both -> one side gives it up -> the other is told, or gives it up -> open at both
//
// A side gives up when it has heard nothing for the detection delay, and a little longer, as
// heartbeats have their phases; so two sides seldom learn it at once. They connect again as soon as
// both run and the network lets both through. What the former connection carried is lost then.
//
// Invariants:
//   (1) Nothing that was sent over one connection arrives over another.
//   (2) A connection opens only after both sides have given up the one before; each side has heard
//       of its end (peer_down, the end of every handle) before it hears of the next (peer_up).
//   (3) Two faults of a link add up: it works again when both are over.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "api/time.hpp"
#include "coordination/simulation/incarnation.hpp"
#include "coordination/simulation/random_numbers.hpp"

namespace weir {

class simulated_world;

struct simulated_link_options {
  std::uint64_t seed = 0;
  duration delay_min{};  // Of every message.
  duration jitter{};     // The most that is added to it.
  duration detection_delay{};
};

class simulated_links {
public:
  // `world` outlives the links.
  simulated_links(simulated_world& world, simulated_link_options options);

  // --- Faults. Each begins now and is over after `span`. REQUIRES: the processes differ.

  // Each message takes `delay` longer, and up to half as much again. Nobody takes it for silence.
  void slow_down(process_id from, process_id to, duration delay, duration span);
  // Nothing arrives from `from` at `to`. Shorter than the detection delay: it arrives late.
  void cut(process_id from, process_id to, duration span);
  // A cut both ways.
  void stall(process_id one, process_id other, duration span);
  // What is sent waits, and arrives in one burst; heartbeats pass, so nobody gives up.
  void jam(process_id from, process_id to, duration span);
  // The connection ends at both sides at once, and with it what it carries.
  void reset(process_id one, process_id other);
  // A reset in every `period`, each followed by a stall of half of it. REQUIRES: period > 0.
  void flap(process_id one, process_id other, duration span, duration period);
  // All links of some processes, of `first` and those behind it, stop, one process after the other,
  // and go on in another order.
  // Which and in which order follows from `choice`. The pattern is FoundationDB's, who found
  // deep errors with it (documentation/sphinx/source/testing.rst).
  void swizzle_clog(std::uint64_t choice, process_id first, duration span);

  // --- What the world tells and asks

  // The connection that `viewer` takes to be open to `peer`; none if it has given it up.
  std::optional<std::uint64_t> connection(incarnation viewer, incarnation peer);
  // Has `arrive` happen at `to` over that connection, `after_delay` from now and what the link
  // takes; or never, if it ends before.
  void ship(incarnation from, incarnation to, std::uint64_t connection, duration after_delay,
            std::function<void()> arrive);
  // A process has crashed; the others notice after the detection delay, or `at_once` as its
  // system says so, unless the link from there is cut. Answers when the last of them does.
  processing_time on_crashed(incarnation lost, bool at_once);
  void on_restarted(incarnation fresh);
  void on_stopped(process_id process);
  void on_continued(process_id process);
  void forget_everything();

private:
  // From one process to another, whatever their lives.
  struct directed_link {
    std::optional<random_numbers> random;
    std::uint32_t cuts = 0;
    std::uint32_t jams = 0;
    std::vector<std::pair<processing_time, duration>> slower;  // Until when, and by how much.
    std::optional<processing_time> silent_since;
    std::deque<std::function<void()>> waiting;
  };
  // Of two lives of two processes. Index 0 is the side of the lower process id.
  struct connection_state {
    std::uint64_t number = 0;
    std::array<bool, 2> is_open{true, true};
    std::array<processing_time, 2> last_arrival{processing_time::min(), processing_time::min()};
  };

  directed_link& link(process_id from, process_id to);
  connection_state& between(incarnation one, incarnation other);
  static std::size_t side(incarnation own, incarnation other) {
    return own.process < other.process ? 0 : 1;
  }
  duration draw_delay(process_id from, process_id to);
  void carry(connection_state& state, incarnation from, incarnation to, duration after_delay,
             std::function<void()> arrive);
  // What has arrived at a link that lets it through.
  void hand_over(incarnation from, incarnation to, std::uint64_t connection,
                 const std::function<void()>& arrive);
  void release(process_id from, process_id to);
  void begin_cut(process_id from, process_id to);
  void end_cut(process_id from, process_id to);
  void clog(process_id process, bool begins);
  void look_for_silence(process_id from, process_id to);
  void give_up_if_silent(process_id from, process_id to);
  void give_up(incarnation viewer, incarnation peer);
  bool can_connect(incarnation one, incarnation other);
  void connect_if_possible(process_id one, process_id other);
  template <class Action>
  void for_each_other(process_id process, Action action);

  simulated_world* world_;
  simulated_link_options options_;
  random_numbers random_;  // For what is no single message's.
  std::map<std::pair<process_id, process_id>, directed_link> links_;
  std::map<std::pair<incarnation, incarnation>, connection_state> connections_;
  std::uint64_t last_number_ = 0;
};

}  // namespace weir
