// SPDX-License-Identifier: Apache-2.0
// A cluster in one thread: every process, one clock, one network, one seed.
//
// The engine's actors are the production ones; only what surrounds them is simulated. CAF's testing
// scheduler lets the seed choose which actor runs next; time is virtual and jumps when nobody has
// anything to do; messages between processes travel over links that delay them, in order, like a
// TCP connection. The same seed gives the same run, to the last message: `trace_hash` shows it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <string_view>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/runtime.hpp"
#include "coordination/simulation/random_numbers.hpp"
#include "coordination/simulation/simulated_file_system.hpp"

namespace caf::scheduler {
class test_coordinator;
}

namespace weir {

class simulated_runtime;
class simulated_proxy;

struct simulated_world_options {
  std::uint64_t seed = 0;
  std::uint32_t processes = 1;
  duration link_delay_min{50};
  duration link_jitter{500};
  // How long after a crash the other processes learn of it.
  duration detection_delay = std::chrono::milliseconds{200};
};

class simulated_world {
public:
  explicit simulated_world(simulated_world_options options);
  // Ends all actors first.
  ~simulated_world();

  runtime& process(process_id id);
  simulated_file_system& files() { return files_; }
  caf::actor_system& system() { return *system_; }
  processing_time now() const;

  // Lets one actor handle one message, or moves time to the next timer. False: nothing is left.
  bool step();
  // Runs `action` when `delay` of virtual time has passed.
  void after(duration delay, std::function<void()> action);
  // Kills all actors of a process at once; what they sent and did not arrive is lost.
  void crash(process_id id);

  // The living actors of a process with that name ("task", "slot", ...), the oldest first.
  std::vector<caf::actor> actors_of(process_id id, std::string_view name) const;

  // A number that two runs share only if they took the same steps at the same times.
  std::uint64_t trace_hash() const noexcept { return trace_hash_; }
  std::uint64_t steps() const noexcept { return steps_; }
  // The longest any actor's mailbox ever was.
  std::size_t longest_mailbox() const noexcept { return longest_mailbox_; }
  std::uint64_t messages_sent_over_links() const noexcept { return shipped_; }

private:
  friend class simulated_runtime;
  friend class simulated_proxy;

  struct event {
    processing_time at;
    std::uint64_t number;
    std::function<void()> action;
    bool operator<(const event& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };
  struct process_state;
  using proxy_key = std::pair<process_id, actor_address>;  // Who looks, and at whom.

  void mix_into_trace(std::uint64_t value);
  void advance_to(processing_time time);
  void run_actor(std::size_t job);
  // Delivers in order per directed link, unless a crash comes first.
  void ship(process_id from, process_id to, std::function<void()> arrive);
  caf::strong_actor_ptr resolve(process_id viewer, actor_address address);
  caf::strong_actor_ptr make_proxy(process_id viewer, actor_address address);
  void drop_proxy(const proxy_key& key, const caf::error& reason);
  void drop_peer(process_id viewer, process_id peer);
  void drop_jobs_of(process_id id);
  void on_spawned(process_id where, const caf::actor& made);

  simulated_world_options options_;
  random_numbers random_;
  simulated_file_system files_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator* scheduler_ = nullptr;
  std::vector<std::unique_ptr<process_state>> processes_;
  std::map<std::uint64_t, process_id> home_;  // Of every actor, by id.
  std::map<std::uint64_t, caf::actor_addr> actors_;
  std::map<proxy_key, caf::strong_actor_ptr> proxies_;
  std::map<std::pair<process_id, process_id>, processing_time> last_arrival_;
  std::priority_queue<event> events_;
  std::uint64_t next_event_ = 0;
  std::uint64_t trace_hash_ = 14695981039346656037ULL;
  std::uint64_t steps_ = 0;
  std::uint64_t shipped_ = 0;
  std::size_t longest_mailbox_ = 0;
  bool is_stopping_ = false;
};

}  // namespace weir
