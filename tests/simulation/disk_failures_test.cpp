// SPDX-License-Identifier: Apache-2.0
// Disks that refuse, that are full and that are slow, under a whole job: it may fail, restart and
// repeat, and what it has committed in the end is that of a run on a good one. What power failures
// leave of writes that were not synced, torn ones included, is in
// tests/simulation/exactly_once_test.cpp.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/long_story.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

duration up_to(random_numbers& random, duration most) {
  return duration{
      static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.count())))};
}

// Whether more than one attempt has committed something: a file's name ends in "-<attempt>-<k>".
bool has_restarted(simulated_file_system& disk) {
  std::set<std::string> attempts;
  const auto names = disk.list("/out");
  for (const auto& name : *names) {
    const auto attempt = name.substr(0, name.rfind('-'));
    attempts.insert(attempt.substr(attempt.rfind('-') + 1));
  }
  return attempts.size() > 1;
}

// Every operation fails now and then. A job may fail for good where it cannot even begin.
std::string tell_of_refusals(std::uint64_t seed) {
  long_story story{seed};
  const per_million rate{1'000U << story.random().below(6)};
  for (int life = 0; life < 2; ++life) {
    story.disk().faults().set({.append = rate,
                               .sync = rate,
                               .create = rate,
                               .open = rate,
                               .read = rate,
                               .rename = rate,
                               .remove = rate});
    story.live_for_a_while();
    story.disk().faults().set({});
    if (story.random().below(2) == 0) story.disk().crash();
  }
  return story.finish();
}

TEST(DiskFailures, ChangeNothingWhateverTheDiskRefuses) {
  for (const auto seed : seeds_for(100)) {
    ASSERT_EQ(tell_of_refusals(seed), "") << "seed " << seed;
  }
}

// A link that was said to have failed was there, and could not be taken away: the copy in its place
// was written into the file of the store, which a later checkpoint shared.
TEST(DiskFailures, ChangeNothingForASeedThatHasFoundAnError) {
  EXPECT_EQ(tell_of_refusals(888894818), "");
}

TEST(DiskFailures, AreBorneByAJobThatRunsOn) {
  std::size_t restarted = 0;
  for (const auto seed : every_seed_of(15)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    const auto cluster = story.new_life();
    story.step_for(*cluster, 30ms + up_to(story.random(), 100ms));
    story.disk().faults().set({.append = {20'000}, .sync = {20'000}, .rename = {20'000}});
    story.step_for(*cluster, up_to(story.random(), 300ms));
    story.disk().faults().set({});
    ASSERT_EQ(story.finish(*cluster), "");
    restarted += has_restarted(story.disk()) ? 1U : 0U;
  }
  EXPECT_GT(restarted, 0U) << "or nothing was refused";
}

TEST(DiskFailures, OfAFullDiskEndWhenThereIsRoomAgain) {
  std::size_t restarted = 0;
  for (const auto seed : every_seed_of(15)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    const auto cluster = story.new_life();
    story.step_for(*cluster, 30ms + up_to(story.random(), 100ms));
    story.disk().faults().capacity = 1 + story.random().below(20'000);
    story.step_for(*cluster, up_to(story.random(), 300ms));
    story.disk().faults().capacity.reset();
    ASSERT_EQ(story.finish(*cluster), "");
    restarted += has_restarted(story.disk()) ? 1U : 0U;
  }
  EXPECT_GT(restarted, 0U) << "or nothing was refused";
}

// So slow that checkpoints are late, and some too late; now and then the job itself gives up.
TEST(DiskFailures, ThatAreOnlyDelaysChangeNothing) {
  std::size_t restarted = 0;
  std::size_t late = 0;
  for (const auto seed : every_seed_of(15)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    story.options().checkpoint_timeout = 60ms;
    const auto cluster = story.new_life();
    story.step_for(*cluster, 30ms + up_to(story.random(), 100ms));
    const auto began = cluster->world().now();
    story.disk().faults().delay(disk_delays{
        .chance = {100'000}, .shortest = 1ms, .longest = 1ms + up_to(story.random(), 100ms)});
    story.step_for(*cluster, 100ms + up_to(story.random(), 400ms));
    story.disk().faults().delay(disk_delays{});
    late += cluster->world().now() > began + 600ms ? 1U : 0U;
    ASSERT_EQ(story.finish(*cluster), "");
    restarted += has_restarted(story.disk()) ? 1U : 0U;
  }
  EXPECT_GT(restarted + late, 0U) << "or nothing was held up";
}

// The same with crashes of task managers and losses of power in between.
TEST(DiskFailures, ThatAreDelaysMakeCrashesNoWorse) {
  for (const auto seed : seeds_for(100)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    long_story story{seed};
    story.options().checkpoint_timeout = 100ms;
    story.disk().faults().delay(disk_delays{.chance = {50'000}, .shortest = 1ms, .longest = 40ms});
    for (int life = 0; life < 3; ++life) {
      story.live_for_a_while();
      if (story.random().below(2) == 0) story.disk().crash();
    }
    story.disk().faults().delay(disk_delays{});
    ASSERT_EQ(story.finish(), "");
  }
}

}  // namespace
}  // namespace weir
