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

// Null if it is none. CAF says what a job is; to ask the language costs more than many a message.
caf::scheduled_actor* actor_of(caf::resumable* job) {
  if (job->subtype() != caf::resumable::scheduled_actor) return nullptr;
  return static_cast<caf::scheduled_actor*>(job);
}

}  // namespace

simulated_world::simulated_world(simulated_world_options options)
    : options_{std::move(options)},
      schedule_{options_.seed, options_.schedule},
      links_{*this,
             {.seed = mix(options_.seed + 0x6C696E6BU),
              .delay_min = options_.link_delay_min,
              .jitter = options_.link_jitter,
              .detection_delay = options_.detection_delay}},
      files_{options_.files ? options_.files
                            : std::make_shared<simulated_file_system>(mix(~options_.seed))} {
  config_.set("scheduler.policy", caf::atom("testing"));
  system_ = std::make_unique<caf::actor_system>(config_);
  scheduler_ = dynamic_cast<caf::scheduler::test_coordinator*>(&system_->scheduler());
  WEIR_ASSERT(scheduler_ != nullptr);
  now_ = to_processing_time(scheduler_->clock().now());
  clocks_.resize(options_.processes);
  for (std::uint32_t i = 0; i < options_.processes; ++i) {
    processes_.push_back(
        std::make_unique<process_state>(*this, incarnation{{i}, 0}, mix(options_.seed + i)));
  }
}

simulated_world::~simulated_world() {
  is_stopping_ = true;
  for (auto& each : processes_) {
    each->runtime.files().cut_off();
    for (const auto& actor : each->actors) {
      caf::anon_send_exit(actor, caf::exit_reason::kill);
    }
    each->actors.clear();
    each->peer_listeners.clear();
  }
  events_ = {};
  links_.forget_everything();
  for (auto& [key, proxy] : std::exchange(proxies_, {})) {
    static_cast<simulated_proxy*>(proxy.handle->get())->kill_proxy(nullptr, caf::exit_reason::kill);
  }
  // An actor handles what came before its end, and may set a timer then. A timer holds its actor,
  // which must not outlive its process.
  do {
    scheduler_->run();
    scheduler_->clock().cancel_all();
  } while (scheduler_->has_job());
}

runtime& simulated_world::process(process_id id) { return processes_[id.value]->runtime; }

void simulated_world::move_clock(duration span) {
  scheduler_->advance_time(span);
  now_ += span;
}

bool simulated_world::is_alive(process_id id) const { return processes_[id.value]->is_alive; }

bool simulated_world::is_current(incarnation who) const {
  const auto& process = *processes_[who.process.value];
  return process.is_alive && process.self == who;
}

incarnation simulated_world::life_of(process_id id) const { return processes_[id.value]->self; }

bool simulated_world::is_stopped(process_id id) const {
  const auto& process = *processes_[id.value];
  return process.is_alive && process.stopped_until > now();
}

void simulated_world::on_spawned(incarnation where, const caf::actor& made) {
  if (residents_.size() <= made->id()) residents_.resize(made->id() + 1);
  residents_[made->id()] = {where, made.address()};
  if (is_current(where)) {
    processes_[where.process.value]->actors.push_back(caf::actor_cast<caf::strong_actor_ptr>(made));
  } else {
    caf::anon_send_exit(made, caf::exit_reason::kill);
  }
}

const simulated_world::resident* simulated_world::resident_of(std::uint64_t actor) const {
  return actor < residents_.size() && residents_[actor].handle ? &residents_[actor] : nullptr;
}

bool simulated_world::step() {
  if (const auto job = choose_job()) {
    run_actor(*job);
    return true;
  }
  auto next = events_.empty() ? processing_time::max() : events_.front().at;
  const auto& timers = scheduler_->clock().schedule();
  if (!timers.empty()) next = std::min(next, to_processing_time(timers.begin()->first));
  if (next == processing_time::max()) return false;
  // Rounding to microseconds must not stop short of the timer.
  advance_to(std::max(next, now()) + duration{1});
  return true;
}

std::optional<std::size_t> simulated_world::choose_job() {
  auto& jobs = scheduler_->jobs;
  last_choices_ = jobs.size();
  if (jobs.empty()) return std::nullopt;
  if (now() >= last_pause_ends_ && !schedule_.needs_names() && !schedule_.is_queue()) {
    return schedule_.choose(jobs.size());
  }
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (!is_paused(jobs[i])) ready.push_back(i);
  }
  last_choices_ = ready.size();
  if (ready.empty()) return std::nullopt;
  if (schedule_.is_queue()) return schedule_.take_turn(jobs, ready);
  if (!schedule_.needs_names()) return ready[schedule_.choose(ready.size())];
  std::vector<std::uint64_t> names;
  for (const auto i : ready) {
    const auto* const actor = actor_of(jobs[i]);
    names.push_back(actor == nullptr ? 0 : actor->id());
  }
  return ready[schedule_.choose(names)];
}

