// SPDX-License-Identifier: Apache-2.0
// Decisions about checkpoints become files; what an attempt begins with; what does not fit the job.
#include "coordination/job_checkpoints.hpp"

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"
#include "state/snapshot_writer.hpp"
#include "tests/support/test_graphs.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr attempt_number first{1};

// numbers -> collect: tasks 0 and 1 read, and write what they have read.
class JobCheckpoints : public testing::Test {
protected:
  JobCheckpoints() {
    options_.checkpoint_directory = "/chk";
    options_.operator_chaining = true;
    options_.seed = 1;
  }

  std::unique_ptr<job_checkpoints> make(const linear_job& job) {
    graph_ = std::make_shared<const execution_graph>(job.graph(), options_);
    return std::make_unique<job_checkpoints>(graph_, disk_);
  }
  std::unique_ptr<job_checkpoints> opened() {
    auto made = make(job_);
    const auto taken = made->open(++lives_);
    EXPECT_TRUE(taken) << (taken ? "" : taken.failure().message);
    return made;
  }

  // The only task acknowledges `id` with a snapshot of its own.
  job_checkpoints::orders acknowledge(job_checkpoints& checkpoints, checkpoint_id id,
                                      attempt_number attempt = first,
                                      std::vector<shared_file> shared = {}) {
    const checkpoint_directory directory{disk_, "/chk"};
    const auto path = directory.snapshot_path(id, checkpoints.token_of(attempt), {0});
    std::vector<operator_snapshot> content;
    const auto id_of_source = graph_->id_of({0});
    content.push_back({id_of_source, "numbers", {}, {{"splits", "xyz"}}});
    auto writer = snapshot_writer::create(disk_, path,
                                          {.checkpoint = id,
                                           .task = "t",
                                           .subtask = {},
                                           .parallelism = 1,
                                           .max_parallelism = options_.max_parallelism},
                                          std::move(content));
    EXPECT_TRUE(writer);
    while (!*writer->write_some(1000)) {
    }
    return checkpoints.on_acknowledged(attempt, id, {0},
                                       {.file = path,
                                        .bytes = writer->bytes_written(),
                                        .operators = {id_of_source},
                                        .shared = std::move(shared)},
                                       now_);
  }
  // Takes the next checkpoint and returns its id.
  checkpoint_id take(job_checkpoints& checkpoints) {
    now_ += 1s;
    const auto orders = checkpoints.on_tick(now_);
    EXPECT_EQ(orders.triggers.size(), 1U);
    const auto id = orders.triggers.front().id;
    const auto done = acknowledge(checkpoints, id);
    EXPECT_EQ(done.completed.size(), 1U);
    return id;
  }
  // A job that has taken `count` checkpoints, and is gone.
  void take_in_an_earlier_life(int count) {
    const auto checkpoints = opened();
    static_cast<void>(checkpoints->on_state(job_state::running, first, now_));
    for (int i = 0; i < count; ++i) take(*checkpoints);
  }
  static std::string message_of(const status& outcome) {
    return outcome ? "" : outcome.failure().message;
  }

  std::uint64_t lives_ = 0;
  simulated_file_system disk_;
  sink_results results_;
  linear_job job_ = std::move(linear_job{source_node(10)}.then(sink_node(results_)));
  job_options options_;
  std::shared_ptr<const execution_graph> graph_;
  processing_time now_{1h};
};

TEST_F(JobCheckpoints, DoesNothingWithoutADirectory) {
  options_.checkpoint_directory.clear();
  const auto checkpoints = make(job_);
  EXPECT_TRUE(checkpoints->open(++lives_));
  EXPECT_FALSE(checkpoints->is_enabled());
  EXPECT_TRUE(checkpoints->on_state(job_state::running, first, now_).triggers.empty());
  EXPECT_TRUE(checkpoints->on_tick(now_ + 1h).triggers.empty());
  EXPECT_FALSE(checkpoints->next_tick());
  const auto begin = checkpoints->begin(first);
  ASSERT_TRUE(begin);
  EXPECT_EQ(begin->checkpoint, checkpoint_id{});
}

TEST_F(JobCheckpoints, TriggersSourcesAndCompletesWhenAllHaveAcknowledged) {
  const auto checkpoints = opened();
  EXPECT_TRUE(checkpoints->on_state(job_state::running, first, now_).triggers.empty());
  EXPECT_EQ(checkpoints->next_tick(), now_ + 1s);
  const auto orders = checkpoints->on_tick(now_ + 1s);
  ASSERT_EQ(orders.triggers.size(), 1U);
  EXPECT_EQ(orders.triggers[0].to, std::vector<task_index>{{0}});
  EXPECT_EQ(orders.triggers[0].id, checkpoint_id{1});
  const auto done = acknowledge(*checkpoints, {1});
  ASSERT_EQ(done.completed.size(), 1U);
  ASSERT_EQ(done.reports.size(), 1U);
  EXPECT_FALSE(done.reports[0].cause);
  const auto written = checkpoint_directory{disk_, "/chk"}.at("/chk/chk-1");
  ASSERT_TRUE(written);
  EXPECT_EQ(written->manifest.job_name, "test");
  EXPECT_EQ(written->manifest.graph_fingerprint, fingerprint(job_.graph()));
}

