// SPDX-License-Identifier: Apache-2.0
// The actor that asks the high-availability store for a node: it takes part in the election, and
// writes what the node must not forget. The store may take its time, or hang; the node does not
// wait for it.
//
//   keeper -> node   lead_begun{term, until, entries}, then lead_extended{until} ... lead_ended
//                    leader_seen{node}: another leads
//   node -> keeper   write_entry{number} ...   entry_written{number} back
//
// 1. A node leads until the time that it was told last, by its own clock: not longer, whatever
//    becomes of the keeper. See coordination/leader_election.hpp for why nobody else leads before.
// 2. A node that has let that time pass says so. Its term is given up then, and it leads again only
//    in a later one, with what is stored.
// 3. A node that shares its store with nobody takes no part in an election: its term was begun
//    before it was started, and never ends.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "actors/caf_leadership_messages.hpp"
#include "actors/engine_actor.hpp"
#include "coordination/leader_election.hpp"

namespace weir {

class leadership_keeper final : public engine_actor {
public:
  struct roles {
    std::unique_ptr<high_availability_store> store{};
    // None: see 3.
    std::optional<election_options> election{};
    caf::actor node{};
    // Told what somebody should know. Thread-safe.
    std::function<void(const std::string&)> report{};
  };

  leadership_keeper(caf::actor_config& config, runtime& world, roles with);

  caf::behavior make_behavior() override;
  // Gives up the lead, so that others need not wait.
  void on_exit() override;
  const char* name() const override { return "leadership_keeper"; }

private:
  void on_tick();
  void step();
  void begin();
  void tell_who_leads();
  void write(const write_entry& wish);
  void note_trouble(const status& outcome);

  roles roles_;
  std::optional<leader_election> election_;
  leader_term told_ = 0;  // The term in which the node was told to lead; 0: it does not.
  processing_time last_step_;
  std::string trouble_;  // What was reported last, until it is over.
};

// The holder of a term as the store shows it: the node, and one of its lives.
std::string holder_of(const std::string& node, std::uint64_t life);
// The node that has called itself so.
std::string node_of_holder(const std::string& holder);

}  // namespace weir
