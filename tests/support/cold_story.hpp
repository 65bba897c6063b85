// SPDX-License-Identifier: Apache-2.0
// A story most of whose state does not change for a while: what an incremental checkpoint leaves
// out.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "tests/support/story_job.hpp"

namespace weir {

inline constexpr std::size_t cold_phases = 4;

inline std::size_t phase_of(std::int64_t milliseconds) {
  return static_cast<std::size_t>(milliseconds / 150) % cold_phases;
}

// Says of each reading the how-manieth of its key in phases like this one it is. Each kind of phase
// has a state of its own, which is left alone in the others.
class phase_numbering {
public:
  void open(keyed_state<std::uint64_t>& state) {
    for (std::size_t i = 0; i < cold_phases; ++i) {
      seen_[i] = state.value<std::uint64_t>("seen in " + std::to_string(i));
    }
  }
  void process(const reading& each, keyed_process_context<std::uint64_t, std::string>& context) {
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(each.time.time_since_epoch());
    const auto phase = phase_of(since.count());
    context.emit(line(context.key(), phase, ++seen_[phase].value()));
  }

  static std::string line(std::uint64_t key, std::size_t phase, std::uint64_t count) {
    return std::to_string(key) + " in " + std::to_string(phase) + ": " + std::to_string(count);
  }

private:
  std::array<value_state<std::uint64_t>, cold_phases> seen_;
};

inline const story_job cold_states{
    [](environment& env) {
      env.from(story_source(reading_number), monotonous(&reading::time))
          .key_by(&reading::key)
          .process<std::string>(phase_numbering{})
          .uid("number")
          .sink(file_sink("/out/cold"));
    },
    [] {
      lines expected;
      std::map<std::pair<std::uint64_t, std::size_t>, std::uint64_t> seen;
      for (std::uint64_t i = 0; i < story_records; ++i) {
        const auto key = reading_number(i).key;
        const auto phase = phase_of(static_cast<std::int64_t>(i));
        ++expected["cold: " + phase_numbering::line(key, phase, ++seen[{key, phase}])];
      }
      return expected;
    }};

}  // namespace weir
