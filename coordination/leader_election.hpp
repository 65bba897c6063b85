// SPDX-License-Identifier: Apache-2.0
// Whether this participant leads, decided with a high-availability store and a clock of its own.
//
//   following --nobody leads, or the beat stood still for a lease--> taking --first--> leading
//       ^                                                              |                 |
//       +--------------------------- somebody else was first ----------+                 |
//       +--- a later term has begun, or no beat was shown for two thirds of a lease -----+
//
// 1. Who takes over has seen the former leader's beat stand still for a whole lease. The former
//    leader has stopped to lead after two thirds of one, counted from before it asked the store. So
//    their times do not overlap, as long as no clock runs half as fast again as another.
// 2. A leader that stood still itself finds out when it looks: ask `leads(now)` for each decision.
//    What it writes nevertheless, the store refuses by its term.
//
// Clocks are compared with themselves only.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "api/error.hpp"
#include "api/time.hpp"
#include "coordination/high_availability_store.hpp"

namespace weir {

struct election_options {
  std::string holder{};  // This participant, in this life.
  duration lease = std::chrono::seconds{3};
};

class leader_election {
public:
  // REQUIRES: the lease is at least 3 microseconds, the holder not empty.
  explicit leader_election(election_options options);

  // How often `step` is called.
  duration interval() const { return options_.lease / 6; }

  // Does what is to be done now: looks, takes over, or renews. `clock` is read before and after the
  // store is asked. After an error nothing has changed but by the passing of time.
  status step(high_availability_store& store, const std::function<processing_time()>& clock);
  // Gives up the lead, if it has it, so that others need not wait.
  status resign(high_availability_store& store, processing_time now);

  bool leads(processing_time now) const { return now < leads_until_; }
  // Until when it leads, or has led, if nothing is heard of the store before.
  processing_time leads_until() const { return leads_until_; }
  // The term in which it leads or has led last; 0 if there is none.
  leader_term term() const { return term_; }
  // Who leads, as far as is known: as of the last look.
  const leadership& seen() const { return seen_; }

private:
  status renew(high_availability_store& store, const std::function<processing_time()>& clock);
  status follow(high_availability_store& store, const std::function<processing_time()>& clock);
  status take(high_availability_store& store, processing_time asked);
  void note(const leadership& found, processing_time now);
  void stop_leading() { leads_until_ = processing_time::min(); }
  duration own_lease() const { return options_.lease * 2 / 3; }

  election_options options_;
  leadership seen_;
  std::optional<processing_time> seen_since_;  // Since when it has been as it is.
  leader_term term_ = 0;
  processing_time leads_until_ = processing_time::min();
};

}  // namespace weir
