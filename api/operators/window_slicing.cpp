// SPDX-License-Identifier: Apache-2.0
// The failing side of api/operators/window_slicing.hpp.
#include "api/operators/window_slicing.hpp"

#include "api/operator.hpp"

namespace weir {

void require_time_for_window(event_time time) {
  constexpr event_time limit{duration{std::int64_t{1} << 60}};
  if (-limit.time_since_epoch() <= time.time_since_epoch() && time <= limit) return;
  const std::string found = time == beginning_of_time ? "it has no time" : to_string(time);
  throw task_failure{
      {error_code::invalid_argument, "find the window of a record: " + found +
                                         "; give the records their event times before the window"}};
}

}  // namespace weir
