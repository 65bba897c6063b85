// SPDX-License-Identifier: Apache-2.0
// Steps of the election, and writes in their order; see coordination/cluster/leadership_keeper.hpp.
#include "coordination/cluster/leadership_keeper.hpp"

#include <utility>

#include <caf/all.hpp>

#include "coordination/hexadecimal.hpp"

namespace weir {

std::string holder_of(const std::string& node, std::uint64_t life) {
  return node + " " + hexadecimal(life);
}

std::string node_of_holder(const std::string& holder) { return holder.substr(0, holder.find(' ')); }

leadership_keeper::leadership_keeper(caf::actor_config& config, runtime& world, roles with)
    : engine_actor{config, world}, roles_{std::move(with)} {
  if (roles_.election) election_.emplace(*roles_.election);
}

caf::behavior leadership_keeper::make_behavior() {
  if (election_) send(this, keeper_tick{});
  return {
      [this](keeper_tick) { on_tick(); },
      [this](const write_entry& wish) { write(wish); },
      [this](const lead_dropped& fact) {
        if (!election_ || fact.term != election_->term()) return;
        told_ = 0;
        note_trouble(election_->resign(*roles_.store, world().now()));
      },
  };
}

void leadership_keeper::on_exit() {
  if (election_) note_trouble(election_->resign(*roles_.store, world().now()));
  roles_.node = nullptr;
}

void leadership_keeper::on_tick() {
  delayed_send(this, election_->interval(), keeper_tick{});
  step();
}

void leadership_keeper::step() {
  last_step_ = world().now();
  const auto outcome = election_->step(*roles_.store, [this] { return world().now(); });
  note_trouble(outcome);
  if (election_->leads(world().now())) {
    if (told_ != election_->term()) return begin();
    return send(roles_.node, lead_extended{told_, election_->leads_until()});
  }
  if (const auto ended = std::exchange(told_, 0); ended != 0) {
    send(roles_.node, lead_ended{ended});
  }
  if (outcome) tell_who_leads();
}

void leadership_keeper::begin() {
  auto entries = roles_.store->entries();
  if (!entries) {
    note_trouble(within("read what former leaders have stored", entries.failure()));
    // Another may be able to.
    return note_trouble(election_->resign(*roles_.store, world().now()));
  }
  told_ = election_->term();
  send(roles_.node, lead_begun{.keeper = caf::actor{this},
                               .term = told_,
                               .until = election_->leads_until(),
                               .entries = *std::move(entries)});
}

void leadership_keeper::tell_who_leads() {
  const auto& seen = election_->seen();
  send(roles_.node, leader_seen{seen.has_resigned ? "" : node_of_holder(seen.holder)});
}

void leadership_keeper::write(const write_entry& wish) {
  // However many there are to write, the lead is not lost over it.
  if (election_ && world().now() - last_step_ >= election_->interval()) step();
  const auto written = wish.text ? roles_.store->put(wish.term, wish.name, *wish.text)
                                 : roles_.store->erase(wish.term, wish.name);
  entry_written answer{.number = wish.number};
  if (!written) answer.failure = written.failure();
  send(roles_.node, std::move(answer));
}

void leadership_keeper::note_trouble(const status& outcome) {
  auto what = outcome ? std::string{} : outcome.failure().message;
  if (what == trouble_) return;
  trouble_ = std::move(what);
  roles_.report(trouble_.empty() ? "the high-availability store works again"
                                 : "the high-availability store: " + trouble_);
}

}  // namespace weir
