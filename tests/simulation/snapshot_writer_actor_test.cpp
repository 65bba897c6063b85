// SPDX-License-Identifier: Apache-2.0
// A snapshot is written message by message, and the job manager hears how that went.
#include "actors/snapshot_writer_actor.hpp"

#include <gtest/gtest.h>

#include "tests/support/probe_actor.hpp"
#include "tests/support/snapshot_content.hpp"

namespace weir {
namespace {

class SnapshotWriterActor : public testing::Test {
protected:
  void write() {
    process_.spawn<snapshot_writer_actor>(
        process_, task_.handle(), attempt_number{2}, task_index{5},
        task_snapshot{{17}, some_content(), std::chrono::milliseconds{3}}, some_header(),
        std::string{"/chk/5.snap"}, base_, manager_handle_);
    run_for(world_, std::chrono::milliseconds{10});
  }

  std::shared_ptr<const written_snapshot> base_;
  simulated_world world_{{.seed = 1, .processes = 2}};
  runtime& process_ = world_.process({0});
  probe task_{process_};
  probe manager_{process_};
  caf::actor manager_handle_ = manager_.handle();
};

TEST_F(SnapshotWriterActor, WritesAWholeFileAndAcknowledges) {
  write();
  const auto fact = manager_->last<checkpoint_acknowledged>();
  EXPECT_EQ(fact.attempt, attempt_number{2});
  EXPECT_EQ(fact.checkpoint, checkpoint_id{17});
  EXPECT_EQ(fact.task, task_index{5});
  EXPECT_EQ(fact.facts.file, "/chk/5.snap");
  EXPECT_EQ(fact.facts.alignment, std::chrono::milliseconds{3});
  EXPECT_EQ(fact.facts.bytes, world_.files().content_of("/chk/5.snap").size());
  EXPECT_EQ(world_.files().synced_content_of("/chk/5.snap").size(), fact.facts.bytes);
  EXPECT_EQ(fact.facts.operators.size(), 2U);
  EXPECT_TRUE(snapshot_reader::open(world_.files(), "/chk/5.snap"));
  EXPECT_EQ(manager_->count<checkpoint_declined>(), 0U);
}

TEST_F(SnapshotWriterActor, DeclinesWithTheCauseWhenTheDiskRefuses) {
  for (const auto what : {disk_operation::create, disk_operation::append, disk_operation::sync}) {
    world_.files().faults().fail({.what = what, .nth = 1, .under = "/chk/5.snap"});
    write();
    const auto fact = manager_->last<checkpoint_declined>();
    EXPECT_EQ(fact.checkpoint, checkpoint_id{17});
    EXPECT_NE(fact.cause.message.find("/chk/5.snap: Input/output error"), std::string::npos)
        << fact.cause.message;
  }
  EXPECT_EQ(manager_->count<checkpoint_declined>(), 3U);
  EXPECT_EQ(manager_->count<checkpoint_acknowledged>(), 0U);
}

TEST_F(SnapshotWriterActor, AcknowledgesLaterWhenTheDiskTakesItsTime) {
  using std::chrono::milliseconds;
  const probe far_away{world_.process({1})};
  manager_handle_ = process_.fabric().resolve(far_away.address());
  world_.files().faults().delay(disk_delays{
      .chance = {1'000'000}, .shortest = milliseconds{20}, .longest = milliseconds{20}});
  // An append and a sync.
  write();
  run_for(world_, milliseconds{25});
  EXPECT_EQ(far_away->count<checkpoint_acknowledged>(), 0U);
  run_for(world_, milliseconds{40});
  EXPECT_EQ(far_away->count<checkpoint_acknowledged>(), 1U);
}

TEST_F(SnapshotWriterActor, EndsWithItsTask) {
  caf::anon_send_exit(task_.handle(), caf::exit_reason::user_shutdown);
  run_for(world_, std::chrono::milliseconds{10});
  write();
  EXPECT_EQ(manager_->count<checkpoint_acknowledged>(), 0U);
}

}  // namespace
}  // namespace weir
