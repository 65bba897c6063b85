// SPDX-License-Identifier: Apache-2.0
// The open sessions of one key: few, sorted, and never touching each other, because a record that
// touches two of them makes one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "api/window.hpp"

namespace weir {

template <class Accumulator>
struct open_session {
  window span;
  Accumulator of;
  bool has_fired = false;  // With these records; later ones make it fire again.
};

template <class Accumulator>
struct key_sessions {
  std::vector<open_session<Accumulator>> sessions;
  event_time alarm = end_of_time;  // The time of the key's timer; end_of_time: it has none.

  // Whether a record whose own session would be `span` joins one that is open.
  bool touches(const window& span) const {
    const auto first = first_touching(span);
    return first != sessions.end() && first->span.start <= span.end;
  }

  // Adds a record whose own session is `span`; `add(accumulator)` adds it to an accumulator. When
  // that throws, the sessions are as before. Returns the session the record is in now.
  template <class Aggregate, class Add>
  open_session<Accumulator>& join(const window& span, const Aggregate& aggregate,
                                  const Accumulator& initial, Add&& add) {
    const auto first = sessions.begin() + (first_touching(span) - sessions.cbegin());
    if (first == sessions.end() || span.end < first->span.start) {
      Accumulator fresh = initial;
      add(fresh);
      return *sessions.insert(first, {span, std::move(fresh)});
    }
    add(first->of);
    first->span.start = std::min(first->span.start, span.start);
    first->span.end = std::max(first->span.end, span.end);
    first->has_fired = false;
    auto next = first + 1;
    for (; next != sessions.end() && next->span.start <= first->span.end; ++next) {
      aggregate.merge(first->of, next->of);
      first->span.end = std::max(first->span.end, next->span.end);
    }
    sessions.erase(first + 1, next);
    return *first;
  }

private:
  auto first_touching(const window& span) const {
    return std::find_if(sessions.begin(), sessions.end(),
                        [&](const auto& each) { return span.start <= each.span.end; });
  }
};

}  // namespace weir
