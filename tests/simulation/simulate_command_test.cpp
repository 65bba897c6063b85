// SPDX-License-Identifier: Apache-2.0
// `--simulate`: what can be said, and what it prints.
#include "coordination/testing/simulate_command.hpp"

#include <gtest/gtest.h>

#include "connectors/collection_source.hpp"
#include "connectors/file_sink.hpp"
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

TEST(SimulateCommand, KnowsBoundsOfASearch) {
  const auto bounds = *parse_bounds("deviations=2,crashes=1,runs=500,steps=60");
  EXPECT_EQ(bounds.deviations, 2U);
  EXPECT_EQ(bounds.crashes, 1U);
  EXPECT_EQ(bounds.most_runs, 500U);
  EXPECT_EQ(bounds.first_steps, 60U);
  EXPECT_EQ(parse_bounds("default")->deviations, exhaustive_bounds{}.deviations);
  for (const std::string wrong : {"", "crashes", "crashes=", "crashes=x", "crashes=-1", "depth=1",
                                  "crashes=1,", "crashes=99999999999"}) {
    const auto parsed = parse_bounds(wrong);
    ASSERT_FALSE(parsed.ok()) << wrong;
    EXPECT_NE(parsed.failure().message.find("is no bound; there are deviations=N, crashes=N, "),
              std::string::npos)
        << parsed.failure().message;
  }
}

TEST(SimulateCommand, SearchesWithinBounds) {
  environment env{"numbers"};
  env.from(collection(std::vector<int>{1, 2, 3})).sink(file_sink("/out/numbers"));
  std::string said;
  std::string last_progress;
  const auto simulate = [&](simulate_request request) {
    said.clear();
    return simulate_job(
        env, env.options(), request,
        {.line = [&](std::string_view text) { said += text; },
         .progress = [&](std::string_view text) { last_progress = std::string{text}; }});
  };
  EXPECT_EQ(
      simulate({.faults = {}, .exhaustive = exhaustive_bounds{.crashes = 1, .first_steps = 40}}),
      exit_finished)
      << said;
  EXPECT_TRUE(said.starts_with("all ")) << said;
  EXPECT_TRUE(last_progress.ends_with(" runs, 0 failed")) << last_progress;
  const exhaustive_bounds bounds;
  EXPECT_EQ(simulate({.faults = {}, .exhaustive = bounds, .replay = "crash-tm-1@9"}), exit_finished)
      << said;
  EXPECT_TRUE(said.starts_with("1 seeds")) << said;
  EXPECT_EQ(simulate({.faults = {"crash"}, .exhaustive = bounds}), exit_usage);
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
