// SPDX-License-Identifier: Apache-2.0
// Whoever has a job rescaled is told what became of that, and not of another wish.
#include "coordination/cluster/rescaling.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

// Asked for when job manager 1 ran the job with parallelism 4.
class Rescaling : public ::testing::Test {
protected:
  Rescaling() {
    job_.state = "running";
    job_.record.id = "4f";
    job_.record.job_manager = 1;
    job_.record.submitted.parallelism = 4;
    job_.record.report.savepoint_failure = "of another savepoint";
  }
  std::string outcome() const {
    const auto ended = rescaling_ended(job_, 2, 1);
    if (!ended) return "goes on";
    return *ended ? "done" : ended->failure().message;
  }
  listed_job job_;
};

TEST_F(Rescaling, IsDoneOnceTheJobGoesOn) {
  job_.record.next = planned_life{.parallelism = 2, .slots = 2};
  EXPECT_EQ(outcome(), "goes on");
  job_.record.next.reset();
  job_.record.submitted.parallelism = 2;
  for (const auto* state : {"restarting", "waiting"}) {
    job_.state = state;
    EXPECT_EQ(outcome(), "goes on");
  }
  job_.state = "starting";
  job_.record.job_manager = 3;
  EXPECT_EQ(outcome(), "done");
}

TEST_F(Rescaling, IsNotStoppedForGoodWhenTheJobManagerHasEndedBefore) {
  job_.state = "restarting";
  EXPECT_EQ(outcome(), "goes on");
  job_.state = "starting";
  job_.record.job_manager = 3;
  EXPECT_EQ(outcome(),
            "rescale job 4f, which goes on as it was: its job manager has ended before the "
            "savepoint; try again");
}

TEST_F(Rescaling, HasFailedForTheReasonOfItsOwnSavepoint) {
  job_.record.savepoints_answered = {
      {"7", "", "of another"}, {"plan1after3", "", "no space"}, {"plan1after2", "", "older"}};
  EXPECT_EQ(outcome(), "rescale job 4f, which goes on as it was: no space");
  job_.record.savepoints_answered.clear();
  EXPECT_EQ(outcome(), "rescale job 4f, which goes on as it was; try again");
}

TEST_F(Rescaling, IsGivenUpWhenSomebodyStopsTheJob) {
  job_.record.savepoints_answered = {{"plan1after2", "", "older"}};
  job_.record.savepoints_ordered = {{.token = "7", .stops = true}};
  EXPECT_EQ(outcome(), "rescale job 4f: it is being stopped for good");
  job_.record.savepoints_ordered.clear();
  job_.record.has_stopped = true;
  EXPECT_EQ(outcome(), "rescale job 4f: it is being stopped for good");
  job_.record.ended = "finished";
  EXPECT_EQ(outcome(), "rescale job 4f: it has ended: finished");
}

}  // namespace
}  // namespace weir
