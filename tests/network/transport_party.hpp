// SPDX-License-Identifier: Apache-2.0
// A transport with somebody who listens to it and can wait for what has happened.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "network/tcp_transport.hpp"
#include "tests/network/greeting_parties.hpp"

namespace weir {

inline tcp_transport_settings transport_settings(cluster_membership self,
                                                 const cluster_secret& secret = secret_of()) {
  return {.self = std::move(self),
          .secret = secret,
          .connections = patient_connections(),
          .chance = [] { return std::uint64_t{0}; }};
}

class transport_party final : public tcp_listener {
public:
  explicit transport_party(tcp_transport_settings settings, bool listens = true) {
    auto bound = tcp_transport::bind(std::move(settings), *this);
    WEIR_ASSERT(bound);
    transport_ = std::move(*bound);
    if (listens) transport_->listen();
  }
  ~transport_party() override { stop(); }

  void stop() { transport_.reset(); }
  tcp_transport& transport() { return *transport_; }
  void dial(std::uint32_t process, const transport_party& other) {
    EXPECT_TRUE(transport_->dial({process}, other.transport_->local()));
  }

  // What has happened so far. "up 2", "down 2", or the payload of a frame.
  std::vector<std::string> log() const {
    const std::scoped_lock lock{guard_};
    return log_;
  }
  std::size_t count(const std::string& what) const {
    const std::scoped_lock lock{guard_};
    return count_locked(what);
  }
  // Waits until it has happened so often.
  void wait_for(const std::string& what, std::size_t times = 1) {
    wait([&] { return count_locked(what) >= times; }, what);
  }
  // Why connections ended or did not open, in one text.
  std::string wait_for_failure(const std::string& part) {
    wait([&] { return failures_.find(part) != std::string::npos; }, part);
    const std::scoped_lock lock{guard_};
    return failures_;
  }
  std::shared_ptr<tcp_connection> to(std::uint32_t process) const {
    const std::scoped_lock lock{guard_};
    const auto found = open_.find(process);
    return found == open_.end() ? nullptr : found->second;
  }
  void send(std::uint32_t process, std::string_view payload) {
    std::string frame;
    append_wire_frame(wire_kind::message, payload, frame);
    const auto connection = to(process);
    ASSERT_TRUE(connection);
    EXPECT_TRUE(connection->send(std::move(frame)));
  }
  // While it is held, this side reads nothing: as if its process were stopped.
  std::unique_lock<std::mutex> hold() { return std::unique_lock{holding_}; }

private:
  void on_connected(const std::shared_ptr<tcp_connection>& opened) override {
    const auto peer = opened->peer().process.value;
    const std::scoped_lock lock{guard_};
    EXPECT_EQ(open_.count(peer), 0U);
    open_[peer] = opened;
    add("up " + std::to_string(peer));
  }
  status on_frame(tcp_connection&, const wire_frame& received) override {
    const std::scoped_lock held{holding_};
    const std::scoped_lock lock{guard_};
    if (received.payload == "refuse this") {
      return error{error_code::corrupt_data, "nobody wants that"};
    }
    add(std::string{received.payload});
    return {};
  }
  void on_disconnected(tcp_connection& ended, const error& why) override {
    const auto peer = ended.peer().process.value;
    const std::scoped_lock lock{guard_};
    EXPECT_EQ(open_.at(peer)->number(), ended.number());
    open_.erase(peer);
    failures_ += why.message + "\n";
    add("down " + std::to_string(peer));
  }
  void on_writable(tcp_connection& connection) override {
    const std::scoped_lock lock{guard_};
    add("writable " + std::to_string(connection.peer().process.value));
  }
  void on_not_connected(std::optional<process_id>, const error& why) override {
    const std::scoped_lock lock{guard_};
    failures_ += why.message + "\n";
    changed_.notify_all();
  }

  std::size_t count_locked(const std::string& what) const {
    return static_cast<std::size_t>(std::count(log_.begin(), log_.end(), what));
  }
  void add(std::string what) {
    log_.push_back(std::move(what));
    changed_.notify_all();
  }
  template <class Predicate>
  void wait(Predicate done, const std::string& what) {
    std::unique_lock lock{guard_};
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::minutes{1}, done))
        << "'" << what << "' did not happen; " << failures_;
  }

  mutable std::mutex guard_;
  std::mutex holding_;
  std::condition_variable changed_;
  std::vector<std::string> log_;
  std::string failures_;
  std::map<std::uint32_t, std::shared_ptr<tcp_connection>> open_;
  std::unique_ptr<tcp_transport> transport_;
};

}  // namespace weir
