// SPDX-License-Identifier: Apache-2.0
// Job managers are lost while their task managers stand still, and those go on when another job
// manager has continued the job in the same directory: whatever they still write, remove or commit,
// the output is what it must be, and every checkpoint is whole.
//
// A former cluster stays where it is, without its job manager, and shares the disk and the time
// with the next one.
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "state/checkpoint_directory.hpp"
#include "tests/support/long_story.hpp"

namespace weir {
namespace {

// What is deliberately broken.
struct flaw {
  bool forgets_lives = false;  // Each job manager takes itself for the first of its directory.
};

class haunted_story {
public:
  haunted_story(std::uint64_t seed, flaw with) : story_{seed}, flaw_{with} {
    story_.options().checkpoint_interval = std::chrono::milliseconds{5};
  }

  // What is wrong; empty if nothing is.
  std::string tell() {
    for (auto lives = 1 + random().below(3); lives > 0; --lives) {
      begin_life();
      // Often while its tasks are being opened.
      live_for(up_to(random().below(2) == 0 ? 5'000 : 150'000));
      stop_task_managers();
      live_for(up_to(10'000));
      lose_job_manager();
      if (random().below(2) == 0) story_.draw_parallelism();
    }
    begin_life();
    const auto started = now_;
    while (!is_final(living().job().state)) {
      if (now_ > started + std::chrono::minutes{1}) return "the job does not end";
      if (!step()) return "nothing is left to do";
      if (!damage_.empty()) return damage_;
    }
    const auto& ended = living().job();
    if (ended.state != job_state::finished) {
      return "the job is " + std::string{to_string(ended.state)} +
             (ended.cause ? ": " + ended.cause->message : "");
    }
    // Zombies learn that they are.
    now_ += std::chrono::seconds{5};
    step_zombies();
    if (auto wrong = difference(committed_lines(story_.disk()), numbers_and_counts.expected());
        !wrong.empty()) {
      return wrong;
    }
    return damage_;
  }
  // Of a former life, while a later one was there.
  std::uint64_t steps_of_zombies() const { return steps_of_zombies_; }

private:
  struct life {
    std::unique_ptr<simulated_cluster> cluster;
    duration began{};       // On the clock that all share.
    processing_time own{};  // The same moment on its own clock.
  };

  random_numbers& random() { return story_.random(); }
  simulated_cluster& living() { return *lives_.back().cluster; }

  void begin_life() {
    if (flaw_.forgets_lives) {
      const auto names = story_.disk().list("/checkpoints");
      for (const auto& name : names ? *names : std::vector<std::string>{}) {
        if (name.starts_with("life-")) {
          static_cast<void>(story_.disk().remove("/checkpoints/" + name));
        }
      }
    }
    auto cluster = story_.new_life();
    const auto own = cluster->world().now();
    lives_.push_back({std::move(cluster), now_, own});
  }
  void live_for(duration span) {
    const auto until = now_ + span;
    while (now_ < until && step()) {
    }
  }
  duration up_to(std::uint64_t micros) {
    return duration{static_cast<std::int64_t>(random().below(micros))};
  }
  // What the job manager tells them now, they hear when it is lost.
  void stop_task_managers() {
    for (std::uint32_t n = 0; n < long_story::task_managers; ++n) {
      if (random().below(4) > 0) living().pause_task_manager(n, up_to(100'000));
    }
  }
  void lose_job_manager() {
    const bool at_once = random().below(2) == 0;
    living().world().crash({0}, at_once ? crash_notice::at_once : crash_notice::after_detection);
  }
  bool step() {
    const auto& [cluster, began, own] = lives_.back();
    auto& world = cluster->world();
    const bool is_left = world.step();
    now_ = began + (world.now() - own);
    step_zombies();
    return is_left;
  }
  // Up to the same moment.
  void step_zombies() {
    const auto before = steps_of_zombies_;
    for (std::size_t i = 0; i + 1 < lives_.size(); ++i) {
      auto& world = lives_[i].cluster->world();
      while (world.now() - lives_[i].own < now_ - lives_[i].began && world.step()) {
        ++steps_of_zombies_;
      }
    }
    if (steps_of_zombies_ > before && damage_.empty()) look_for_damage();
  }
  // To any checkpoint that has a manifest.
  void look_for_damage() {
    const checkpoint_directory directory{story_.disk(), "/checkpoints"};
    const auto all = directory.all();
    if (!all) return;
    for (const auto id : *all) {
      const auto path = directory.directory_of(id);
      if (!story_.disk().stat(path + "/manifest")) continue;
      if (const auto whole = directory.at(path); !whole) damage_ = whole.failure().message;
    }
  }

  long_story story_;
  flaw flaw_;
  std::vector<life> lives_;
  duration now_{};
  std::uint64_t steps_of_zombies_ = 0;
  std::string damage_;
};

TEST(Zombies, DoNotDisturbTheLivesThatFollow) {
  std::uint64_t steps = 0;
  for (const auto seed : seeds_for(100)) {
    haunted_story story{seed, {}};
    ASSERT_EQ(story.tell(), "") << "WEIR_TEST_SEED=" << seed;
    steps += story.steps_of_zombies();
  }
  EXPECT_GT(steps, 0U);
}

// Sanitized, what is found by trying takes minutes; like the broken protocols it runs without.
#ifndef WEIR_SANITIZED
// Both that a snapshot is damaged and that output is lost, each by a seed of its own.
TEST(Zombies, AreSeenToDisturbThemIfTokensHaveNoLife) {
  for (const std::string damaged : {"/checkpoints/", "/out/"}) {
    std::uint64_t tried = 0;
    std::string wrong;
    for (const auto seed : every_seed_of(1'000)) {
      ++tried;
      wrong = haunted_story{seed, {.forgets_lives = true}}.tell();
      if (wrong.find(damaged) == std::string::npos) continue;
      std::cout << "caught by seed " << seed << " after " << tried << " seeds, as: " << wrong
                << "\n";
      EXPECT_EQ((haunted_story{seed, {}}.tell()), "") << "without the flaw";
      break;
    }
    EXPECT_NE(wrong.find(damaged), std::string::npos)
        << "nobody noticed within " << tried << " seeds";
  }
}
#endif

}  // namespace
}  // namespace weir
