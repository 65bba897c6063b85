// SPDX-License-Identifier: Apache-2.0
// Jobs on real threads that are stopped with a savepoint and go on from it at another parallelism.
// Simulated, with crashes: tests/simulation/savepoint_test.cpp.
#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include <gtest/gtest.h>

#include "coordination/local_cluster.hpp"
#include "tests/support/long_story.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

// Waits until a job has read so much, or has ended.
class reading_listener final : public job_listener {
public:
  void on_state(job_state state, const std::optional<error>&, processing_time) override {
    change([&] { has_ended_ = is_final(state); });
  }
  void on_progress(const job_totals& totals, processing_time) override {
    change([&] { read_ = totals.records_read; });
  }
  void on_savepoint(const savepoint_outcome& outcome, processing_time) override {
    change([&] { savepoints_.push_back(outcome); });
  }

  void wait_until_read(std::uint64_t records) {
    wait([&] { return read_ >= records || has_ended_; });
  }
  savepoint_outcome wait_for_savepoint() {
    wait([&] { return !savepoints_.empty() || has_ended_; });
    return savepoints_.empty() ? savepoint_outcome{} : savepoints_.front();
  }

private:
  template <class Action>
  void change(Action action) {
    {
      const std::scoped_lock lock{guard_};
      action();
    }
    changed_.notify_all();
  }
  template <class Condition>
  void wait(Condition condition) {
    std::unique_lock lock{guard_};
    changed_.wait(lock, condition);
  }

  std::mutex guard_;
  std::condition_variable changed_;
  std::uint64_t read_ = 0;
  bool has_ended_ = false;
  std::vector<savepoint_outcome> savepoints_;
};

// numbers_and_counts, into a directory of a real disk.
void define_in(environment& env, const std::string& directory) {
  const auto readings = env.from(story_source(reading_number), monotonous(&reading::time));
  readings.key_by(&reading::key)
      .process<std::string>(numbering{})
      .uid("number")
      .sink(file_sink(directory + "/numbers"));
  readings.key_by(&reading::key)
      .window(tumbling(100ms))
      .aggregate(count())
      .uid("count")
      .sink(file_sink(directory + "/counts"));
}

class JobsSavepoints : public testing::Test {
protected:
  JobsSavepoints() {
    define_in(env_, directory_ / "out");
    options_.threads = 2;
    options_.checkpoint_directory = directory_ / "checkpoints";
    options_.checkpoint_interval = 50ms;
    options_.progress_interval = 10ms;
  }

  lines committed() const {
    lines found;
    if (!std::filesystem::exists(directory_ / "out")) return found;
    for (const auto& each : std::filesystem::directory_iterator{directory_ / "out"}) {
      if (each.path().string().find("in-progress") != std::string::npos) continue;
      const auto name = each.path().filename().string();
      const auto sink = name.substr(0, name.find(".part"));
      std::ifstream content{each.path()};
      for (std::string line; std::getline(content, line);) ++found[sink + ": " + line];
    }
    return found;
  }

  temporary_directory directory_;
  environment env_{"story"};
  job_options options_;
};

TEST_F(JobsSavepoints, GoOnAtAnyParallelismAndBack) {
  bool has_ended = false;
  for (const auto parallelism : {1U, 8U, 3U, 1U}) {
    options_.parallelism = parallelism;
    ASSERT_TRUE(env_.check(options_));
    reading_listener listener;
    local_cluster cluster{env_.graph(), options_, &listener};
    listener.wait_until_read(story_records / 8);
    cluster.stop_with_savepoint(directory_ / "savepoints");
    const auto savepoint = listener.wait_for_savepoint();
    ASSERT_EQ(to_string(cluster.wait().state), "finished");
    // On a machine that is busy enough it had come to its end before.
    has_ended = savepoint.path.empty();
    if (has_ended) break;
    options_.restore = savepoint.path;
    options_.checkpoint_directory += "-";
  }
  if (!has_ended) {
    const auto outcome = run_locally(env_.graph(), options_);
    ASSERT_TRUE(outcome.ok()) << outcome.cause->message;
  }
  EXPECT_EQ(difference(committed(), numbers_and_counts.expected()), "");
}

TEST_F(JobsSavepoints, GoFromOneStateBackendToTheOtherAndBack) {
  options_.rocksdb_directory = directory_ / "rocksdb";
  options_.rocksdb_cache = 0;
  bool has_ended = false;
  auto parallelism = 1U;
  for (const auto backend : {state_backend_type::rocksdb, state_backend_type::memory,
                             state_backend_type::rocksdb, state_backend_type::rocksdb}) {
    options_.state_backend = backend;
    options_.parallelism = parallelism++;
    ASSERT_TRUE(env_.check(options_));
    reading_listener listener;
    local_cluster cluster{env_.graph(), options_, &listener};
    listener.wait_until_read(story_records / 8);
    cluster.stop_with_savepoint(directory_ / "savepoints");
    const auto savepoint = listener.wait_for_savepoint();
    ASSERT_EQ(to_string(cluster.wait().state), "finished");
    has_ended = savepoint.path.empty();
    if (has_ended) break;
    options_.restore = savepoint.path;
    options_.checkpoint_directory += "-";
  }
  if (!has_ended) {
    options_.state_backend = state_backend_type::memory;
    const auto outcome = run_locally(env_.graph(), options_);
    ASSERT_TRUE(outcome.ok()) << outcome.cause->message;
  }
  EXPECT_EQ(difference(committed(), numbers_and_counts.expected()), "");
}

TEST_F(JobsSavepoints, AreTakenWhileTheJobGoesOn) {
  ASSERT_TRUE(env_.check(options_));
  reading_listener listener;
  local_cluster cluster{env_.graph(), options_, &listener};
  listener.wait_until_read(story_records / 8);
  cluster.savepoint();
  const auto savepoint = listener.wait_for_savepoint();
  ASSERT_EQ(to_string(cluster.wait().state), "finished");
  if (!savepoint.path.empty()) {
    EXPECT_TRUE(
        savepoint.path.starts_with(options_.checkpoint_directory + "/savepoints/savepoint-"))
        << savepoint.path;
    EXPECT_TRUE(std::filesystem::exists(savepoint.path + "/manifest"));
  }
  EXPECT_EQ(difference(committed(), numbers_and_counts.expected()), "");
}

}  // namespace
}  // namespace weir
