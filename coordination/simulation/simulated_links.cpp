// SPDX-License-Identifier: Apache-2.0
// Delays, silence and connections; see coordination/simulation/simulated_links.hpp.
#include "coordination/simulation/simulated_links.hpp"

#include <algorithm>
#include <numeric>

#include "coordination/simulation/simulated_world.hpp"

namespace weir {

namespace {

// How long after a crash the system of a process that died resets its connections.
constexpr auto reset_delay = std::chrono::milliseconds{1};

duration draw_up_to(random_numbers& random, duration most) {
  return duration{
      static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.count()) + 1))};
}

// The numbers below `count` in a random order (Fisher and Yates).
std::vector<std::uint32_t> shuffled(random_numbers& random, std::vector<std::uint32_t> items) {
  for (auto left = items.size(); left > 1; --left) {
    std::swap(items[left - 1], items[random.below(left)]);
  }
  return items;
}

}  // namespace

simulated_links::simulated_links(simulated_world& world, simulated_link_options options)
    : world_{&world}, options_{options}, random_{mix(options.seed)} {}

simulated_links::directed_link& simulated_links::link(process_id from, process_id to) {
  auto& found = links_[{from, to}];
  // A stream for each: what happens to one link changes no delay of another.
  if (!found.random) {
    found.random.emplace(mix(options_.seed + (std::uint64_t{from.value} << 32U) + to.value));
  }
  return found;
}

simulated_links::connection_state& simulated_links::between(incarnation one, incarnation other) {
  WEIR_ASSERT(one.process != other.process);
  auto key = std::minmax(one, other);
  const auto [found, is_new] = connections_.try_emplace({key.first, key.second});
  if (is_new) found->second.number = ++last_number_;
  return found->second;
}

std::optional<std::uint64_t> simulated_links::connection(incarnation viewer, incarnation peer) {
  const auto& state = between(viewer, peer);
  if (!state.is_open[side(viewer, peer)]) return std::nullopt;
  return state.number;
}

template <class Action>
void simulated_links::for_each_other(process_id process, Action action) {
  for (std::uint32_t n = 0; n < world_->process_count(); ++n) {
    if (n != process.value) action(process_id{n});
  }
}

// --- Messages ------------------------------------------------------------------------------------

duration simulated_links::draw_delay(process_id from, process_id to) {
  auto& way = link(from, to);
  auto delay = options_.delay_min + draw_up_to(*way.random, options_.jitter);
  std::erase_if(way.slower, [&](const auto& each) { return each.first <= world_->now(); });
  for (const auto& [until, by] : way.slower) delay += by + draw_up_to(*way.random, by / 2);
  return delay;
}

void simulated_links::ship(incarnation from, incarnation to, std::uint64_t connection,
                           duration after_delay, std::function<void()> arrive) {
  auto& state = between(from, to);
  if (state.number != connection || !state.is_open[side(from, to)]) return;
  carry(state, from, to, after_delay, std::move(arrive));
}

void simulated_links::carry(connection_state& state, incarnation from, incarnation to,
                            duration after_delay, std::function<void()> arrive) {
  auto& last = state.last_arrival[side(from, to)];
  const auto now = world_->now();
  last = std::max(last, now + after_delay + draw_delay(from.process, to.process));
  world_->after(last - now,
                [this, from, to, number = state.number, arrive = std::move(arrive)]() mutable {
                  auto& way = link(from.process, to.process);
                  if (way.cuts + way.jams == 0) return hand_over(from, to, number, arrive);
                  way.waiting.push_back([this, from, to, number, arrive = std::move(arrive)] {
                    hand_over(from, to, number, arrive);
                  });
                });
}

void simulated_links::hand_over(incarnation from, incarnation to, std::uint64_t connection,
                                const std::function<void()>& arrive) {
  const bool both_live = world_->is_current(from) && world_->is_current(to);
  if (both_live && this->connection(to, from) == connection) arrive();
}

void simulated_links::release(process_id from, process_id to) {
  auto& way = link(from, to);
  if (way.cuts + way.jams > 0) return;
  for (const auto& arrive : std::exchange(way.waiting, {})) arrive();
}

// --- Connections ---------------------------------------------------------------------------------

void simulated_links::look_for_silence(process_id from, process_id to) {
  auto& way = link(from, to);
  if (way.cuts == 0 && !world_->is_stopped(from)) {
    way.silent_since.reset();
    return;
  }
  if (way.silent_since) return;
  way.silent_since = world_->now();
  world_->after(options_.detection_delay + draw_up_to(random_, options_.detection_delay / 2),
                [this, from, to] { give_up_if_silent(from, to); });
}

void simulated_links::give_up_if_silent(process_id from, process_id to) {
  const auto& since = link(from, to).silent_since;
  if (!since || world_->now() - *since < options_.detection_delay) return;
  // One that is stopped looks when it goes on; of one that has crashed, its crash tells.
  if (world_->is_stopped(to) || !world_->is_alive(from) || !world_->is_alive(to)) return;
  give_up(world_->life_of(to), world_->life_of(from));
}

void simulated_links::give_up(incarnation viewer, incarnation peer) {
  auto& state = between(viewer, peer);
  if (!world_->is_current(viewer) || !state.is_open[side(viewer, peer)]) return;
  state.is_open[side(viewer, peer)] = false;
  world_->drop_peer(viewer, peer, state.number);
  if (!world_->is_current(peer)) return;
  carry(between(viewer, peer), viewer, peer, duration::zero(),
        [this, viewer, peer] { give_up(peer, viewer); });
  connect_if_possible(viewer.process, peer.process);
}

