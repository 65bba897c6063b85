// SPDX-License-Identifier: Apache-2.0
// Savepoints change nothing about the output, whenever they are taken and whatever crashes; and
// whoever begins with one goes on where it was taken, at any parallelism.
#include <array>

#include <gtest/gtest.h>

#include "state/checkpoint_directory.hpp"
#include "tests/support/long_story.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

std::vector<std::uint64_t> story_seeds() {
  return seeds_for(number_from_environment("WEIR_SIMULATION_SEEDS", 100));
}

duration up_to(random_numbers& random, duration longest) {
  return duration{
      static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(longest.count())))};
}

void expect_whole(simulated_file_system& disk, const std::vector<savepoint_outcome>& savepoints) {
  const checkpoint_directory anywhere{disk, "/"};
  for (const auto& each : savepoints) {
    if (each.path.empty()) {
      ASSERT_TRUE(each.cause);
      continue;
    }
    const auto there = anywhere.at(each.path);
    ASSERT_TRUE(there) << there.failure().message;
    ASSERT_TRUE(there->manifest.is_savepoint);
  }
}

// Whole ones only, or no manifest.
void expect_no_damage(simulated_file_system& disk) {
  const checkpoint_directory anywhere{disk, "/"};
  const auto names = disk.list("/checkpoints/savepoints");
  if (!names) return;
  for (const auto& name : *names) {
    const auto path = "/checkpoints/savepoints/" + name;
    if (!disk.stat(path + "/manifest")) continue;
    const auto there = anywhere.at(path);
    ASSERT_TRUE(there) << there.failure().message;
  }
}

TEST(Savepoint, ChangesNothingWhateverTaskManagersCrash) {
  std::size_t taken = 0;
  for (const auto seed : story_seeds()) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    // So that a failure would go back far behind the savepoint, if it were not counted.
    story.options().checkpoint_interval = 1ms * (20 + story.random().below(400));
    const auto plan = fault_plan::random(seed, {.task_managers = story.task_managers,
                                                .faults = 3,
                                                .within = 500ms,
                                                .longest_pause = 100ms,
                                                .longest_outage = 100ms});
    const auto cluster = story.new_life();
    plan.apply(*cluster);
    for (int i = 0; i < 4; ++i) {
      story.step_for(*cluster, up_to(story.random(), 200ms));
      cluster->savepoint();
    }
    ASSERT_EQ(story.finish(*cluster), "");
    if (testing::Test::HasFatalFailure()) FAIL() << to_string(plan);
    expect_whole(story.disk(), cluster->savepoints());
    for (const auto& each : cluster->savepoints()) taken += each.cause ? 0U : 1U;
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(taken, 0U);
}

TEST(Savepoint, IsWholeOrNoneWhenEverythingIsKilledAtAnyInstant) {
  for (const auto seed : story_seeds()) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    for (int kills = 0; kills < 3; ++kills) {
      {
        const auto cluster = story.new_life();
        story.step_for(*cluster, up_to(story.random(), 150ms));
        cluster->savepoint();
        story.step_for(*cluster, up_to(story.random(), 20ms));
      }
      if (story.random().below(2) == 0) story.disk().crash();
      expect_no_damage(story.disk());
      story.draw_parallelism();
    }
    ASSERT_EQ(story.finish(), "");
    if (testing::Test::HasFatalFailure()) return;
  }
}

// Then it does not end as if all were well: part of its output is not committed yet.
TEST(Savepoint, FailsAJobWhoseCheckpointIsGoneBeforeItHasStopped) {
  long_story story{1};
  auto cluster = story.new_life();
  story.step_for(*cluster, 60ms);
  cluster->stop_with_savepoint("/savepoints");
  while (cluster->savepoints().empty() && cluster->world().step()) {
  }
  ASSERT_FALSE(cluster->savepoints()[0].cause);
  const auto names = story.disk().list("/checkpoints");
  for (const auto& name : *names) {
    if (name.starts_with("chk-")) story.disk().lose("/checkpoints/" + name + "/manifest");
  }
  for (std::uint32_t each = 0; each < story.task_managers; ++each) {
    cluster->crash_task_manager(each);
    cluster->restart_task_manager(each);
  }
  const auto outcome = cluster->run();
  ASSERT_EQ(to_string(outcome.job.state), "failed");
  EXPECT_NE(outcome.job.cause->message.find("go on from the savepoint with --restore"),
            std::string::npos)
      << outcome.job.cause->message;
  story.options().restore = cluster->savepoints()[0].path;
  cluster.reset();  // It holds the checkpoint directory.
  story.options().checkpoint_directory += "-";
  EXPECT_EQ(story.finish(), "");
}

