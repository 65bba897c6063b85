// SPDX-License-Identifier: Apache-2.0
// The steps of coordination/leader_election.hpp.
#include "coordination/leader_election.hpp"

#include <algorithm>
#include <utility>

namespace weir {

leader_election::leader_election(election_options options) : options_{std::move(options)} {
  WEIR_ASSERT(options_.lease >= duration{3} && !options_.holder.empty());
}

status leader_election::step(high_availability_store& store,
                             const std::function<processing_time()>& clock) {
  return leads(clock()) ? renew(store, clock) : follow(store, clock);
}

status leader_election::renew(high_availability_store& store,
                              const std::function<processing_time()>& clock) {
  const auto asked = clock();
  const auto renewed = store.renew(term_);
  if (!renewed) return renewed.failure();
  if (*renewed) {
    leads_until_ = asked + own_lease();
  } else {
    stop_leading();
  }
  return {};
}

void leader_election::note(const leadership& found, processing_time now) {
  if (seen_since_ && found == seen_) return;
  seen_ = found;
  seen_since_ = now;
}

status leader_election::follow(high_availability_store& store,
                               const std::function<processing_time()>& clock) {
  stop_leading();
  const auto found = store.look();
  if (!found) return found.failure();
  const auto now = clock();
  const auto known = std::max(seen_.term, term_);
  if (found->term < known) {
    return error{error_code::corrupt_data,
                 "it has lost what was stored: term " + std::to_string(known) +
                     " has begun, and it shows term " + std::to_string(found->term) +
                     "; was another disk mounted, or were files removed?"};
  }
  note(*found, now);
  const bool is_free = seen_.term == 0 || seen_.has_resigned;
  if (!is_free && now - *seen_since_ < options_.lease) return {};
  return take(store, now);
}

status leader_election::take(high_availability_store& store, processing_time asked) {
  const auto taken = store.take(seen_, options_.holder);
  if (!taken) return taken.failure();
  if (!*taken) return {};
  term_ = seen_.term + 1;
  note({.term = term_, .holder = options_.holder}, asked);
  leads_until_ = asked + own_lease();
  return {};
}

status leader_election::resign(high_availability_store& store, processing_time now) {
  if (!leads(now)) return {};
  stop_leading();
  return store.resign(term_);
}

}  // namespace weir
