// SPDX-License-Identifier: Apache-2.0
// What is told of a run, and by which names.
#include "coordination/simulation/story.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_cluster.hpp"
#include "tests/support/story_job.hpp"

namespace weir {
namespace {

TEST(Story, SaysWhoDidWhatByEveryNameOfTheTask) {
  environment env{"story"};
  numbers_and_counts.define(env);
  job_options options;
  options.parallelism = 2;
  options.checkpoint_directory = "/checkpoints";
  options.checkpoint_interval = std::chrono::milliseconds{50};
  std::vector<story_event> events;
  std::set<std::string> names;
  story told{[&](const story_event& event, const std::vector<std::string>& also) {
    events.push_back(event);
    names.insert(also.begin(), also.end());
  }};
  std::optional<simulated_cluster> cluster;
  cluster.emplace(env.graph(), options,
                  simulated_cluster_options{.seed = 1,
                                            .observer =
                                                [&](const seen_message& seen) {
                                                  told.on_message(seen, cluster->world().now());
                                                },
                                            .listener = &told});
  told.begin(std::make_shared<const execution_graph>(env.graph(), options), cluster->world().now(),
             std::chrono::seconds{1});
  ASSERT_EQ(cluster->run().job.state, job_state::finished);
  for (const char* const expected :
       {"tm-1 registered", "deploy generator/0 in attempt 1", "generator/0 deployed",
        "generator/0 started", "job running", "checkpoint 1 triggered at generator/0",
        "checkpoint 1 acknowledged by process/0", "checkpoint 1 acknowledged by count/0",
        "checkpoint 1 acknowledged by window/0", "checkpoint 1 completed",
        "checkpoint 1 announced to count/0", "generator/0 drained", "generator/0 finished",
        "job finished"}) {
    EXPECT_TRUE(names.contains(expected)) << expected;
  }
  EXPECT_GT(told.data_messages(), 10U);
  EXPECT_GE(events.front().at, std::chrono::seconds{1}) << "what went before counts";
  const auto acknowledged = std::find_if(events.begin(), events.end(), [](const auto& each) {
    return each.text.starts_with("checkpoint 1 acknowledged by generator");
  });
  ASSERT_NE(acknowledged, events.end());
  const auto text = to_string(*acknowledged);
  EXPECT_NE(text.find(" s  tm-"), std::string::npos) << text;
  EXPECT_NE(text.find(" -> jm  checkpoint 1 acknowledged by generator/"), std::string::npos)
      << text;
}

}  // namespace
}  // namespace weir
