// SPDX-License-Identifier: Apache-2.0
// A leader whose store fails: it does not say that what it could not store is kept, and what waits
// for the store does not add up.
#include <optional>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "tests/support/simulated_nodes.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

// The store takes no entries of the first term, or none of that name; leases go on.
void break_entries(simulated_nodes& nodes, const std::string& name = "") {
  nodes.world().files().faults().set(
      {.create = per_million{1'000'000}, .under = "/store/entries-1/.draft-" + name});
}

std::string outcome(const std::optional<reply>& got) {
  if (!got) return "no answer";
  const auto* const no = std::get_if<refused>(&*got);
  return no != nullptr ? "refused: " + no->why : "done";
}

TEST(ClusterStoreFailures, AreToldToWhoeverDrainsANode) {
  simulated_nodes nodes{{.seed = 1, .nodes = 1, .lead_alone = true}};
  nodes.run(2s);
  const drain_node wish{nodes.name_of(0)};
  break_entries(nodes);
  const auto refusal = outcome(nodes.ask(0, wish));
  EXPECT_TRUE(
      refusal.starts_with("refused: which nodes are drained could not be stored, and holds "
                          "only until this node is started again: "))
      << refusal;
  EXPECT_EQ(outcome(nodes.ask(0, wish)), refusal) << "asked again, it is tried again";
  nodes.world().files().faults().set({});
  EXPECT_EQ(outcome(nodes.ask(0, wish)), "done");
  nodes.crash(0);
  nodes.start(0);
  nodes.run(20s);
  const auto listed = nodes.ask(0, list_nodes{});
  EXPECT_TRUE(std::get<nodes_listed>(*listed).nodes.at(0).is_draining);
}

TEST(ClusterStoreFailures, LeaveTheRecordOfAJobThatIsInNoList) {
  for (const bool fails : {false, true}) {
    simulated_nodes nodes{{.seed = 1, .nodes = 1, .lead_alone = true}};
    nodes.run(2s);
    for (std::size_t n = 0; n < most_ended_jobs; ++n) {
      const auto id = "j" + std::to_string(1000 + n);
      ASSERT_EQ(nodes.submit(1000, id), id);
      nodes.ask(0, end_job{id});
    }
    if (fails) break_entries(nodes, "forgotten");
    EXPECT_EQ(nodes.submit(1000, "last"), "last");
    nodes.world().files().faults().set({});
    nodes.run(1s);
    EXPECT_EQ(nodes.world().files().stat("/store/entries-1/job-j1000").ok(), fails);
  }
}

TEST(ClusterStoreFailures, DoNotPileUpWhatIsToldAgain) {
  simulated_nodes nodes{{.seed = 1, .nodes = 2, .heard = heard_orders::never}};
  nodes.run(2s);
  const auto leads = *nodes.leader();
  ASSERT_EQ(nodes.submit(4), "4f");
  nodes.run(2s);
  ASSERT_EQ(nodes.job("4f")->state, "running");
  nodes.ask(leads, ask_savepoint{"4f", {.token = "7"}});
  nodes.run(1s);
  ASSERT_GE(nodes.processes().orders_heard, 1U);
  break_entries(nodes);
  // It waits for the store.
  nodes.tell(leads, asked_question{.number = 1, .what = drain_node{nodes.name_of(leads)}});
  nodes.run(7s);
  const auto before = nodes.processes().orders_heard;
  nodes.world().files().faults().set({});
  nodes.run(1s);
  EXPECT_EQ(*nodes.leader(), leads);
  EXPECT_LE(nodes.processes().orders_heard - before, 3U);
}

}  // namespace
}  // namespace weir
