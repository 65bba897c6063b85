// SPDX-License-Identifier: Apache-2.0
// What is read off a job graph: the addresses of its operators, and the fingerprint.
#include "api/job_graph.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/plain_graph.hpp"

namespace weir {
namespace {

TEST(OperatorIds, DoNotDependOnWhatIsAddedBeside) {
  const job_graph graph = chain({source(), stateful("count"), sink()});
  job_graph larger = chain({source("other"), sink("other print")});
  const node_index from = larger.add(source());
  const node_index count = larger.add(stateful("count"));
  larger.connect({.from = from, .to = count});
  larger.connect({.from = count, .to = larger.add(sink())});
  EXPECT_EQ(operator_ids(graph)[1], operator_ids(larger)[count.value]);
}

TEST(OperatorIds, FollowThePathOfNamesUnlessThereIsAUid) {
  const job_graph graph = chain({source(), node("map"), stateful("count"), sink()});
  const job_graph renamed = chain({source(), node("double"), stateful("count"), sink()});
  EXPECT_NE(operator_ids(graph)[2], operator_ids(renamed)[2]);

  job_graph with_uid = graph;
  job_graph renamed_with_uid = renamed;
  with_uid.node({2}).uid = renamed_with_uid.node({2}).uid = "count";
  EXPECT_EQ(operator_ids(with_uid)[2], operator_ids(renamed_with_uid)[2]);
}

TEST(OperatorIds, NeverChange) {
  job_graph graph = chain({source(), stateful("count"), sink()});
  graph.node({1}).uid = "counts";
  EXPECT_EQ(operator_ids(graph)[1].value, hash_bytes("uid:counts"));
  EXPECT_EQ(operator_ids(graph)[0].value, 16567943636172898331U);
}

TEST(OperatorIds, AreUniqueAlsoWherePathsAreNot) {
  job_graph graph = two_counts_of_one_source();
  graph.node({3}).uid = "second";
  const std::vector<operator_id> ids = operator_ids(graph);
  EXPECT_EQ(ids.size(), 5U);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    for (std::size_t j = i + 1; j < ids.size(); ++j) EXPECT_NE(ids[i], ids[j]);
  }
}

TEST(Fingerprint, TellsPrograms) {
  const job_graph graph = chain({source(), node("map"), sink()});
  EXPECT_EQ(fingerprint(graph), fingerprint(chain({source(), node("map"), sink()})));
  EXPECT_NE(fingerprint(graph), fingerprint(chain({source(), node("filter"), sink()})));
  job_graph of_other_type = graph;
  of_other_type.node({1}).output_types = {element_type_of<double>()};
  EXPECT_NE(fingerprint(graph), fingerprint(of_other_type));
  job_graph rebalanced = graph;
  rebalanced.edges[0].how = partitioning::rebalance;
  EXPECT_NE(fingerprint(graph), fingerprint(rebalanced));
}

}  // namespace
}  // namespace weir
