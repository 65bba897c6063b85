// SPDX-License-Identifier: Apache-2.0
// Processes of a cluster in one, with real sockets between them, and somebody who waits for what
// their fabrics tell.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include "actors/caf_messages.hpp"
#include "network/tcp_fabric.hpp"
#include "tests/network/greeting_parties.hpp"
#include "tests/network/plain_codec.hpp"

namespace weir {

// As long as it takes for a test to have failed.
inline constexpr auto patience = std::chrono::minutes{1};

// A process of a cluster, in this one.
class process {
public:
  explicit process(std::uint32_t id, std::uint64_t incarnation = 1, endpoint listen = {},
                   bool listens = true) {
    config_.set("scheduler.max-threads", std::uint64_t{2});
    system_ = std::make_unique<caf::actor_system>(config_);
    tcp_fabric_settings settings{.transport = {.self = member(id, incarnation),
                                               .secret = secret_of(),
                                               .listen = std::move(listen),
                                               .connections = patient_connections(),
                                               .chance = [] { return std::uint64_t{0}; }},
                                 .codec = std::make_shared<plain_codec>(),
                                 .report = [this](const error& why) {
                                   const std::scoped_lock lock{guard_};
                                   reports_ += why.message + "\n";
                                 }};
    auto started = tcp_fabric::bind(*system_, std::move(settings));
    WEIR_ASSERT(started);
    fabric_ = std::move(*started);
    if (listens) fabric_->listen();
  }
  ~process() {
    for (const auto& each : spawned_) caf::anon_send_exit(each, caf::exit_reason::kill);
    spawned_.clear();
    fabric_.reset();
  }

  caf::actor_system& system() { return *system_; }
  tcp_fabric& fabric() { return *fabric_; }
  void dial(std::uint32_t id, process& other) {
    EXPECT_TRUE(fabric_->dial({id}, other.fabric_->local()));
  }
  caf::actor keep(caf::actor spawned) {
    spawned_.push_back(spawned);
    return spawned;
  }
  // Answers a number with its double, a text with an error.
  caf::actor doubler() {
    return keep(system_->spawn([]() -> caf::behavior {
      return {[](int number) { return 2 * number; },
              [](const std::string&) -> caf::result<int> { return caf::sec::invalid_argument; }};
    }));
  }
  std::string reports() {
    const std::scoped_lock lock{guard_};
    return reports_;
  }

private:
  caf::actor_system_config config_;
  std::mutex guard_;
  std::string reports_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<tcp_fabric> fabric_;
  std::vector<caf::actor> spawned_;
};

// An actor of a test's own thread.
class watcher {
public:
  explicit watcher(process& of) : self_{of.system()} {}

  caf::actor handle() { return caf::actor_cast<caf::actor>(self_); }
  caf::scoped_actor& operator*() { return self_; }
  caf::scoped_actor& operator->() { return self_; }

  template <class T>
  T next() {
    std::optional<T> got;
    self_->receive([&](const T& message) { got = message; }, caf::after(patience) >> [] {});
    EXPECT_TRUE(got);
    return got.value_or(T{});
  }
  // Waits until that peer is up.
  void await_up(std::uint32_t peer) { EXPECT_EQ(next<peer_up>().peer.value, peer); }

private:
  caf::scoped_actor self_;
};

}  // namespace weir