bool simulated_world::is_paused(caf::resumable* job) const {
  const auto* const actor = actor_of(job);
  const auto* const found = actor == nullptr ? nullptr : resident_of(actor->id());
  return found != nullptr && processes_[found->home.process.value]->paused_until > now();
}

void simulated_world::run_actor(std::size_t job) {
  auto& jobs = scheduler_->jobs;
  schedule_.bring_to_front(jobs, job);
  std::optional<process_id> home;
  if (auto* const actor = actor_of(jobs[0])) {
    if (const auto* found = resident_of(actor->id())) home = found->home.process;
    longest_mailbox_ = std::max(longest_mailbox_, actor->mailbox().size());
    mix_into_trace(actor->id());
  }
  files_->faults().reset_time_taken();
  const auto* const ran = jobs[0];
  // CAF logs nothing here; with a logger it would note under a lock who runs. Spawning sets one.
  caf::logger::set_current_actor_system(nullptr);
  scheduler_->run_once();
  schedule_.queue_up_again(jobs, ran);
  ++steps_;
  // Handling a message takes a little time, or the order of timers would never matter.
  const auto most = static_cast<std::uint64_t>(options_.step_time.count());
  const duration took{1 + static_cast<std::int64_t>(schedule_.below(most))};
  if (home) {
    const auto& process = *processes_[home->value];
    auto waited = files_->faults().time_taken();
    if (process.slow_until > now()) waited += took * process.slow_factor;
    if (waited > duration::zero()) hold(*home, waited);
  }
  advance_to(now() + took);
}

void simulated_world::after(duration delay, std::function<void()> action) {
  events_.push_back({now() + delay, ++next_event_, std::move(action)});
  std::push_heap(events_.begin(), events_.end());
}

void simulated_world::advance_to(processing_time time) {
  while (!events_.empty() && events_.front().at <= time) {
    std::pop_heap(events_.begin(), events_.end());
    const auto due = std::move(events_.back());
    events_.pop_back();
    if (due.at > now()) move_clock(due.at - now());
    mix_into_trace(due.number);
    due.action();
  }
  move_clock(std::max(time - now(), duration::zero()));
  mix_into_trace(static_cast<std::uint64_t>(now().time_since_epoch().count()));
}

void simulated_world::ship(incarnation from, incarnation to, std::uint64_t connection,
                           std::function<void()> arrive) {
  if (is_stopping_ || !is_current(from)) return;
  ++shipped_;
  // A timer of a paused process, and an actor that waits for the disk, send when they go on.
  const auto sent =
      std::max(now() + files_->faults().time_taken(), processes_[from.process.value]->paused_until);
  links_.ship(from, to, connection, sent - now(), std::move(arrive));
}

caf::strong_actor_ptr simulated_world::resolve(incarnation viewer, actor_address address) {
  if (address.process == viewer.process) return find_actor(address);
  const auto found = proxies_.find({viewer, address});
  return found != proxies_.end() ? found->second.handle : make_proxy(viewer, address);
}

caf::strong_actor_ptr simulated_world::find_actor(actor_address address) const {
  const auto* const found = resident_of(address.actor);
  if (found == nullptr || found->home != processes_[address.process.value]->self) return nullptr;
  return caf::actor_cast<caf::strong_actor_ptr>(found->handle);
}

caf::strong_actor_ptr simulated_world::make_proxy(incarnation viewer, actor_address address) {
  const proxy_key key{viewer, address};
  const auto* const lived = resident_of(address.actor);
  const auto where = lived != nullptr && lived->home.process == address.process
                         ? lived->home
                         : processes_[address.process.value]->self;
  const auto number = ++next_proxy_;
  // None: the peer has been given up, and its process cannot be reached.
  const auto connection = links_.connection(viewer, where);
  caf::actor_config config;
  auto proxy = caf::make_actor<simulated_proxy, caf::strong_actor_ptr>(
      address.actor, system_->node(), system_.get(), config, *this, viewer, address, where,
      connection.value_or(0));
  proxies_.emplace(key, known_proxy{proxy, where, number});
  if (!is_current(viewer) || !connection) {
    drop_proxy(key, number, caf::exit_reason::remote_link_unreachable);
    return proxy;
  }
  const auto target = is_current(where) ? find_actor(address) : nullptr;
  if (!target) {
    after(options_.detection_delay,
          [this, key, number] { drop_proxy(key, number, caf::exit_reason::unknown); });
    return proxy;
  }
  // The end of the real actor travels, too.
  target->get()->attach_functor([this, key, number, where, connection](const caf::error& reason) {
    ship(where, key.first, *connection,
         [this, key, number, reason] { drop_proxy(key, number, reason); });
  });
  return proxy;
}

