// SPDX-License-Identifier: Apache-2.0
// The arithmetic of network/reconnect_backoff.hpp.
#include "network/reconnect_backoff.hpp"

#include <algorithm>
#include <utility>

#include "api/key_group.hpp"

namespace weir {

status validate(const reconnect_settings& settings) {
  if (settings.first > duration::zero() && settings.first <= settings.longest) return {};
  return error{error_code::invalid_argument,
               "take the settings of reconnecting: the first delay (" + to_string(settings.first) +
                   ") must be longer than 0 and at most the longest (" +
                   to_string(settings.longest) + ")"};
}

reconnect_backoff::reconnect_backoff(const reconnect_settings& settings)
    : settings_{settings}, bound_{settings.first} {
  WEIR_ASSERT(validate(settings).ok());
}

duration reconnect_backoff::next(std::uint64_t chance) {
  const auto bound = std::exchange(bound_, std::min(bound_ * 2, settings_.longest));
  const auto drawn = scale_to(chance, static_cast<std::uint64_t>(bound.count() / 2 + 1));
  return bound - duration{static_cast<std::int64_t>(drawn)};
}

}  // namespace weir
