// SPDX-License-Identifier: Apache-2.0
// Two connections and what lies between them, on virtual time: bytes are cut into pieces at random
// places and delayed, and may be damaged, held up or cut off.
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordination/simulation/random_numbers.hpp"
#include "network/connection.hpp"
#include "network/tls_channel.hpp"
#include "tests/network/greeting_parties.hpp"

namespace weir {

// Index 0 is the dialer, which is process 1, index 1 the acceptor, process 2.
class byte_pipe {
public:
  struct options {
    std::uint64_t seed = 0;
    connection_settings settings{};
    cluster_secret acceptors_secret = secret_of();
    std::size_t largest_piece = 400;
    duration largest_delay = std::chrono::milliseconds{3};
    // With TLS: what the dialer and the acceptor show; one may have none.
    std::array<std::optional<tls_credentials>, 2> tls{};
    std::uint64_t records_per_key = tls_channel::most_records_per_key;
  };

  explicit byte_pipe(options given)
      : options_{std::move(given)},
        random_{options_.seed},
        ends_{{{.part = make_dialer()}, {.part = make_acceptor()}}} {
    for (const std::size_t side : {0U, 1U}) {
      if (!options_.tls[side]) continue;
      ends_[side].tls = std::make_unique<tls_channel>(
          *options_.tls[side], side == 0 ? tls_side::dialer : tls_side::acceptor,
          options_.records_per_key);
    }
  }

  connection& end(std::size_t side) { return ends_[side].part; }
  // Payloads of the frames that a side has received.
  const std::vector<std::string>& received(std::size_t side) const { return ends_[side].received; }
  // REQUIRES: that side has TLS.
  const tls_channel& tls(std::size_t side) const { return *ends_[side].tls; }
  bool has_opened(std::size_t side) const { return ends_[side].has_opened; }
  processing_time now() const { return now_; }
  std::size_t most_memory() const { return most_memory_; }

  void send(std::size_t side, std::string_view payload) {
    std::string bytes;
    append_wire_frame(wire_kind::message, payload, bytes);
    put(side, bytes);
  }
  // Bytes as a broken or hostile side would send them.
  void put(std::size_t side, std::string_view bytes) { ends_[side].leaving += bytes; }

  // Whether bytes from that side arrive. What is sent meanwhile waits.
  void block(std::size_t from, bool blocked) { ends_[from].is_blocked = blocked; }
  // Of what waits behind block(), so many pieces arrive.
  void let_through(std::size_t from, std::size_t pieces) {
    auto& under_way = ends_[from].under_way;
    for (; pieces > 0 && !under_way.empty(); --pieces) {
      arrive(1 - from, under_way.front().second);
      under_way.pop_front();
    }
  }
  // Changes bytes on their way from that side.
  void tamper(std::size_t from, std::function<void(std::string&)> change) {
    ends_[from].change = std::move(change);
  }
  // Neither side may decide: as if the process stood still with its socket open.
  void leave_undecided() { decides_ = false; }

  void run(duration span) {
    const auto until = now_ + span;
    for (; now_ < until; now_ += std::chrono::milliseconds{1}) {
      for (const std::size_t side : {0U, 1U}) step(side);
    }
  }
  // The connections end as a socket does whose peer has gone.
  void cut() {
    for (auto& each : ends_) each.part.on_cut("connection reset by peer");
    for (const std::size_t side : {0U, 1U}) take_events(side);
  }

private:
  struct end_of_pipe {
    connection part;
    std::unique_ptr<tls_channel> tls{};
    std::string leaving{};
    std::deque<std::pair<processing_time, std::string>> under_way{};
    std::vector<std::string> received{};
    std::function<void(std::string&)> change{};
    bool is_blocked = false;
    bool has_opened = false;
  };

  connection make_dialer() {
    std::string out;
    auto greeting = handshake::dial(member(1), secret_of(), {2}, challenge_of('d'), out);
    return {options_.settings, std::move(greeting), out, now_};
  }
  connection make_acceptor() {
    auto greeting = handshake::accept(member(2), options_.acceptors_secret, challenge_of('a'));
    return {options_.settings, std::move(greeting), {}, now_};
  }

  void step(std::size_t side) {
    auto& from = ends_[side];
    from.part.on_time(now_, false);
    take_events(side);
    auto leaving = std::exchange(from.leaving, {}) + from.part.take_output();
    if (from.tls) {
      static_cast<void>(from.tls->encrypt(leaving));
      leaving = from.tls->take_output();
    }
    while (!leaving.empty()) {
      auto piece = leaving.substr(0, 1 + random_.below(options_.largest_piece));
      leaving.erase(0, piece.size());
      if (from.change) from.change(piece);
      const auto most = static_cast<std::uint64_t>(options_.largest_delay.count());
      auto arrival = now_ + duration{static_cast<std::int64_t>(random_.below(most + 1))};
      if (!from.under_way.empty()) arrival = std::max(arrival, from.under_way.back().first);
      from.under_way.emplace_back(arrival, std::move(piece));
    }
    if (from.is_blocked) return;
    while (!from.under_way.empty() && from.under_way.front().first <= now_) {
      arrive(1 - side, from.under_way.front().second);
      from.under_way.pop_front();
    }
  }
  void arrive(std::size_t side, std::string_view bytes) {
    auto& to = ends_[side].part;
    if (ends_[side].tls) return arrive_encrypted(side, bytes);
    while (!bytes.empty() && !to.is_closed()) {
      const auto room = to.room();
      const auto count = bytes.copy(room.data(), std::min(room.size(), bytes.size()));
      bytes.remove_prefix(count);
      to.on_received(count, now_);
      most_memory_ = std::max(most_memory_, to.memory());
      take_events(side);
    }
  }
  void arrive_encrypted(std::size_t side, std::string_view bytes) {
    auto& to = ends_[side].part;
    to.on_heard(now_);
    while (!to.is_closed()) {
      const auto got = ends_[side].tls->decrypt(bytes, to.room());
      if (got) to.on_received(*got, now_);
      if (!got) to.give_up(got.failure());
      take_events(side);
      if (!got || *got == 0) return;
    }
  }
  void take_events(std::size_t side) {
    auto& end = ends_[side];
    for (;;) {
      switch (end.part.next()) {
        case connection::event::deciding:
          if (!decides_) return;
          end.part.admit();
          end.has_opened = end.has_opened || end.part.is_open();
          break;
        case connection::event::opened:
          end.has_opened = true;
          break;
        case connection::event::received:
          end.received.emplace_back(end.part.frame().payload);
          break;
        case connection::event::closed:
        case connection::event::none:
          return;
      }
    }
  }

  options options_;
  random_numbers random_;
  processing_time now_{};
  std::array<end_of_pipe, 2> ends_;
  std::size_t most_memory_ = 0;
  bool decides_ = true;
};

}  // namespace weir
