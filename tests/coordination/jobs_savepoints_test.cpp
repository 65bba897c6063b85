// SPDX-License-Identifier: Apache-2.0
// Jobs on real threads that are stopped with a savepoint and go on from it at another parallelism.
// Simulated, with crashes: tests/simulation/savepoint_test.cpp.
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include <gtest/gtest.h>

#include "coordination/local_cluster.hpp"
#include "tests/support/gated_source.hpp"
#include "tests/support/long_story.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

// Waits until a job runs and has read so much.
class reading_listener final : public job_listener {
public:
  void on_state(job_state state, const std::optional<error>&, processing_time) override {
    change([&] {
      is_running_ = state == job_state::running;
      has_ended_ = is_final(state);
    });
  }
  void on_progress(const job_totals& totals, processing_time) override {
    change([&] { totals_ = totals; });
  }
  void on_checkpoint(const checkpoint_commands::report&, processing_time) override {
    change([&] { ++checkpoints_; });
  }
  void on_savepoint(const savepoint_outcome& outcome, processing_time) override {
    change([&] { savepoints_.push_back(outcome); });
  }

  // Some tasks report before all of them have started.
  void wait_until_read(std::uint64_t records) {
    wait([&] { return (is_running_ && totals_.records_read >= records) || has_ended_; });
  }
  // The last that was reported.
  job_totals totals() {
    const std::scoped_lock lock{guard_};
    return totals_;
  }
  void wait_for_checkpoints(std::size_t count) {
    wait([&] { return checkpoints_ >= count || has_ended_; });
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
  job_totals totals_;
  std::size_t checkpoints_ = 0;
  bool is_running_ = false;
  bool has_ended_ = false;
  std::vector<savepoint_outcome> savepoints_;
};

// numbers_and_counts, into a directory of a real disk. It cannot end before the gate is open.
void define_in(environment& env, const std::string& directory, const source_gate& gate) {
  const gated_source source{story_source(reading_number), gate, story_records / 8};
  const auto readings = env.from(source, monotonous(&reading::time));
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
    define_in(env_, directory_ / "out", gate_);
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

  // One life of the job; the next begins with its savepoint.
  void run_until_stopped() {
    ASSERT_TRUE(env_.check(options_));
    reading_listener listener;
    local_cluster cluster{env_.graph(), options_, &listener};
    listener.wait_until_read(story_records / 8);
    cluster.stop_with_savepoint(directory_ / "savepoints");
    const auto savepoint = listener.wait_for_savepoint();
    ASSERT_NE(savepoint.path, "") << (savepoint.cause ? savepoint.cause->message : "it had ended");
    ASSERT_EQ(to_string(cluster.wait().state), "finished");
    options_.restore = savepoint.path;
    options_.checkpoint_directory += "-";
  }

  temporary_directory directory_;
  source_gate gate_ = std::make_shared<std::atomic<bool>>(false);
  environment env_{"story"};
  job_options options_;
};

TEST_F(JobsSavepoints, GoOnAtAnyParallelismAndBack) {
  for (const auto parallelism : {1U, 4U, 3U, 1U}) {
    options_.parallelism = parallelism;
    ASSERT_NO_FATAL_FAILURE(run_until_stopped());
  }
  EXPECT_NE(difference(committed(), numbers_and_counts.expected()), "") << "there is more to read";
  gate_->store(true);
  const auto outcome = run_locally(env_.graph(), options_);
  ASSERT_TRUE(outcome.ok()) << outcome.cause->message;
  EXPECT_EQ(difference(committed(), numbers_and_counts.expected()), "");
}

TEST_F(JobsSavepoints, GoFromOneStateBackendToTheOtherAndBack) {
  options_.rocksdb_directory = directory_ / "rocksdb";
  options_.rocksdb_cache = 0;
  auto parallelism = 1U;
  for (const auto backend : {state_backend_type::rocksdb, state_backend_type::memory,
                             state_backend_type::rocksdb, state_backend_type::rocksdb}) {
    options_.state_backend = backend;
    options_.parallelism = parallelism++;
    ASSERT_NO_FATAL_FAILURE(run_until_stopped());
  }
  options_.state_backend = state_backend_type::memory;
  gate_->store(true);
  const auto outcome = run_locally(env_.graph(), options_);
  ASSERT_TRUE(outcome.ok()) << outcome.cause->message;
  EXPECT_EQ(difference(committed(), numbers_and_counts.expected()), "");
}

TEST_F(JobsSavepoints, AreTakenWhileTheJobGoesOn) {
  ASSERT_TRUE(env_.check(options_));
  reading_listener listener;
  local_cluster cluster{env_.graph(), options_, &listener};
  listener.wait_until_read(story_records / 8);
  cluster.savepoint();
  const auto savepoint = listener.wait_for_savepoint();
  ASSERT_TRUE(savepoint.path.starts_with(options_.checkpoint_directory + "/savepoints/savepoint-"))
      << (savepoint.cause ? savepoint.cause->message : savepoint.path);
  EXPECT_TRUE(std::filesystem::exists(savepoint.path + "/manifest"));
  gate_->store(true);
  ASSERT_EQ(to_string(cluster.wait().state), "finished");
  EXPECT_EQ(difference(committed(), numbers_and_counts.expected()), "");
}

TEST_F(JobsSavepoints, ThatStopAJobAreBehindItsLastTotals) {
  ASSERT_TRUE(env_.check(options_));
  options_.progress_interval = std::chrono::hours{1};  // Nobody is asked but at the end.
  reading_listener listener;
  local_cluster cluster{env_.graph(), options_, &listener};
  for (std::size_t n = 1; committed().empty(); ++n) listener.wait_for_checkpoints(n);
  cluster.stop_with_savepoint();
  ASSERT_EQ(to_string(cluster.wait().state), "finished");
  std::uint64_t numbers = 0;
  std::uint64_t all = 0;
  for (const auto& [line, times] : committed()) {
    all += static_cast<std::uint64_t>(times);
    if (line.starts_with("numbers")) numbers += static_cast<std::uint64_t>(times);
  }
  EXPECT_EQ(listener.totals().records_read, numbers);
  EXPECT_EQ(listener.totals().records_written, all);
}

}  // namespace
}  // namespace weir
