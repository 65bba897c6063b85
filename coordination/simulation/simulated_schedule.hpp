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
//
// `round_robin` is no chance at all: whoever has waited longest runs, and whoever has more to do
// queues up again. `pass_over` makes those at the head of the queue wait one more turn. That is the
// delaying scheduler of Emmi, Qadeer, Rakamaric: Delay-Bounded Scheduling, POPL 2011; a search
// through all runs with few delays reaches the errors that need few of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "coordination/simulation/random_numbers.hpp"

namespace weir {

struct schedule_options {
  enum class strategy : std::uint8_t { uniform, priorities, round_robin };

  strategy how = strategy::uniform;
  std::uint32_t depth = 3;      // d of PCT. REQUIRES: at least 1.
  std::uint64_t steps = 1'000;  // k of PCT. REQUIRES: at least 1.
};

class simulated_schedule {
public:
  simulated_schedule(std::uint64_t seed, schedule_options options);

  bool needs_names() const { return options_.how == schedule_options::strategy::priorities; }
  // Whether `ready` is a queue: those before the chosen one go to its end.
  bool is_queue() const { return options_.how == schedule_options::strategy::round_robin; }
  // The place of one of `ready` things that are alike. REQUIRES: ready > 0, !needs_names().
  std::size_t choose(std::size_t ready);
  // The place of one of `ready`, the ids of actors; the same id has the same priority again.
  // REQUIRES: not empty.
  std::size_t choose(const std::vector<std::uint64_t>& ready);
  // The place of the one of a queue that is next, when those at the places `ready` are: whom it
  // passes over goes to the end of the queue first. REQUIRES: is_queue(); `ready` is ascending and
  // not empty.
  template <class Queue>
  std::size_t take_turn(Queue& queue, const std::vector<std::size_t>& ready);
  // Has the chosen one run next, as CAF's scheduler runs who comes first.
  template <class Queue>
  void bring_to_front(Queue& queue, std::size_t chosen) const {
    const auto place = queue.begin() + static_cast<std::ptrdiff_t>(chosen);
    is_queue() ? void(std::rotate(queue.begin(), place, place + 1))
               : std::iter_swap(queue.begin(), place);
  }
  // Behind its run: CAF's scheduler leaves whoever has more to do at the front.
  template <class Queue, class Actor>
  void queue_up_again(Queue& queue, const Actor* ran) const {
    if (!is_queue() || queue.empty() || queue.front() != ran) return;
    std::rotate(queue.begin(), queue.begin() + 1, queue.end());
  }
  // Has the next choice of a queue pass over `count`, or all but the last one.
  void pass_over(std::uint32_t count) { passed_over_ = count; }
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
  std::uint32_t passed_over_ = 0;
};

template <class Queue>
std::size_t simulated_schedule::take_turn(Queue& queue, const std::vector<std::size_t>& ready) {
  const auto passed = choose(ready.size());
  for (std::size_t i = 0; i < passed; ++i) {
    // Each that has gone has moved the others by one.
    const auto first = queue.begin() + static_cast<std::ptrdiff_t>(ready[i] - i);
    std::rotate(first, first + 1, queue.end());
  }
  return ready[passed] - passed;
}

}  // namespace weir
