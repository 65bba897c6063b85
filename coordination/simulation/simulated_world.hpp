// SPDX-License-Identifier: Apache-2.0
// A cluster in one thread: every process, one clock, one network, one seed.
//
// The engine's actors are the production ones; only what surrounds them is simulated. CAF's testing
// scheduler lets the seed choose which actor runs next; time is virtual and jumps when nobody has
// anything to do; messages between processes travel over links that delay them, in order, like a
// TCP connection. The same seed gives the same run, to the last message: `trace_hash` shows it.
// Schedule, links and processes have streams of random numbers of their own.
//
// Processes crash, come back empty, stop for a while, become slow, and have clocks that are wrong;
// links do what is in
// coordination/simulation/simulated_links.hpp; the machine loses power, and its disk
// fails or takes its time (coordination/simulation/simulated_disk_faults.hpp). The end of the world
// is `kill -9` for all of its processes: what they had written is on the disk, and nothing comes
// after it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/runtime.hpp"
#include "coordination/simulation/incarnation.hpp"
#include "coordination/simulation/link_observer.hpp"
#include "coordination/simulation/link_tampering.hpp"
#include "coordination/simulation/random_numbers.hpp"
#include "coordination/simulation/simulated_clock.hpp"
#include "coordination/simulation/simulated_file_system.hpp"
#include "coordination/simulation/simulated_links.hpp"
#include "coordination/simulation/simulated_schedule.hpp"
#include "network/message_codec.hpp"

namespace caf {
class resumable;
}
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
  // How long after a crash the other processes learn of it; how long one must be silent until they
  // give it up.
  duration detection_delay = std::chrono::milliseconds{200};
  // The disk, which may hold what an earlier world has left; none: a new one, whose chance follows
  // from the seed.
  std::shared_ptr<simulated_file_system> files = nullptr;
  // None: every message arrives as it was sent.
  link_tampering tampering = nullptr;
  link_observer observer = nullptr;
  // Turns what leaves a process into bytes and back; outlives the world. Null: messages travel as
  // they are.
  const message_codec* codec = nullptr;
  // How much time passes with each message that is handled, at most.
  duration step_time{8};
  schedule_options schedule{};
};

// How the others learn of a crash.
enum class crash_notice : std::uint8_t {
  after_detection,  // By its silence, as when its machine has gone.
  at_once,          // Its system resets the connections: within a millisecond.
};

class simulated_world {
public:
  explicit simulated_world(simulated_world_options options);
  // Ends all actors first.
  ~simulated_world();

  // The process as it is now: a restart makes another.
  runtime& process(process_id id);
  std::uint32_t process_count() const { return static_cast<std::uint32_t>(processes_.size()); }
  simulated_file_system& files() { return *files_; }
  simulated_links& links() { return links_; }
  caf::actor_system& system() { return *system_; }
  processing_time now() const noexcept { return now_; }
  // What the process takes for the time; it stays when that is restarted.
  simulated_clock& clock(process_id id) { return clocks_[id.value]; }

  // Lets one actor handle one message, or moves time to the next timer. False: nothing is left.
  bool step();
  // How many actors the last step could have run; 0: it moved time.
  std::size_t last_choices() const noexcept { return last_choices_; }
  // Has the next step pass over so many; see coordination/simulation/simulated_schedule.hpp.
  void pass_over(std::uint32_t count) { schedule_.pass_over(count); }
  // Runs `action` when `delay` of virtual time has passed.
  void after(duration delay, std::function<void()> action);

  // None of the following may be called by an actor.