bool simulated_links::can_connect(incarnation one, incarnation other) {
  return link(one.process, other.process).cuts + link(other.process, one.process).cuts == 0 &&
         !world_->is_stopped(one.process) && !world_->is_stopped(other.process) &&
         world_->is_current(one) && world_->is_current(other);
}

void simulated_links::connect_if_possible(process_id one, process_id other) {
  const auto first = world_->life_of(one);
  const auto second = world_->life_of(other);
  const auto& state = between(first, second);
  if (state.is_open[0] || state.is_open[1] || !can_connect(first, second)) return;
  // There, back, and there again.
  world_->after(options_.delay_min * 3, [this, first, second, former = state.number] {
    auto& current = between(first, second);
    if (current.number != former || !can_connect(first, second)) return;
    current = {.number = ++last_number_};
    world_->tell_up(first, second);
    world_->tell_up(second, first);
  });
}

processing_time simulated_links::on_crashed(incarnation lost, bool at_once) {
  auto last = world_->now();
  for_each_other(lost.process, [&](process_id viewer) {
    if (!world_->is_alive(viewer)) return;
    const bool is_told = at_once && link(lost.process, viewer).cuts == 0;
    const auto delay = is_told ? duration{reset_delay} : options_.detection_delay;
    last = std::max(last, world_->now() + delay);
    world_->after(delay, [this, who = world_->life_of(viewer), lost] { give_up(who, lost); });
  });
  return last;
}

void simulated_links::on_restarted(incarnation fresh) {
  for_each_other(fresh.process, [&](process_id other) {
    look_for_silence(fresh.process, other);
    if (!world_->is_alive(other)) return;
    const auto peer = world_->life_of(other);
    if (!can_connect(fresh, peer)) between(fresh, peer).is_open = {false, false};
  });
}

void simulated_links::on_stopped(process_id process) {
  for_each_other(process, [&](process_id other) { look_for_silence(process, other); });
}

void simulated_links::on_continued(process_id process) {
  for_each_other(process, [&](process_id other) {
    look_for_silence(process, other);
    give_up_if_silent(other, process);
    connect_if_possible(process, other);
  });
}

void simulated_links::forget_everything() { links_.clear(); }

// --- Faults --------------------------------------------------------------------------------------

void simulated_links::slow_down(process_id from, process_id to, duration delay, duration span) {
  link(from, to).slower.emplace_back(world_->now() + span, delay);
}

void simulated_links::begin_cut(process_id from, process_id to) {
  ++link(from, to).cuts;
  look_for_silence(from, to);
}

void simulated_links::end_cut(process_id from, process_id to) {
  --link(from, to).cuts;
  look_for_silence(from, to);
  release(from, to);
  connect_if_possible(from, to);
}

void simulated_links::cut(process_id from, process_id to, duration span) {
  begin_cut(from, to);
  world_->after(span, [this, from, to] { end_cut(from, to); });
}

void simulated_links::stall(process_id one, process_id other, duration span) {
  cut(one, other, span);
  cut(other, one, span);
}

void simulated_links::jam(process_id from, process_id to, duration span) {
  ++link(from, to).jams;
  world_->after(span, [this, from, to] {
    --link(from, to).jams;
    release(from, to);
  });
}

void simulated_links::reset(process_id one, process_id other) {
  if (!world_->is_alive(one) || !world_->is_alive(other)) return;
  const auto first = world_->life_of(one);
  const auto second = world_->life_of(other);
  give_up(first, second);
  give_up(second, first);
}

void simulated_links::flap(process_id one, process_id other, duration span, duration period) {
  WEIR_ASSERT(period > duration::zero());
  if (span <= duration::zero()) return;
  reset(one, other);
  stall(one, other, period / 2);
  world_->after(period,
                [this, one, other, span, period] { flap(one, other, span - period, period); });
}

void simulated_links::clog(process_id process, bool begins) {
  for_each_other(process, [&](process_id other) {
    for (const auto& [from, to] : {std::pair{process, other}, std::pair{other, process}}) {
      begins ? begin_cut(from, to) : end_cut(from, to);
    }
  });
}

void simulated_links::swizzle_clog(std::uint64_t choice, process_id first, duration span) {
  random_numbers random{mix(choice)};
  WEIR_ASSERT(first.value < world_->process_count());
  std::vector<std::uint32_t> all(world_->process_count() - first.value);
  std::iota(all.begin(), all.end(), first.value);
  auto some = shuffled(random, std::move(all));
  some.resize(1 + random.below(some.size()));
  const auto half = span / 2;
  const auto count = static_cast<std::int64_t>(some.size());
  for (std::int64_t n = 0; n < count; ++n) {
    const process_id process{some[static_cast<std::size_t>(n)]};
    world_->after(half * n / count, [this, process] { clog(process, true); });
  }
  some = shuffled(random, std::move(some));
  for (std::int64_t n = 0; n < count; ++n) {
    const process_id process{some[static_cast<std::size_t>(n)]};
    world_->after(half + half * (n + 1) / count, [this, process] { clog(process, false); });
  }
}

}  // namespace weir
