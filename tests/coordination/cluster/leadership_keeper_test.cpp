// SPDX-License-Identifier: Apache-2.0
// What the keeper of a lead tells its node, and what becomes of what the node writes.
#include "coordination/cluster/leadership_keeper.hpp"

#include <gtest/gtest.h>

#include "coordination/directory_store.hpp"
#include "tests/support/probe_actor.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LeadershipKeeper : public ::testing::Test {
protected:
  caf::actor start(std::uint32_t process, const probe& node, bool takes_part = true) {
    auto& where = world_.process({process});
    const auto name = "10.0.0." + std::to_string(process + 1) + ":6123";
    leadership_keeper::roles roles{
        .store = std::make_unique<directory_store>(where.files(), "/store"),
        .election = {},
        .node = node.handle(),
        .report = [this](const std::string& what) { reports_.push_back(what); }};
    if (takes_part) roles.election = election_options{.holder = holder_of(name, process)};
    return where.spawn<leadership_keeper>(where, std::move(roles));
  }

  std::vector<std::string> reports_;
  simulated_world world_{{.seed = 1, .processes = 2}};
  probe first_{world_.process({0})};
  probe second_{world_.process({1})};
};

TEST_F(LeadershipKeeper, TellsWhoLeadsAndForHowLong) {
  start(0, first_);
  run_for(world_, milliseconds{100});
  start(1, second_);
  run_for(world_, seconds{5});
  ASSERT_EQ(first_->count<lead_begun>(), 1U);
  EXPECT_EQ(first_->last<lead_begun>().term, 1U);
  EXPECT_GT(first_->last<lead_extended>().until, world_.now());
  EXPECT_EQ(second_->count<lead_begun>(), 0U);
  EXPECT_EQ(second_->last<leader_seen>().node, "10.0.0.1:6123");
}

TEST_F(LeadershipKeeper, HandsOverWhatWasStored) {
  const auto keeper = start(0, first_);
  run_for(world_, milliseconds{100});
  caf::anon_send(keeper, write_entry{7, 1, "job-a", "first"});
  caf::anon_send(keeper, write_entry{8, 1, "job-b", "second"});
  caf::anon_send(keeper, write_entry{9, 1, "job-a", std::nullopt});
  caf::anon_send(keeper, write_entry{10, 1, "/", "no name"});
  start(1, second_);
  run_for(world_, seconds{1});
  const auto written = first_->all<entry_written>();
  ASSERT_EQ(written.size(), 4U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_FALSE(written[i].failure) << written[i].number;
  EXPECT_EQ(written[3].number, 10U);
  EXPECT_TRUE(written[3].failure);
  // It goes, and says so: nobody waits for its lease.
  caf::anon_send_exit(keeper, caf::exit_reason::user_shutdown);
  run_for(world_, seconds{1});
  ASSERT_EQ(second_->count<lead_begun>(), 1U);
  EXPECT_EQ(second_->last<lead_begun>().entries,
            (std::map<std::string, std::string>{{"job-b", "second"}}));
}

TEST_F(LeadershipKeeper, WritesNothingInATermThatIsOver) {
  const auto keeper = start(0, first_);
  run_for(world_, milliseconds{100});
  start(1, second_);
  run_for(world_, seconds{1});
  world_.pause({0}, seconds{6});
  run_for(world_, seconds{5});
  ASSERT_EQ(second_->count<lead_begun>(), 1U);
  caf::anon_send(keeper, write_entry{1, 1, "job-a", "late"});
  run_for(world_, seconds{3});
  EXPECT_EQ(first_->last<entry_written>().failure->code, error_code::in_use);
  EXPECT_EQ(first_->count<lead_ended>(), 1U);
  EXPECT_EQ(first_->last<leader_seen>().node, "10.0.0.2:6123");
}

TEST_F(LeadershipKeeper, GivesUpATermThatItsNodeHasLetPass) {
  const auto keeper = start(0, first_);
  run_for(world_, seconds{1});
  caf::anon_send(keeper, lead_dropped{1});
  run_for(world_, seconds{1});
  // In a later term, with all that is stored.
  EXPECT_EQ(first_->count<lead_begun>(), 2U);
  EXPECT_EQ(first_->last<lead_begun>().term, 2U);
}

TEST_F(LeadershipKeeper, SaysOnceThatTheStoreDoesNotWorkAndThatItWorksAgain) {
  start(0, first_);
  run_for(world_, seconds{1});
  ASSERT_TRUE(reports_.empty());
  constexpr per_million always{1'000'000};
  world_.files().faults().set({.create = always, .under = "/store"});
  run_for(world_, seconds{5});
  ASSERT_FALSE(reports_.empty());
  EXPECT_NE(reports_.back().find("the high-availability store: "), std::string::npos);
  EXPECT_EQ(first_->count<lead_ended>(), 1U);
  world_.files().faults().set({});
  run_for(world_, seconds{5});
  EXPECT_EQ(reports_.back(), "the high-availability store works again");
  EXPECT_EQ(first_->count<lead_begun>(), 2U);
}

TEST_F(LeadershipKeeper, OnlyWritesForANodeThatLeadsAlone) {
  directory_store alone{world_.process({0}).files(), "/store"};
  ASSERT_TRUE(*alone.take({}, "somebody"));
  const auto keeper = start(0, first_, false);
  run_for(world_, seconds{5});
  EXPECT_EQ(first_->count<lead_begun>(), 0U);
  caf::anon_send(keeper, write_entry{1, 1, "job-a", "text"});
  run_for(world_, seconds{1});
  EXPECT_FALSE(first_->last<entry_written>().failure);
  EXPECT_EQ((*alone.entries()).at("job-a"), "text");
}

TEST(Holders, NameANodeAndOneOfItsLives) {
  EXPECT_EQ(node_of_holder(holder_of("10.0.0.1:6123", 7)), "10.0.0.1:6123");
  EXPECT_NE(holder_of("10.0.0.1:6123", 7), holder_of("10.0.0.1:6123", 8));
}

}  // namespace
}  // namespace weir
