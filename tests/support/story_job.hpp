// SPDX-License-Identifier: Apache-2.0
// Jobs whose committed output is known beforehand, whatever fails while they run and however many
// subtasks they have: each says what it computes, and again without the engine what that is.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/aggregates.hpp"
#include "api/environment.hpp"
#include "api/keyed_stream.hpp"
#include "api/windowed_stream.hpp"
#include "connectors/file_sink.hpp"
#include "connectors/generator_source.hpp"
#include "coordination/simulation/random_numbers.hpp"

namespace weir {

// The lines that a job writes, in whatever order, with how often: "counts: ...", after their sink.
using lines = std::map<std::string, int>;

struct story_job {
  void (*define)(environment&);
  lines (*expected)();
};

inline constexpr std::uint64_t story_records = 1200;
inline constexpr std::uint64_t story_keys = 13;
inline constexpr double story_rate = 3000;  // Records per second: the input lasts 400 ms.

// Number i is of the time i ms.
struct reading {
  std::uint64_t key = 0;
  event_time time;
};
WEIR_FIELDS(reading, key, time)

inline event_time at_milliseconds(std::int64_t count) {
  return event_time{std::chrono::milliseconds{count}};
}

inline reading reading_number(std::uint64_t i) {
  return {mix(i) % story_keys, at_milliseconds(static_cast<std::int64_t>(i))};
}

// Says of each reading the how-manieth of its key it is.
class numbering {
public:
  void open(keyed_state<std::uint64_t>& state) { seen_ = state.value<std::uint64_t>("seen"); }
  void process(const reading&, keyed_process_context<std::uint64_t, std::string>& context) {
    context.emit(std::to_string(context.key()) + ":" + std::to_string(++seen_.value()));
  }

private:
  value_state<std::uint64_t> seen_;
};

inline auto story_source(reading (*make)(std::uint64_t)) {
  return generator(story_records, make).at_rate(story_rate);
}

// The lines that `numbering` makes of all readings.
void add_numbers(lines& to);

// A value for each key, and tumbling windows.
extern const story_job numbers_and_counts;
// Two sources in one stream, dealt out anew, then timers, maps, lists, sliding and session windows.
extern const story_job many_shapes;
// Some from number 700 on are of the first window and must be dropped. No source may lag behind the
// others by half of the input, so nothing may be paused.
extern const story_job late_readings;

}  // namespace weir
