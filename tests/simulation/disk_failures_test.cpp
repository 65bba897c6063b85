// SPDX-License-Identifier: Apache-2.0
// Disks that refuse, and disks that are full, under a whole job: it may fail, restart and repeat,
// and what it has committed in the end is that of a run on a good one. What power failures leave of
// writes that were not synced, torn ones included, is in tests/simulation/exactly_once_test.cpp.
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
TEST(DiskFailures, ChangeNothingWhateverTheDiskRefuses) {
  for (const auto seed : seeds_for(100)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
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
    ASSERT_EQ(story.finish(), "");
  }
}

TEST(DiskFailures, AreBorneByAJobThatRunsOn) {
  std::size_t restarted = 0;
  for (const auto seed : every_seed_of(50)) {
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
  for (const auto seed : every_seed_of(50)) {
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

}  // namespace
}  // namespace weir
