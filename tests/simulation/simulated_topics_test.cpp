// SPDX-License-Identifier: Apache-2.0
// Where records go, and what of a topic is output.
#include "coordination/simulation/simulated_topics.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(SimulatedTopics, SendsRecordsOfOneKeyToOnePartitionAndOthersInTurn) {
  simulated_topics topics;
  topics.create("t", 4);
  std::map<std::string, std::set<log_partition>> where;
  for (int i = 0; i < 100; ++i) {
    const auto key = "k" + std::to_string(i % 10);
    where[key].merge(*topics.append("t", {{.key = key}}, std::nullopt, "append"));
    where["none"].merge(*topics.append("t", {{.value = "v"}}, std::nullopt, "append"));
  }
  std::set<log_partition> used;
  for (const auto& [key, partitions] : where) {
    EXPECT_EQ(partitions.size(), key == "none" ? 4U : 1U) << key;
    if (key != "none") used.insert(partitions.begin(), partitions.end());
  }
  EXPECT_GT(used.size(), 1U);
}

TEST(SimulatedTopics, TellsOutputFromWhatWasGiven) {
  simulated_topics topics;
  topics.put("t", {.value = "given"});
  topics.put("made by the first record", {.value = "given"});
  EXPECT_EQ(topics.names(), (std::vector<std::string>{"made by the first record", "t"}));
  EXPECT_TRUE(topics.output_of("t").empty());
  const auto to = topics.append("t", {{.value = "written"}}, transaction_number{1}, "append");
  EXPECT_TRUE(topics.output_of("t").empty());
  topics.end({1}, *to, true);
  ASSERT_EQ(topics.output_of("t").size(), 1U);
  EXPECT_EQ(topics.output_of("t")[0].value, "written");
  EXPECT_TRUE(topics.output_of("no such topic").empty());
}

TEST(SimulatedTopics, SaysWhatIsNotThere) {
  simulated_topics topics;
  EXPECT_EQ(topics.count("t", "look").failure().message,
            "look: there is no topic 't'; there are: none; create it first");
  topics.create("a", 1);
  topics.create("b", 2);
  topics.create("b", 7);
  EXPECT_EQ(*topics.count("b", "look"), 2U) << "a topic stays as it is";
  EXPECT_EQ(topics.append("t", {}, std::nullopt, "append to t").failure(),
            (log_error{log_failure::permanent,
                       "append to t: there is no topic 't'; there are: a, b; create it first"}));
  EXPECT_EQ(topics.find({"b", 2}, "fetch from b/2").failure().message,
            "fetch from b/2: the topic has only 2 partitions");
  EXPECT_EQ(topics.find({"t", 0}, "fetch").failure().what, log_failure::permanent);
}

}  // namespace
}  // namespace weir
