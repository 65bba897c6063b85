// SPDX-License-Identifier: Apache-2.0
// An actor that keeps whatever it is sent: a test's stand-in for any actor of the engine, on the
// virtual time of a simulated world.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include "api/error.hpp"
#include "coordination/job_listener.hpp"
#include "coordination/simulation/simulated_world.hpp"

namespace weir {

// What a probe has received.
class probe_log {
public:
  void add(caf::message received) { messages_.push_back(std::move(received)); }

  // All messages of one type, in the order they came.
  template <class Message>
  std::vector<Message> all() const {
    std::vector<Message> found;
    for (const auto& each : messages_) {
      if (each.match_elements<Message>()) found.push_back(each.get_as<Message>(0));
    }
    return found;
  }
  template <class Message>
  std::size_t count() const {
    return all<Message>().size();
  }
  // The newest. Fails the test if there is none.
  template <class Message>
  Message last() const {
    const auto found = all<Message>();
    EXPECT_FALSE(found.empty());
    return found.empty() ? Message{} : found.back();
  }

private:
  std::vector<caf::message> messages_;
};

class probe_actor final : public caf::event_based_actor {
public:
  probe_actor(caf::actor_config& config, std::shared_ptr<probe_log> log)
      : caf::event_based_actor{config} {
    const auto keep = [log](caf::message received) { log->add(std::move(received)); };
    set_default_handler([keep](caf::scheduled_actor*, caf::message_view& view) {
      keep(view.move_content_to_message());
      return caf::result<caf::message>{caf::message{}};
    });
    set_down_handler([keep](caf::scheduled_actor*, caf::down_msg& down) {
      keep(caf::make_message(std::move(down)));
    });
    set_exit_handler([this, keep](caf::scheduled_actor*, caf::exit_msg& ended) {
      const bool is_for_me = ended.source == address();
      keep(caf::make_message(std::move(ended)));
      if (is_for_me) quit(caf::exit_reason::user_shutdown);
    });
    set_error_handler([](caf::scheduled_actor*, caf::error&) {});
  }
  caf::behavior make_behavior() override {
    return {[](caf::unit_t) {}};
  }
  const char* name() const override { return "probe"; }
};

// A probe and what it has received.
class probe {
public:
  explicit probe(runtime& process)
      : log_{std::make_shared<probe_log>()},
        handle_{process.spawn<probe_actor>(log_)},
        address_{process.fabric().publish(handle_)} {}

  const caf::actor& handle() const { return handle_; }
  actor_address address() const { return address_; }
  const probe_log* operator->() const { return log_.get(); }
  void watch(const caf::actor& other) {
    static_cast<probe_actor*>(caf::actor_cast<caf::abstract_actor*>(handle_))->monitor(other);
  }

private:
  std::shared_ptr<probe_log> log_;
  caf::actor handle_;
  actor_address address_;
};

// Remembers the states a job went through.
class state_listener final : public job_listener {
public:
  void on_state(job_state state, const std::optional<error>& reason, processing_time) override {
    states.push_back(state);
    if (reason) cause = *reason;
  }
  void on_progress(const job_totals& so_far, processing_time) override {
    totals = so_far;
    ++reports;
  }
  void on_warning(const error& what, processing_time) override { warnings.push_back(what.message); }
  job_state last() const { return states.empty() ? job_state::created : states.back(); }

  std::vector<job_state> states;
  error cause;
  job_totals totals;
  std::size_t reports = 0;
  std::vector<std::string> warnings;
};

// Steps until `done()`, for at most `limit` of virtual time. Returns whether it came to that.
template <class Predicate>
bool run_until(simulated_world& world, Predicate done, duration limit = std::chrono::minutes{10}) {
  const auto started = world.now();
  while (!done() && world.now() - started < limit) {
    if (!world.step()) break;
  }
  return done();
}

// Runs for `span` of virtual time.
inline void run_for(simulated_world& world, duration span) {
  bool over = false;
  world.after(span, [&over] { over = true; });
  const auto is_over = [&over] { return over; };
  const bool came = run_until(world, is_over, span + std::chrono::seconds{1});
  WEIR_ASSERT(came);  // Else the event is still there, and `over` is not.
}

}  // namespace weir
