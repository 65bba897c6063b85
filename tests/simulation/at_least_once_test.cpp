// SPDX-License-Identifier: Apache-2.0
// Without alignment a record may count twice after a failure, and never not at all.
#include <gtest/gtest.h>

#include "tests/support/long_story.hpp"

namespace weir {
namespace {

void only_number(environment& env) {
  env.from(story_source(reading_number), monotonous(&reading::time))
      .key_by(&reading::key)
      .process<std::string>(numbering{})
      .uid("number")
      .sink(file_sink("/out/numbers"));
}

lines only_numbers() {
  lines expected;
  add_numbers(expected);
  return expected;
}

const story_job numbers{only_number, only_numbers};

// A record that is repeated gets a number of its own, behind those of its key.
TEST(AtLeastOnce, LosesNothingWhateverTaskManagersCrash) {
  std::size_t repeated = 0;
  for (const auto seed : every_seed_of(15)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed, numbers};
    story.options().checkpoint_mode = delivery_guarantee::at_least_once;
    static_cast<void>(tell_of_crashes(story, seed));
    const auto found = committed_lines(story.disk());
    for (const auto& [line, times] : only_numbers()) ASSERT_TRUE(found.contains(line)) << line;
    repeated += found.size() > only_numbers().size() ? 1U : 0U;
  }
  EXPECT_GT(repeated, 0U) << "or nothing was at stake";
}

}  // namespace
}  // namespace weir