TEST_F(JobCheckpoints, AreRemovedWhenTheJobIsCancelledAndOnlyThen) {
  for (const bool retains : {false, true}) {
    options_.retain_checkpoints_on_cancel = retains;
    for (const auto last : {job_state::finished, job_state::failed, job_state::cancelled}) {
      const auto checkpoints = opened();
      static_cast<void>(checkpoints->on_state(job_state::running, first, now_));
      const auto id = take(*checkpoints);
      static_cast<void>(checkpoints->on_state(last, first, now_));
      const checkpoint_directory directory{disk_, "/chk"};
      const bool is_there = directory.at(directory.directory_of(id)).ok();
      EXPECT_EQ(is_there, retains || last != job_state::cancelled) << to_string(last);
    }
  }
}

TEST_F(JobCheckpoints, KeepsTheNewestAndDiscardsTheRest) {
  options_.retained_checkpoints = 2;
  take_in_an_earlier_life(4);
  const checkpoint_directory directory{disk_, "/chk"};
  EXPECT_EQ(*directory.all(), (std::vector<checkpoint_id>{{3}, {4}}));
}

TEST_F(JobCheckpoints, KeepsTheFilesThatTheNewestShares) {
  const auto checkpoints = opened();
  static_cast<void>(checkpoints->on_state(job_state::running, first, now_));
  take(*checkpoints);
  const auto bytes = disk_.content_of("/chk/chk-1/task-0.life-1.attempt-1.snap").size();
  now_ += 1s;
  EXPECT_EQ(checkpoints->on_tick(now_).triggers.at(0).base.checkpoint, checkpoint_id{1});
  const std::vector<shared_file> shared{{{1}, "task-0.life-1.attempt-1.snap", bytes}};
  EXPECT_EQ(acknowledge(*checkpoints, {2}, first, shared).completed.size(), 1U);
  const checkpoint_directory directory{disk_, "/chk"};
  ASSERT_TRUE(directory.latest() && *directory.latest());
  EXPECT_EQ((*directory.latest())->manifest.shared, shared);
  EXPECT_EQ((*directory.latest())->manifest.id, checkpoint_id{2});
  take(*checkpoints);
  EXPECT_EQ(*directory.all(), (std::vector<checkpoint_id>{{3}}));
}

TEST_F(JobCheckpoints, BeginsTheNextAttemptWithTheNewest) {
  const auto checkpoints = opened();
  EXPECT_EQ(checkpoints->begin(first)->checkpoint, checkpoint_id{});
  static_cast<void>(checkpoints->on_state(job_state::running, first, now_));
  const auto id = take(*checkpoints);
  static_cast<void>(checkpoints->on_state(job_state::failing, first, now_));
  const auto begin = checkpoints->begin({2});
  ASSERT_TRUE(begin);
  EXPECT_EQ(begin->checkpoint, id);
  const std::string path = "/chk/chk-1/task-0.life-1.attempt-1.snap";
  EXPECT_EQ(begin->files, (std::vector<snapshot_place>{{path, disk_.content_of(path).size()}}));
}

TEST_F(JobCheckpoints, BasesTheFirstOnWhatTheAttemptBeganWithIfItIsTheJobsOwn) {
  const auto base_of_first = [this](attempt_number attempt) {
    const auto checkpoints = opened();
    EXPECT_TRUE(checkpoints->begin(attempt));
    static_cast<void>(checkpoints->on_state(job_state::running, attempt, now_));
    now_ += 1s;
    const auto orders = checkpoints->on_tick(now_);
    return orders.triggers.at(0).base.checkpoint;
  };
  take_in_an_earlier_life(2);
  EXPECT_EQ(base_of_first(first), checkpoint_id{}) << "it starts afresh";
  options_.restore = "latest";
  EXPECT_EQ(base_of_first(first), checkpoint_id{2});
  options_.restore = "/chk/chk-2";
  EXPECT_EQ(base_of_first(first), checkpoint_id{}) << "that of a user is not kept for the job";
  options_.restore.clear();
  const auto checkpoints = opened();
  static_cast<void>(checkpoints->on_state(job_state::running, first, now_));
  const auto id = take(*checkpoints);
  static_cast<void>(checkpoints->on_state(job_state::failing, first, now_));
  EXPECT_TRUE(checkpoints->begin({2}));
  static_cast<void>(checkpoints->on_state(job_state::running, {2}, now_));
  now_ += 1s;
  EXPECT_EQ(checkpoints->on_tick(now_).triggers.at(0).base.checkpoint, id);
}