  // Kills all actors of a process at once; what they sent and did not arrive is lost. What they
  // wrote stays, nothing more is written. Does nothing if the process has crashed.
  void crash(process_id id, crash_notice notice = crash_notice::after_detection);
  // Starts a crashed process again, with nothing in it. To the others it is a new one: handles to
  // its former actors stay dead, and what is on its way to or from those never arrives.
  // REQUIRES: !is_alive(id).
  runtime& restart(process_id id);
  bool is_alive(process_id id) const;
  // Stops a process for a while, as SIGSTOP does: messages wait, its timers fire afterwards. Its
  // peers notice when it takes longer than the detection delay: they give it up, and it learns of
  // that when it goes on. Does nothing if the process has crashed.
  void pause(process_id id, duration span);
  // Each message that an actor of the process handles takes `factor` times as long, for a while;
  // nobody notices. Does nothing if the process has crashed.
  void slow_down(process_id id, std::uint32_t factor, duration span);
  // Crashes all processes and the machine under them: see simulated_file_system::crash.
  void lose_power();

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
  friend class simulated_links;

  struct event {
    processing_time at;
    std::uint64_t number;
    std::function<void()> action;
    bool operator<(const event& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };
  struct process_state;
  struct resident {
    incarnation home;
    caf::actor_addr handle;
  };
  using proxy_key = std::pair<incarnation, actor_address>;  // Who looks, and at whom.
  struct known_proxy {
    caf::strong_actor_ptr handle;
    incarnation where;         // The life of the process to which it leads.
    std::uint64_t number = 0;  // Of all proxies of this world.
  };

  // Whether its process lives, and lives that life.
  bool is_current(incarnation who) const;
  incarnation life_of(process_id id) const;
  bool is_stopped(process_id id) const;
  // None of its actors runs for a while; its connections do not mind.
  void hold(process_id id, duration span);
  void mix_into_trace(std::uint64_t value) { trace_hash_ = mix(trace_hash_ ^ value) + value; }
  void move_clock(duration span);
  void advance_to(processing_time time);
  // One of the actors that are ready and not paused; none if there is none.
  std::optional<std::size_t> choose_job();
  bool is_paused(caf::resumable* job) const;
  void run_actor(std::size_t job);
  // Over that connection, unless it ends first.
  void ship(incarnation from, incarnation to, std::uint64_t connection,
            std::function<void()> arrive);
  caf::strong_actor_ptr resolve(incarnation viewer, actor_address address);
  // Null if it never was there, or not in the life the process has now.
  caf::strong_actor_ptr find_actor(actor_address address) const;
  caf::strong_actor_ptr make_proxy(incarnation viewer, actor_address address);
  void drop_proxy(const proxy_key& key, std::uint64_t number, const caf::error& reason);
  template <class Predicate>
  void drop_proxies(const caf::error& reason, Predicate is_meant);
  void watch_peers(incarnation viewer, const caf::actor& listener);
  void tell_up(incarnation viewer, incarnation peer);
  // Ends what `viewer` has of a connection that it has given up.
  void drop_peer(incarnation viewer, incarnation peer, std::uint64_t connection);
  void drop_jobs_of(incarnation who);
  // Null if no such actor was ever spawned here.
  const resident* resident_of(std::uint64_t actor) const;
  void on_spawned(incarnation where, const caf::actor& made);

  simulated_world_options options_;
  simulated_schedule schedule_;
  simulated_links links_;
  std::shared_ptr<simulated_file_system> files_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator* scheduler_ = nullptr;
  std::vector<std::unique_ptr<process_state>> processes_;
  std::vector<simulated_clock> clocks_;
  std::vector<std::unique_ptr<process_state>> former_;  // Processes that were restarted.
  std::vector<resident> residents_;  // All actors there ever were, by id: CAF counts them.
  std::map<proxy_key, known_proxy> proxies_;
  std::vector<event> events_;  // A heap; the next one is first.
  processing_time now_;
  std::uint64_t next_event_ = 0;
  std::uint64_t next_proxy_ = 0;
  processing_time last_pause_ends_ = processing_time::min();
  std::uint64_t trace_hash_ = 14695981039346656037ULL;
  std::uint64_t steps_ = 0;
  std::uint64_t shipped_ = 0;
  std::uint64_t observed_ = 0;
  std::size_t longest_mailbox_ = 0;
  std::size_t last_choices_ = 0;
  bool is_stopping_ = false;
};

}  // namespace weir
