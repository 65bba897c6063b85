// SPDX-License-Identifier: Apache-2.0
// Output files that are ended by time, between the checkpoints, on a simulated cluster: as many as
// the time makes, and every record in exactly one of them, whatever crashes.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/long_story.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

template <class Sink>
void number_into(environment& env, const Sink& sink) {
  env.from(story_source(reading_number), monotonous(&reading::time))
      .key_by(&reading::key)
      .process<std::string>(numbering{})
      .uid("number")
      .sink(sink);
}

lines only_numbers() {
  lines expected;
  add_numbers(expected);
  return expected;
}

const story_job rolled_often{
    [](environment& env) {
      number_into(env, file_sink("/out/numbers").rollover_interval(7ms).inactivity_interval(2ms));
    },
    only_numbers};

const story_job rolled_every_50_ms{
    [](environment& env) { number_into(env, file_sink("/out/numbers").rollover_interval(50ms)); },
    only_numbers};

// A record every 50 ms.
const story_job rolled_when_silent{
    [](environment& env) {
      env.from(generator(6, [](std::uint64_t i) { return i; }).at_rate(20))
          .parallelism(1)
          .sink(file_sink("/out/slow").inactivity_interval(10ms))
          .parallelism(1);
    },
    [] {
      return lines{{"slow: 0", 1}, {"slow: 1", 1}, {"slow: 2", 1},
                   {"slow: 3", 1}, {"slow: 4", 1}, {"slow: 5", 1}};
    }};

// How many files a run without failures commits, whose only checkpoint is the one at its end.
std::size_t files_of(const story_job& job) {
  long_story story{1, job};
  story.options().parallelism = 1;
  story.options().checkpoint_interval = 1h;
  EXPECT_EQ(story.finish(), "");
  const auto names = *story.disk().list("/out");
  return static_cast<std::size_t>(std::count_if(names.begin(), names.end(), [](const auto& name) {
    return name.find("in-progress") == std::string::npos;
  }));
}

TEST(RollingByTime, EndsAFileAsOftenAsTheIntervalSays) {
  const auto files = files_of(rolled_every_50_ms);
  EXPECT_GE(files, 7U) << "400 ms of records";
  EXPECT_LE(files, 10U);
}

TEST(RollingByTime, EndsAFileWhenNothingCame) { EXPECT_EQ(files_of(rolled_when_silent), 6U); }

TEST(RollingByTime, HasEveryRecordInOneFileWhateverCrashes) {
  const auto count = number_from_environment("WEIR_SIMULATION_SEEDS", 300) / 6;
  for (const auto seed : seeds_for(count)) {
    long_story story{seed, rolled_often};
    const auto wrong = seed % 2 == 0 ? tell_of_crashes(story, seed) : tell_of_power_failures(story);
    ASSERT_EQ(wrong, "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace weir
