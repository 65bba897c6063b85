// SPDX-License-Identifier: Apache-2.0
// How long state is kept that nobody clears:
//
//   last_ = state.value<double>("last", ttl{1h});
//   open_ = state.map<int, order>("open", ttl{.lifetime = 24h, .clock = ttl_clock::event});
//
// 1. What a key has in the state expires as a whole at its last refresh + lifetime, exactly: from
//    that instant on it is as if it were not there.
// 2. Its memory is given back little by little, also if the key never comes again.
#pragma once

#include <cstdint>

#include "api/time.hpp"

namespace weir {

enum class ttl_clock : std::uint8_t {
  processing,
  // Refreshed at the time of the record or timer at hand, or at the watermark where that is later;
  // expired when the watermark has come to the end of its lifetime. Handling a timer of event time,
  // it is the time of the timer.
  event,
};

// What makes an entry start its lifetime anew. Whatever gives access for writing counts as a write.
enum class ttl_refresh : std::uint8_t { on_write, on_read_and_write };

struct ttl {
  duration lifetime;  // More than nothing, or opening the state fails.
  ttl_clock clock = ttl_clock::processing;
  ttl_refresh refresh = ttl_refresh::on_write;
};

// Of state that is kept until it is cleared.
struct no_ttl {};

}  // namespace weir