// Each life begins with the savepoint that the one before it stopped with.
TEST(Savepoint, StopsAJobThatGoesOnAtAnotherParallelism) {
  for (const auto seed : story_seeds()) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    auto& options = story.options();
    options.restore = "";
    bool has_ended = false;
    for (const auto parallelism : {1U, 2U, 8U, 5U, 1U}) {
      options.parallelism = parallelism;
      const auto cluster = story.new_life();
      story.step_for(*cluster, 20ms + up_to(story.random(), 100ms));
      cluster->stop_with_savepoint("/savepoints");
      const auto outcome = cluster->run();
      ASSERT_EQ(to_string(outcome.job.state), "finished")
          << (outcome.job.cause ? outcome.job.cause->message : "");
      // Nobody was there to answer if the job had come to its end.
      has_ended = cluster->savepoints().empty() ||
                  (cluster->savepoints()[0].cause &&
                   cluster->savepoints()[0].cause->code == error_code::cancelled);
      if (has_ended) break;
      ASSERT_FALSE(cluster->savepoints()[0].cause) << cluster->savepoints()[0].cause->message;
      options.restore = cluster->savepoints()[0].path;
      // Another directory: nothing is needed but the savepoint.
      options.checkpoint_directory += "-";
    }
    if (!has_ended) {
      ASSERT_EQ(story.finish(), "");
    } else {
      ASSERT_EQ(difference(committed_lines(story.disk()), numbers_and_counts.expected()), "");
    }
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Savepoint, GoesFromOneToEightSubtasksAndBack) {
  std::vector<std::uint32_t> parallelisms{1, 2, 3, 4, 5, 6, 7, 8, 7, 6, 5, 4, 3, 2, 1};
  for (const auto seed : seeds_for(10)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    auto& options = story.options();
    options.restore = "";
    for (const auto parallelism : parallelisms) {
      SCOPED_TRACE("parallelism " + std::to_string(parallelism));
      options.parallelism = parallelism;
      const auto cluster = story.new_life();
      story.step_for(*cluster, 20ms);
      cluster->stop_with_savepoint("/savepoints");
      ASSERT_EQ(to_string(cluster->run().job.state), "finished");
      ASSERT_EQ(cluster->savepoints().size(), 1U);
      ASSERT_FALSE(cluster->savepoints()[0].cause) << cluster->savepoints()[0].cause->message;
      options.restore = cluster->savepoints()[0].path;
      options.checkpoint_directory += "-";
    }
    ASSERT_NE(difference(committed_lines(story.disk()), numbers_and_counts.expected()), "")
        << "there is more to read";
    ASSERT_EQ(story.finish(), "");
  }
}

TEST(Savepoint, StopsOrGoesOnWhateverTaskManagersCrash) {
  std::size_t stopped = 0;
  const auto seeds = story_seeds();
  for (const auto seed : seeds) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    ASSERT_EQ(tell_of_a_stop(story, seed), "");
    expect_whole(story.disk(), story.savepoints());
    stopped += story.options().restore != "latest";
  }
  constexpr std::size_t enough_to_show_it = 50;
  EXPECT_TRUE(stopped > 0 || seeds.size() < enough_to_show_it);
}

// Whoever asked has the savepoint, and may have gone on from it: it is where the job ends.
TEST(Savepoint, EndsAJobThatCrashesBeforeItHasStopped) {
  for (const auto seed : story_seeds()) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    auto cluster = story.new_life();
    story.step_for(*cluster, 20ms + up_to(story.random(), 100ms));
    cluster->stop_with_savepoint();
    while (cluster->savepoints().empty() && cluster->world().step()) {
    }
    const auto crashed = static_cast<std::uint32_t>(story.random().below(story.task_managers));
    cluster->crash_task_manager(crashed);
    cluster->restart_task_manager(crashed);
    const auto outcome = cluster->run();
    ASSERT_EQ(to_string(outcome.job.state), "finished");
    if (!cluster->savepoints()[0].cause) {
      story.options().restore = cluster->savepoints()[0].path;
    }
    cluster.reset();  // It holds the checkpoint directory.
    story.draw_parallelism();
    ASSERT_EQ(story.finish(), "");
  }
}

