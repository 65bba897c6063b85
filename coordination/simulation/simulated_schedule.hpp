// SPDX-License-Identifier: Apache-2.0
// Which of the actors that are ready runs next.
//
// `uniform` draws one, each as likely as the others. `priorities` is PCT (Burckhardt, Kothari,
// Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs,
// ASPLOS 2010): every actor has a random priority, the highest that is ready runs, and at d - 1
// random ones of k steps whoever is about to run gets a priority below all others. It finds an
// error that takes d ordered events among n actors with a probability of at least 1 / (n *
// k^(d-1)), which drawing from all actors at each step does not promise. A stream has no end, so
// after k steps another k begin, with new steps at which priorities change.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "coordination/simulation/random_numbers.hpp"

namespace weir {

struct schedule_options {
  enum class strategy : std::uint8_t { uniform, priorities };

  strategy how = strategy::uniform;
  std::uint32_t depth = 3;      // d of PCT. REQUIRES: at least 1.
  std::uint64_t steps = 1'000;  // k of PCT. REQUIRES: at least 1.
};

class simulated_schedule {
public:
  simulated_schedule(std::uint64_t seed, schedule_options options);

  bool needs_names() const { return options_.how != schedule_options::strategy::uniform; }
  // The place of one of `ready` things that are alike.
  std::size_t choose(std::size_t ready) { return random_.below(ready); }
  // The place of one of `ready`, the ids of actors; the same id has the same priority again.
  // REQUIRES: not empty.
  std::size_t choose(const std::vector<std::uint64_t>& ready);
  // A number below `bound`, for what else belongs to the schedule.
  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }

private:
  std::int64_t priority_of(std::uint64_t actor);
  void draw_changes();

  schedule_options options_;
  random_numbers random_;
  std::map<std::uint64_t, std::int64_t> priorities_;
  std::vector<std::uint64_t> changes_;  // Steps of the current k, the last first.
  std::uint64_t step_ = 0;              // Of the current k.
  std::int64_t lowest_ = 0;             // Below it no actor is.
};

}  // namespace weir
