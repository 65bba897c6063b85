// SPDX-License-Identifier: Apache-2.0
// The loop, the links and the crashes of coordination/simulation/simulated_world.hpp.
#include "coordination/simulation/simulated_world.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include "actors/caf_messages.hpp"
#include "coordination/simulation/simulated_process.hpp"
#include "coordination/simulation/simulated_proxy.hpp"

namespace weir {

namespace {

processing_time to_processing_time(caf::actor_clock::time_point time) {
  return processing_time{std::chrono::duration_cast<duration>(time.time_since_epoch())};
}

}  // namespace

simulated_world::simulated_world(simulated_world_options options)
    : options_{options}, random_{options.seed} {
  config_.set("scheduler.policy", caf::atom("testing"));
  system_ = std::make_unique<caf::actor_system>(config_);
  scheduler_ = dynamic_cast<caf::scheduler::test_coordinator*>(&system_->scheduler());
  WEIR_ASSERT(scheduler_ != nullptr);
  for (std::uint32_t i = 0; i < options.processes; ++i) {
    processes_.push_back(
        std::make_unique<process_state>(*this, process_id{i}, mix(options.seed + i)));
  }
}

simulated_world::~simulated_world() {
  is_stopping_ = true;
  for (auto& each : processes_) {
    for (const auto& actor : each->actors) {
      caf::anon_send_exit(actor, caf::exit_reason::kill);
    }
    each->actors.clear();
    each->peer_listeners.clear();
  }
  events_ = {};
  for (auto& [key, proxy] : std::exchange(proxies_, {})) {
    static_cast<simulated_proxy*>(proxy->get())->kill_proxy(nullptr, caf::exit_reason::kill);
  }
  scheduler_->clock().cancel_all();
  scheduler_->run();
}

runtime& simulated_world::process(process_id id) { return processes_[id.value]->runtime; }

processing_time simulated_world::now() const {
  return to_processing_time(scheduler_->clock().now());
}

void simulated_world::mix_into_trace(std::uint64_t value) {
  trace_hash_ = mix(trace_hash_ ^ value) + value;
}

void simulated_world::on_spawned(process_id where, const caf::actor& made) {
  home_[made->id()] = where;
  actors_[made->id()] = made.address();
  processes_[where.value]->actors.push_back(caf::actor_cast<caf::strong_actor_ptr>(made));
}

bool simulated_world::step() {
  auto& jobs = scheduler_->jobs;
  if (!jobs.empty()) {
    run_actor(random_.below(jobs.size()));
    // Handling a message takes a little time, or the order of timers would never matter.
    advance_to(now() + duration{1 + static_cast<std::int64_t>(random_.below(8))});
    return true;
  }
  auto next = processing_time::max();
  if (!events_.empty()) next = events_.top().at;
  const auto& timers = scheduler_->clock().schedule();
  if (!timers.empty()) next = std::min(next, to_processing_time(timers.begin()->first));
  if (next == processing_time::max()) return false;
  // Rounding to microseconds must not stop short of the timer.
  advance_to(std::max(next, now()) + duration{1});
  return true;
}

void simulated_world::run_actor(std::size_t job) {
  auto& jobs = scheduler_->jobs;
  std::swap(jobs[0], jobs[job]);
  if (auto* actor = dynamic_cast<caf::scheduled_actor*>(jobs[0])) {
    longest_mailbox_ = std::max(longest_mailbox_, actor->mailbox().size());
    mix_into_trace(actor->id());
  }
  scheduler_->run_once();
  ++steps_;
}

void simulated_world::after(duration delay, std::function<void()> action) {
  events_.push({now() + delay, ++next_event_, std::move(action)});
}

void simulated_world::advance_to(processing_time time) {
  while (!events_.empty() && events_.top().at <= time) {
    auto due = events_.top();
    events_.pop();
    if (due.at > now()) scheduler_->advance_time(due.at - now());
    mix_into_trace(due.number);
    due.action();
  }
  scheduler_->advance_time(std::max(time - now(), duration::zero()));
  mix_into_trace(static_cast<std::uint64_t>(now().time_since_epoch().count()));
}

void simulated_world::ship(process_id from, process_id to, std::function<void()> arrive) {
  if (is_stopping_ || !processes_[from.value]->is_alive) return;
  ++shipped_;
  const auto jitter = static_cast<std::uint64_t>(options_.link_jitter.count());
  const duration delay =
      options_.link_delay_min + duration{static_cast<std::int64_t>(random_.below(jitter + 1))};
  auto& last = last_arrival_[{from, to}];
  last = std::max(last, now() + delay);
  after(last - now(), [this, from, to, arrive = std::move(arrive)] {
    if (processes_[from.value]->is_alive && processes_[to.value]->is_alive) arrive();
  });
}

caf::strong_actor_ptr simulated_world::resolve(process_id viewer, actor_address address) {
  if (address.process != viewer) {
    const auto found = proxies_.find({viewer, address});
    return found != proxies_.end() ? found->second : make_proxy(viewer, address);
  }
  const auto found = actors_.find(address.actor);
  if (found == actors_.end()) return nullptr;
  return caf::actor_cast<caf::strong_actor_ptr>(found->second);
}

caf::strong_actor_ptr simulated_world::make_proxy(process_id viewer, actor_address address) {
  const proxy_key key{viewer, address};
  caf::actor_config config;
  auto proxy = caf::make_actor<simulated_proxy, caf::strong_actor_ptr>(
      address.actor, system_->node(), system_.get(), config, *this, viewer, address);
  proxies_.emplace(key, proxy);
  const auto target = resolve(address.process, address);
  if (!target || !processes_[address.process.value]->is_alive) {
    after(options_.detection_delay, [this, key] { drop_proxy(key, caf::exit_reason::unknown); });
    return proxy;
  }
  // The end of the real actor travels over the link as well.
  target->get()->attach_functor([this, key](const caf::error& reason) {
    ship(key.second.process, key.first, [this, key, reason] { drop_proxy(key, reason); });
  });
  return proxy;
}

void simulated_world::drop_proxy(const proxy_key& key, const caf::error& reason) {
  const auto found = proxies_.find(key);
  if (found == proxies_.end()) return;
  const auto proxy = std::move(found->second);
  proxies_.erase(found);
  static_cast<simulated_proxy*>(proxy->get())->kill_proxy(nullptr, reason);
}

void simulated_world::drop_peer(process_id viewer, process_id peer) {
  std::vector<proxy_key> keys;
  for (const auto& [key, proxy] : proxies_) {
    if (key.first == viewer && key.second.process == peer) keys.push_back(key);
  }
  for (const auto& key : keys) drop_proxy(key, caf::exit_reason::remote_link_unreachable);
  for (const auto& listener : processes_[viewer.value]->peer_listeners) {
    caf::anon_send(listener, peer_down{peer});
  }
}

// Only after the actors have ended: each end wakes up those that are linked to it.
void simulated_world::drop_jobs_of(process_id id) {
  std::deque<caf::resumable*> others;
  for (auto* job : scheduler_->jobs) {
    const auto* actor = dynamic_cast<caf::scheduled_actor*>(job);
    const auto home = actor == nullptr ? home_.end() : home_.find(actor->id());
    if (home != home_.end() && home->second == id) {
      caf::intrusive_ptr_release(job);
    } else {
      others.push_back(job);
    }
  }
  scheduler_->jobs.swap(others);
}

void simulated_world::crash(process_id id) {
  auto& crashed = *processes_[id.value];
  if (!std::exchange(crashed.is_alive, false)) return;
  caf::scoped_execution_unit unit{system_.get()};
  for (const auto& strong : crashed.actors) {
    auto* actor =
        dynamic_cast<caf::scheduled_actor*>(caf::actor_cast<caf::abstract_actor*>(strong));
    if (actor == nullptr || actor->getf(caf::abstract_actor::is_cleaned_up_flag)) continue;
    scheduler_->clock().cancel_timeouts(actor);
    actor->context(&unit);
    actor->quit(caf::exit_reason::kill);
    actor->finalize();
  }
  drop_jobs_of(id);
  crashed.actors.clear();
  crashed.peer_listeners.clear();
  for (std::uint32_t viewer = 0; viewer < processes_.size(); ++viewer) {
    if (viewer == id.value) continue;
    after(options_.detection_delay, [this, viewer, id] { drop_peer({viewer}, id); });
  }
}

std::vector<caf::actor> simulated_world::actors_of(process_id id, std::string_view name) const {
  std::vector<caf::actor> found;
  for (const auto& strong : processes_[id.value]->actors) {
    const auto* actor =
        dynamic_cast<caf::local_actor*>(caf::actor_cast<caf::abstract_actor*>(strong));
    if (actor == nullptr || actor->getf(caf::abstract_actor::is_terminated_flag)) continue;
    if (actor->name() == name) found.push_back(caf::actor_cast<caf::actor>(strong));
  }
  return found;
}

}  // namespace weir