TEST_F(JobCheckpoints, GoesOnFromAnEarlierLifeOnlyIfToldTo) {
  take_in_an_earlier_life(2);
  {
    const auto checkpoints = opened();
    EXPECT_EQ(checkpoints->begin(first)->checkpoint, checkpoint_id{}) << "it starts afresh";
    EXPECT_EQ(checkpoints->begin({2})->checkpoint, checkpoint_id{}) << "and so does a restart";
    static_cast<void>(checkpoints->on_state(job_state::running, first, now_));
    EXPECT_EQ(take(*checkpoints), checkpoint_id{3}) << "ids are never used again";
  }
  options_.restore = "latest";
  EXPECT_EQ(opened()->begin(first)->checkpoint, checkpoint_id{3});
  options_.restore = "/chk/chk-3";
  EXPECT_EQ(opened()->begin(first)->checkpoint, checkpoint_id{3});
  options_.restore = "/elsewhere";
  EXPECT_FALSE(opened()->begin(first));
}

TEST_F(JobCheckpoints, RemovesWhatKilledProcessesDidNotComplete) {
  take_in_an_earlier_life(1);
  disk_.put("/chk/chk-2/task-0.life-1.attempt-1.snap", "half of it");
  disk_.put("/chk/chk-4/manifest.tmp", "");
  options_.restore = "latest";
  const auto checkpoints = opened();
  EXPECT_EQ(checkpoints->begin(first)->checkpoint, checkpoint_id{1});
  static_cast<void>(checkpoints->on_state(job_state::running, first, now_));
  EXPECT_EQ(take(*checkpoints), checkpoint_id{5}) << "ids are never used again";
  EXPECT_EQ(*disk_.list("/chk"), (std::vector<std::string>{"chk-5", "life-2", "lock"}));
}

TEST_F(JobCheckpoints, PassesOverADamagedOneLoudly) {
  options_.retained_checkpoints = 2;
  take_in_an_earlier_life(2);
  EXPECT_TRUE(disk_.truncate("/chk/chk-2/task-0.life-1.attempt-1.snap", 30));
  options_.restore = "latest";
  const auto begin = opened()->begin(first);
  ASSERT_TRUE(begin);
  EXPECT_EQ(begin->checkpoint, checkpoint_id{1});
  ASSERT_EQ(begin->warnings.size(), 1U);
  EXPECT_NE(begin->warnings[0].message.find("/chk/chk-2/task-0.life-1.attempt-1.snap"),
            std::string::npos)
      << begin->warnings[0].message;
}

TEST_F(JobCheckpoints, RefusesTheDirectoryOfAnotherJob) {
  take_in_an_earlier_life(1);
  job_graph other = job_.graph();
  other.name = "other";
  graph_ = std::make_shared<const execution_graph>(other, options_);
  job_checkpoints checkpoints{graph_, disk_};
  EXPECT_EQ(message_of(checkpoints.open(++lives_)),
            "checkpoint directory /chk: it is of the job \"test\", and this one is \"other\"; give "
            "each job an execution.checkpointing.dir of its own");
}

TEST_F(JobCheckpoints, RefusesADirectoryThatIsInUse) {
  const auto running = opened();
  const auto refused = make(job_)->open(++lives_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, error_code::in_use);
  EXPECT_EQ(refused.failure().message,
            "checkpoint directory /chk is used by another running job; give each job its own, or "
            "stop the other one first");
}

TEST_F(JobCheckpoints, CanBeOpenedOnceTheDirectoryIsNotInUseAnyMore) {
  auto running = opened();
  const auto next = make(job_);
  EXPECT_FALSE(next->open(++lives_));
  running.reset();
  EXPECT_TRUE(next->open(++lives_));
}

class WishesToRestore : public JobCheckpoints {
protected:
  WishesToRestore() {
    take_in_an_earlier_life(2);
    options_.restore = "/chk/chk-2";
  }
  // What the first attempt of the next job manager begins with, after which that takes `more`
  // checkpoints, and is lost.
  std::string begun_with(int more) {
    const auto checkpoints = opened();
    const auto begin = checkpoints->begin(first);
    EXPECT_TRUE(begin);
    static_cast<void>(checkpoints->on_state(job_state::running, first, now_));
    for (int i = 0; i < more; ++i) take(*checkpoints);
    return begin ? std::to_string(begin->checkpoint.value) : begin.failure().message;
  }
};

