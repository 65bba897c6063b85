// SPDX-License-Identifier: Apache-2.0
// What --print-plan prints, to the letter.
#include "coordination/plan_text.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "api/aggregates.hpp"
#include "api/environment.hpp"
#include "connectors/collection_source.hpp"
#include "connectors/discard_sink.hpp"

namespace weir {
namespace {

std::string without_fingerprint(std::string text) {
  const auto begin = text.find("fingerprint ");
  return text.erase(begin, text.find('\n', begin) - begin + 1);
}

TEST(PlanText, ShowsChainsSubtasksAndExchanges) {
  environment env{"readings"};
  env.from(collection({1, 2, 3}))
      .map([](int x) { return x + 1; })
      .key_by([](int x) { return x % 2; })
      .window(tumbling(std::chrono::seconds{5}))
      .aggregate(count())
      .uid("counts")
      .sink(discard())
      .parallelism(1);
  job_options options;
  options.parallelism = 2;
  ASSERT_TRUE(env.check(options));
  EXPECT_EQ(without_fingerprint(plan_text(execution_graph{env.graph(), options})),
            "job readings: 4 operators in 3 chains, 5 tasks, 2 slots\n"
            "\n"
            "chain 1  2 subtasks\n"
            "    collection\n"
            "    map\n"
            "    => hash to chain 2\n"
            "\n"
            "chain 2  2 subtasks\n"
            "    window  uid counts  keeps state\n"
            "    => rebalance to chain 3\n"
            "\n"
            "chain 3  1 subtask\n"
            "    discard\n");
}

TEST(PlanText, NamesErrorPoliciesInputsAndSlotSharingGroups) {
  environment env{"joined"};
  auto left = env.from(collection({1, 2})).name("left").slot_sharing_group("readers");
  auto right = env.from(collection({3, 4})).name("right");
  left.connect(right)
      .map([](int x) { return x; }, [](int x) { return x; })
      .on_error(skip_and_count())
      .sink(discard());
  const job_options options;
  ASSERT_TRUE(env.check(options));
  const auto text = plan_text(execution_graph{env.graph(), options});
  EXPECT_NE(text.find("chain 1  1 subtask  slot sharing group readers\n    left\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("    right\n    => forward to chain 3 (input 2)\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("  on error: skip and count\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace weir
