// SPDX-License-Identifier: Apache-2.0
// `--simulate`: what can be said, and what it prints.
#include "coordination/testing/simulate_command.hpp"

#include <gtest/gtest.h>

#include "coordination/run.hpp"
#include "tests/support/story_job.hpp"

namespace weir {
namespace {

TEST(SimulateCommand, KnowsListsOfFaults) {
  EXPECT_EQ(*parse_faults("none"), std::vector<std::string>{});
  EXPECT_EQ(*parse_faults("crash,disk"), (std::vector<std::string>{"crash", "disk"}));
  EXPECT_EQ(parse_faults("default")->size(), fault_names().size());
  for (const std::string wrong : {"", "fire", "crash,", "crash;disk"}) {
    const auto parsed = parse_faults(wrong);
    ASSERT_FALSE(parsed.ok()) << wrong;
    EXPECT_NE(parsed.failure().message.find("is no kind of fault; there are crash, "),
              std::string::npos)
        << parsed.failure().message;
  }
}

TEST(SimulateCommand, KnowsRangesOfSeeds) {
  EXPECT_EQ(seed_range_of("1..10000")->last, 10'000U);
  EXPECT_EQ(seed_range_of("8142")->first, 8142U);
  EXPECT_EQ(seed_range_of("8142")->last, 8142U);
  for (const std::string wrong : {"", "..", "1..", "..3", "5..4", "1-3", "-1", "one", "1..2..3"}) {
    EXPECT_FALSE(seed_range_of(wrong).ok()) << wrong;
  }
}

TEST(SimulateCommand, RunsTheJobAndSaysHowItWent) {
  environment env{"numbers"};
  numbers_and_counts.define(env);
  std::string said;
  std::string last_progress;
  const auto status =
      simulate_job(env, env.options(), {.seeds = {1, 3}, .faults = *parse_faults("default")},
                   {.line = [&](std::string_view text) { said += text; },
                    .progress = [&](std::string_view text) { last_progress = std::string{text}; }});
  EXPECT_EQ(status, exit_finished) << said;
  EXPECT_EQ(last_progress, "3 of 3 seeds, 0 failed");
  EXPECT_TRUE(said.starts_with("3 seeds, ")) << said;
  EXPECT_TRUE(said.ends_with(": 0 failed, 0 lost, 0 duplicated, 0 stuck\n")) << said;
}

}  // namespace
}  // namespace weir
