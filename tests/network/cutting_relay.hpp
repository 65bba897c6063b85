// SPDX-License-Identifier: Apache-2.0
// Stands between two processes, passes on what they send each other, and cuts the connection after
// so many bytes, wherever that is.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <poll.h>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "coordination/simulation/random_numbers.hpp"
#include "tests/network/tcp_pair.hpp"

namespace weir {

class cutting_relay {
public:
  // Each connection carries up to `most` bytes, as many as `seed` says.
  cutting_relay(endpoint target, std::uint64_t seed, std::uint64_t most)
      : target_{std::move(target)}, random_{seed}, most_{most}, thread_{[this] { run(); }} {}
  cutting_relay(const cutting_relay&) = delete;
  cutting_relay& operator=(const cutting_relay&) = delete;
  ~cutting_relay() {
    ends_ = true;
    thread_.join();
  }

  endpoint local() const { return listening_.local(); }
  // From now on nothing is cut.
  void stop_cutting() { cuts_ = false; }

private:
  static tcp_socket listen() {
    auto made = tcp_socket::listen({});
    WEIR_ASSERT(made);
    return std::move(*made);
  }

  // Whether something is there soon.
  static bool await(const tcp_socket& one, const tcp_socket& other) {
    std::array<pollfd, 2> polled{pollfd{one.descriptor(), POLLIN, 0},
                                 pollfd{other.descriptor(), POLLIN, 0}};
    return ::poll(polled.data(), polled.size(), 20) > 0;
  }

  void run() {
    while (!ends_) {
      if (!await(listening_, listening_)) continue;
      auto accepted = listening_.accept();
      if (!accepted || !*accepted) continue;
      relay(**accepted, connect_to(target_), random_.below(most_));
    }
  }
  void relay(tcp_socket& one, tcp_socket other, std::uint64_t budget) {
    while (!ends_) {
      if (!await(one, other)) continue;
      if (!pass(one, other, budget) || !pass(other, one, budget)) return;
    }
  }
  // False when the connection is over.
  bool pass(tcp_socket& from, tcp_socket& to, std::uint64_t& budget) {
    const auto got = from.read(room_);
    if (!got || got->is_ended) return false;
    const auto count = cuts_ ? std::min<std::uint64_t>(got->bytes, budget) : got->bytes;
    write_all(to, std::string_view{room_}.substr(0, count));
    if (!cuts_) return true;
    budget -= count;
    return budget > 0;
  }

  tcp_socket listening_ = listen();
  endpoint target_;
  random_numbers random_;
  std::uint64_t most_;
  std::string room_ = std::string(10'000, '\0');
  std::atomic<bool> cuts_{true};
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

}  // namespace weir