TEST(Savepoint, GoesOnWhenTheDiskRefusesTheCopy) {
  for (const auto seed : seeds_for(20)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    constexpr std::array operations{disk_operation::create, disk_operation::append,
                                    disk_operation::sync, disk_operation::rename};
    story.disk().faults().fail({.what = operations[seed % 4], .under = "/savepoints"});
    const auto cluster = story.new_life();
    story.step_for(*cluster, 50ms);
    cluster->stop_with_savepoint("/savepoints");
    ASSERT_EQ(story.finish(*cluster), "");
    ASSERT_EQ(cluster->savepoints().size(), 1U);
    ASSERT_TRUE(cluster->savepoints()[0].cause);
    if (testing::Test::HasFatalFailure()) return;
  }
}

// The records that were read are a prefix, and every window of them is output.
TEST(Savepoint, DrainsEverythingThatWasRead) {
  for (const auto seed : story_seeds()) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    std::string path;
    {
      const auto cluster = story.new_life();
      story.step_for(*cluster, 50ms + up_to(story.random(), 200ms));
      cluster->stop_with_savepoint("", true);
      const auto outcome = cluster->run();
      ASSERT_EQ(to_string(outcome.job.state), "finished");
      ASSERT_EQ(cluster->savepoints().size(), 1U);
      ASSERT_FALSE(cluster->savepoints()[0].cause) << cluster->savepoints()[0].cause->message;
      path = cluster->savepoints()[0].path;
    }
    const auto drained = committed_lines(story.disk());
    std::uint64_t numbers = 0;
    std::uint64_t counted = 0;
    for (const auto& [line, times] : drained) {
      ASSERT_EQ(times, 1) << line;
      if (line.starts_with("numbers: ")) {
        numbers += 1;
      } else {
        counted += std::stoull(line.substr(line.rfind(' ') + 1));
      }
    }
    EXPECT_EQ(numbers, counted) << drained.begin()->first << " | " << drained.rbegin()->first;
    EXPECT_LT(numbers, story_records);
    story.options().restore = path;
    ASSERT_EQ(to_string(story.new_life()->run().job.state), "finished");
    ASSERT_EQ(difference(committed_lines(story.disk()), drained), "");
    if (testing::Test::HasFailure()) return;
  }
}

// The sources have ended by then, so there is nothing to go on with.
TEST(Savepoint, IsTriedAgainIfItCannotBeTakenWhileDraining) {
  for (const auto seed : seeds_for(20)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    for (std::uint64_t nth = 1; nth <= 1 + seed % 3; ++nth) {
      story.disk().faults().fail(
          {.what = disk_operation::create, .nth = nth, .under = "/savepoints"});
    }
    const auto cluster = story.new_life();
    story.step_for(*cluster, 50ms);
    cluster->stop_with_savepoint("/savepoints", true);
    const auto outcome = cluster->run();
    ASSERT_EQ(to_string(outcome.job.state), "finished");
    ASSERT_EQ(cluster->savepoints().size(), 1U);
    ASSERT_FALSE(cluster->savepoints()[0].cause) << cluster->savepoints()[0].cause->message;
    expect_whole(story.disk(), cluster->savepoints());
    EXPECT_LT(committed_lines(story.disk()).size(), story_records);
    if (testing::Test::HasFailure()) return;
  }
}

// It goes on from before it drained, as if nobody had asked.
TEST(Savepoint, ThatCannotBeTakenWhileDrainingFailsTheJobWhichGoesOn) {
  for (const auto seed : seeds_for(20)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    for (std::uint64_t nth = 1; nth <= 4; ++nth) {
      story.disk().faults().fail(
          {.what = disk_operation::create, .nth = nth, .under = "/savepoints"});
    }
    const auto cluster = story.new_life();
    story.step_for(*cluster, 50ms);
    cluster->stop_with_savepoint("/savepoints", true);
    ASSERT_EQ(story.finish(*cluster), "");
    ASSERT_EQ(cluster->savepoints().size(), 1U);
    ASSERT_TRUE(cluster->savepoints()[0].cause);
    EXPECT_EQ(cluster->savepoints()[0].cause->message, "attempt 1 has ended");
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Savepoint, NeedsADirectoryForCheckpoints) {
  long_story story{1};
  story.options().checkpoint_directory = "";
  story.options().restore = "";
  const auto cluster = story.new_life();
  story.step_for(*cluster, 50ms);
  cluster->savepoint("/savepoints");
  EXPECT_EQ(to_string(cluster->run().job.state), "finished");
  ASSERT_EQ(cluster->savepoints().size(), 1U);
  EXPECT_EQ(cluster->savepoints()[0].cause->message,
            "a savepoint begins as a checkpoint, and this job takes none: set "
            "execution.checkpointing.dir");
}

}  // namespace
}  // namespace weir