void simulated_world::drop_proxy(const proxy_key& key, std::uint64_t number,
                                 const caf::error& reason) {
  const auto found = proxies_.find(key);
  if (found == proxies_.end() || found->second.number != number) return;
  const auto proxy = std::move(found->second.handle);
  proxies_.erase(found);
  static_cast<simulated_proxy*>(proxy->get())->kill_proxy(nullptr, reason);
}

template <class Predicate>
void simulated_world::drop_proxies(const caf::error& reason, Predicate is_meant) {
  std::vector<std::pair<proxy_key, std::uint64_t>> meant;
  for (const auto& [key, proxy] : proxies_) {
    if (is_meant(key.first, proxy.where)) meant.emplace_back(key, proxy.number);
  }
  for (const auto& [key, number] : meant) drop_proxy(key, number, reason);
}

void simulated_world::watch_peers(incarnation viewer, const caf::actor& listener) {
  if (!is_current(viewer)) return;
  processes_[viewer.process.value]->peer_listeners.push_back({listener, {}});
  for (const auto& peer : processes_) {
    if (peer->self != viewer) tell_up(viewer, peer->self);
  }
}

void simulated_world::tell_up(incarnation viewer, incarnation peer) {
  if (!is_current(viewer) || !is_current(peer)) return;
  const auto connection = links_.connection(viewer, peer);
  if (!connection) return;
  for (auto& listener : processes_[viewer.process.value]->peer_listeners) {
    const auto known = listener.up.find(peer.process);
    if (known != listener.up.end() && known->second == *connection) continue;
    listener.up[peer.process] = *connection;
    caf::anon_send(listener.handle, peer_up{peer.process});
  }
}

void simulated_world::drop_peer(incarnation viewer, incarnation peer, std::uint64_t connection) {
  drop_proxies(caf::exit_reason::remote_link_unreachable,
               [&](incarnation who, incarnation where) { return who == viewer && where == peer; });
  for (auto& listener : processes_[viewer.process.value]->peer_listeners) {
    const auto known = listener.up.find(peer.process);
    if (known == listener.up.end() || known->second != connection) continue;
    listener.up.erase(known);
    caf::anon_send(listener.handle, peer_down{peer.process});
  }
}

// Only after the actors have ended: each end wakes up those that are linked to it.
void simulated_world::drop_jobs_of(incarnation who) {
  std::deque<caf::resumable*> others;
  for (auto* job : scheduler_->jobs) {
    const auto* const actor = actor_of(job);
    const auto* const found = actor == nullptr ? nullptr : resident_of(actor->id());
    if (found != nullptr && found->home == who) {
      caf::intrusive_ptr_release(job);
    } else {
      others.push_back(job);
    }
  }
  scheduler_->jobs.swap(others);
}

void simulated_world::crash(process_id id, crash_notice notice) {
  auto& crashed = *processes_[id.value];
  if (!std::exchange(crashed.is_alive, false)) return;
  crashed.runtime.files().cut_off();
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
  drop_proxies(caf::exit_reason::kill,
               [&](incarnation who, incarnation) { return who == crashed.self; });
  drop_jobs_of(crashed.self);
  crashed.actors.clear();
  crashed.peer_listeners.clear();
  crashed.noticed_at = links_.on_crashed(crashed.self, notice == crash_notice::at_once);
}

runtime& simulated_world::restart(process_id id) {
  auto& process = processes_[id.value];
  WEIR_ASSERT(!process->is_alive);
  const incarnation next{id, process->self.epoch + 1};
  const auto noticed = std::max(now(), process->noticed_at);
  former_.push_back(std::move(process));
  process =
      std::make_unique<process_state>(*this, next, mix(mix(options_.seed + id.value) + next.epoch));
  links_.on_restarted(next);
  // Nobody learns of the new process before the end of the old one.
  for (const auto& viewer : processes_) {
    if (viewer == process || !viewer->is_alive) continue;
    after(noticed - now() + options_.link_delay_min,
          [this, who = viewer->self, next] { tell_up(who, next); });
  }
  return process->runtime;
}

void simulated_world::pause(process_id id, duration span) {
  auto& paused = *processes_[id.value];
  if (!paused.is_alive) return;
  paused.stopped_until = std::max(paused.stopped_until, now() + span);
  hold(id, span);
  links_.on_stopped(id);
  after(span, [this, id] {
    if (is_alive(id) && !is_stopped(id)) links_.on_continued(id);
  });
}

void simulated_world::hold(process_id id, duration span) {
  auto& held = *processes_[id.value];
  held.paused_until = std::max(held.paused_until, now() + span);
  last_pause_ends_ = std::max(last_pause_ends_, held.paused_until);
  after(span, [] {});  // Time must come to the end of it even if nothing else happens.
}

void simulated_world::slow_down(process_id id, std::uint32_t factor, duration span) {
  auto& slow = *processes_[id.value];
  if (!slow.is_alive) return;
  slow.slow_factor = factor;
  slow.slow_until = now() + span;
}

void simulated_world::lose_power() {
  for (const auto& each : processes_) crash(each->self.process);
  files_->crash();
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