TEST_F(WishesToRestore, AreCarriedOutOnce) {
  options_.retained_checkpoints = 10;
  options_.restore_request = 1;
  EXPECT_EQ(begun_with(0), "2");
  EXPECT_EQ(begun_with(2), "2") << "nothing was completed since";
  EXPECT_EQ(begun_with(1), "4") << "what was completed since is newer";
  EXPECT_EQ(begun_with(0), "5");
}

TEST_F(WishesToRestore, AreCarriedOutAnewWhenTheyAreOthers) {
  options_.retained_checkpoints = 10;
  options_.restore_request = 1;
  EXPECT_EQ(begun_with(1), "2");
  options_.restore_request = 2;
  EXPECT_EQ(begun_with(1), "2") << "somebody wants the same checkpoint once more";
  EXPECT_EQ(begun_with(0), "4");
  options_.restore_request = 1;
  EXPECT_EQ(begun_with(0), "2");
}

// What a job manager would do that did not look for them.
TEST_F(WishesToRestore, AreCarriedOutByEachJobManagerIfTheyHaveNoNumber) {
  options_.retained_checkpoints = 10;
  EXPECT_EQ(begun_with(1), "2");
  EXPECT_EQ(begun_with(1), "2");
}

TEST_F(WishesToRestore, RetainWhatWasCompletedSinceLikeAJobsOwn) {
  options_.restore_request = 1;
  EXPECT_EQ(begun_with(1), "2");
  EXPECT_EQ(begun_with(1), "3");
  const auto names = *disk_.list("/chk");
  EXPECT_EQ(std::count(names.begin(), names.end(), "chk-3"), 0) << "chk-4 has taken its place";
  EXPECT_EQ(std::count(names.begin(), names.end(), "chk-2"), 1) << "that was there before";
}

TEST_F(JobCheckpoints, RefusesAnotherNumberOfKeyGroups) {
  take_in_an_earlier_life(1);
  options_.restore = "latest";
  options_.max_parallelism = 64;
  EXPECT_EQ(opened()->begin(first).failure().message,
            "restore /chk/chk-1: its state is divided into 1024 key groups, and "
            "pipeline.max-parallelism is 64; the number is fixed for the life of the state: set it "
            "to 1024");
}

TEST_F(JobCheckpoints, RefusesToLoseTheStateOfAnOperatorThatIsGone) {
  take_in_an_earlier_life(1);
  options_.restore = "latest";
  auto renamed = source_node(10);
  renamed.name = "other numbers";
  job_ = std::move(linear_job{renamed}.then(sink_node(results_)));
  EXPECT_EQ(opened()->begin(first).failure().message,
            "restore /chk/chk-1: it holds state of the operator \"numbers\", which this job does "
            "not have; give the operator that should go on with it the same uid, or leave the "
            "state behind with --allow-non-restored-state");
  options_.allow_non_restored_state = true;
  EXPECT_TRUE(opened()->begin(first));
}

TEST_F(JobCheckpoints, CountsAManifestThatCannotBeWrittenAsAFailure) {
  options_.tolerable_failed_checkpoints = 0;
  const auto checkpoints = opened();
  static_cast<void>(checkpoints->on_state(job_state::running, first, now_));
  static_cast<void>(checkpoints->on_tick(now_ + 1s));
  disk_.faults().fail({.what = disk_operation::rename, .nth = 1, .under = "/chk/"});
  const auto orders = acknowledge(*checkpoints, {1});
  EXPECT_TRUE(orders.completed.empty());
  ASSERT_EQ(orders.reports.size(), 1U);
  EXPECT_TRUE(orders.reports[0].cause);
  ASSERT_TRUE(orders.failure);
  EXPECT_NE(orders.failure->message.find("execution.checkpointing.tolerable-failed-checkpoints"),
            std::string::npos);
}

TEST_F(JobCheckpoints, RemembersTasksThatDrainBeforeTheirAttemptHasStarted) {
  const auto checkpoints = opened();
  EXPECT_TRUE(checkpoints->on_task_drained(first, {0}, now_).triggers.empty());
  static_cast<void>(checkpoints->on_state(job_state::running, first, now_));
  const auto orders = checkpoints->request_final(now_);
  ASSERT_EQ(orders.triggers.size(), 1U);
  EXPECT_EQ(orders.triggers[0].to, std::vector<task_index>{{0}});
  const auto done = acknowledge(*checkpoints, orders.triggers[0].id);
  ASSERT_EQ(done.completed.size(), 1U);
  EXPECT_TRUE(done.completed[0].is_final);
}

}  // namespace
}  // namespace weir
