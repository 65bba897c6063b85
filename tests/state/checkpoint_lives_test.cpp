// SPDX-License-Identifier: Apache-2.0
// Lives of job managers in one checkpoint directory: each has a number of its own, whoever else
// begins one in any moment, and whatever the disk does.
#include "state/checkpoint_lives.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"
#include "state/checkpoint_directory.hpp"
#include "tests/support/interrupting_file_system.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

attempt_token begin(file_system& files, std::uint64_t chance) {
  checkpoint_directory directory{files, "/state"};
  EXPECT_TRUE(directory.prepare().ok());
  const auto token = directory.begin_life(chance);
  EXPECT_TRUE(token.ok()) << token.failure().message;
  return token ? *token : attempt_token{};
}

std::vector<std::string> names_in(simulated_file_system& files) {
  auto names = *files.list("/state");
  std::erase(names, "lock");
  return names;
}

TEST(CheckpointLives, AreNumberedByTheDirectory) {
  simulated_file_system files;
  const auto first = begin(files, 0x0123456789abcdef);
  EXPECT_EQ(first,
            (attempt_token{.directory = 0x0123456789abcdef, .life = 1, .claim = 0x88888888}));
  const auto second = begin(files, 0x0000000100000001);
  EXPECT_EQ(second, (attempt_token{.directory = first.directory, .life = 2, .claim = 0}));
  EXPECT_TRUE(is_later(second, first));
  EXPECT_EQ(names_in(files), std::vector<std::string>{"life-2"}) << "one mark is enough";
}

TEST(CheckpointLives, SurviveALossOfPower) {
  simulated_file_system files;
  const auto first = begin(files, 17);
  files.crash();
  EXPECT_EQ(begin(files, 18).life, 2U);
  files.crash();
  const auto third = begin(files, 19);
  EXPECT_EQ(third.life, 3U);
  EXPECT_EQ(third.directory, first.directory);
}

struct meeting {
  bool is_any_life_twice = false;
  int operations = 0;  // Of the one.
};

// One begins a life; before its operation number `at`, others do, from beginning to end. Perhaps
// the names of their lives get lost afterwards: that is deliberately broken.
meeting meet(int at, int others, bool are_forgotten) {
  simulated_file_system disk;
  meeting seen;
  std::set<std::uint32_t> lives{begin(disk, 1).life};
  const auto add = [&](std::uint32_t life) {
    if (!lives.insert(life).second) seen.is_any_life_twice = true;
  };
  interrupting_file_system files{
      disk, [&] {
        if (seen.operations++ != at) return;
        for (int i = 0; i < others; ++i) {
          const auto life = begin(disk, 100 + static_cast<std::uint64_t>(i)).life;
          add(life);
          if (!are_forgotten) continue;
          static_cast<void>(disk.remove("/state/life-" + std::to_string(life)));
        }
      }};
  add(begin(files, 2).life);
  return seen;
}

// With two or three others, marks of lives are removed again while the one is at work.
TEST(CheckpointLives, AreNeverTheSameForThoseWhoBeginThemAtOnce) {
  for (int others = 1; others <= 3; ++others) {
    int operations = 10;
    for (int at = 0; at < operations; ++at) {
      const auto seen = meet(at, others, false);
      EXPECT_FALSE(seen.is_any_life_twice) << "before operation " << at;
      operations = seen.operations;
    }
    EXPECT_GT(operations, 10);
  }
}

TEST(CheckpointLives, AreSeenToBeTheSameIfTheirNamesGetLost) {
  bool is_seen = false;
  for (int at = 0; at < 10 && !is_seen; ++at) is_seen = meet(at, 1, true).is_any_life_twice;
  EXPECT_TRUE(is_seen);
}

// A job manager on a disk that fails, and on a machine that loses its power, begins no life twice.
TEST(CheckpointLives, AreNeverTheSameOnABrokenDisk) {
  std::size_t begun = 0;
  for (const auto seed : seeds_for(200)) {
    simulated_file_system disk{seed};
    random_numbers random{seed};
    constexpr per_million chance{50'000};
    disk.faults().set({.append = chance,
                       .sync = chance,
                       .create = chance,
                       .open = chance,
                       .read = chance,
                       .rename = chance,
                       .remove = chance});
    std::set<std::uint32_t> lives;
    for (int i = 0; i < 30; ++i) {
      checkpoint_directory directory{disk, "/state"};
      if (!directory.prepare()) continue;
      const auto token = directory.begin_life(random.below(1'000'000'000));
      const bool is_new = !token || lives.insert(token->life).second;
      ASSERT_TRUE(is_new) << "WEIR_TEST_SEED=" << seed;
      if (random.below(5) == 0) disk.crash();
    }
    begun += lives.size();
  }
  EXPECT_GT(begun, 0U);
}

TEST(CheckpointLives, EndWhenALaterOneHasBegun) {
  simulated_file_system files;
  checkpoint_directory former{files, "/state"};
  ASSERT_TRUE(former.prepare().ok());
  ASSERT_TRUE(former.begin_life(1).ok());
  checkpoint_manifest manifest;
  manifest.id = {7};
  ASSERT_TRUE(former.complete(manifest).ok());
  checkpoint_directory later{files, "/state"};
  ASSERT_TRUE(later.begin_life(2).ok());
  const std::string why =
      "checkpoint directory /state is in life 2 of its job, and this is life 1: another job "
      "manager has taken over; stop this one";
  manifest.id = {8};
  const auto completed = former.complete(manifest);
  ASSERT_FALSE(completed.ok());
  EXPECT_EQ(completed.failure().code, error_code::in_use);
  EXPECT_EQ(completed.failure().message, "complete checkpoint 8: " + why);
  const auto discarded = former.discard({7});
  ASSERT_FALSE(discarded.ok());
  EXPECT_EQ(discarded.failure().code, error_code::in_use);
  EXPECT_EQ(discarded.failure().message, "discard checkpoint 7: " + why);
  EXPECT_EQ((*later.latest())->manifest.id, checkpoint_id{7});
  EXPECT_TRUE(later.complete(manifest).ok());
  EXPECT_TRUE(later.discard({7}).ok());
}

TEST(CheckpointLives, SayWhichFileIsDamaged) {
  simulated_file_system files;
  begin(files, 1);
  files.put("/state/life-5", "token of life 5");
  checkpoint_directory directory{files, "/state"};
  const auto token = directory.begin_life(2);
  ASSERT_FALSE(token.ok());
  EXPECT_EQ(token.failure().code, error_code::corrupt_data);
  EXPECT_EQ(token.failure().message,
            "begin a life of the job in the checkpoint directory /state: /state/life-5: does not "
            "hold the token of that life; remove it if no job runs that has this checkpoint "
            "directory");
  files.put("/state/life-5", to_string(attempt_token{.life = 4}));
  EXPECT_EQ(directory.begin_life(2).failure().code, error_code::corrupt_data) << "that of another";
}

TEST(CheckpointLives, AreNotTakenFromOtherNames) {
  simulated_file_system files;
  begin(files, 1);
  for (const std::string name : {"life-07", "life-9.old", "life-99999999999", "life-", "life-0"}) {
    files.put("/state/" + name, "?");
  }
  EXPECT_EQ(begin(files, 2).life, 2U);
  EXPECT_TRUE(files.stat("/state/life-9.old").ok()) << "they are left alone";
}

}  // namespace
}  // namespace weir
