// SPDX-License-Identifier: Apache-2.0
// Jobs on real threads that are stopped with a savepoint and go on from it at another parallelism.
// Simulated, with crashes: tests/simulation/savepoint_test.cpp.
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include <gtest/gtest.h>

#include "coordination/local_cluster.hpp"
#include "coordination/state_command.hpp"
#include "state/posix_file_system.hpp"
#include "state/rocksdb_store.hpp"
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
  const auto source = gated_source(story_source(reading_number), gate, story_records / 8);
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

constexpr std::uint64_t many_keys = 20'000;
constexpr std::uint64_t most_in_a_batch = 1024;
// Of each of two subtasks. It reads no more than a batch behind that.
constexpr std::uint64_t before_the_gate = many_keys / 2 + most_in_a_batch;

// Each of many keys once, and then only a few of them. With a rate, so that the subtasks of the
// source read them in this order.
reading first_of_many(std::uint64_t i) {
  return {i < many_keys ? i : i % 3, at_milliseconds(static_cast<std::int64_t>(i))};
}

void define_many_keys(environment& env, const std::string& directory, const source_gate& gate) {
  const auto source =
      gated_source(generator(many_keys + 6000, first_of_many).at_rate(1e9), gate, before_the_gate);
  env.from(source, monotonous(&reading::time))
      .key_by(&reading::key)
      .process<std::string>(numbering{})
      .uid("number")
      .sink(file_sink(directory));
}

// What `weir state` answers, with its remarks.
std::string ask(const std::vector<std::string>& words) {
  posix_file_system files;
  rocksdb_stores stores{files};
  std::string text;
  const auto question = parse_state_arguments(words);
  EXPECT_TRUE(question.ok()) << (question ? "" : question.failure().message);
  if (!question) return text;
  const auto answered = answer(*question, files, stores,
                               {[&](std::string_view more) { text += more; },
                                [&](std::string_view line) { text.append(line).append("\n"); }});
  return answered ? text : text + answered.failure().message;
}

std::string seen(std::uint64_t key, int before, int after) {
  return "{\"change\":\"changed\",\"operator\":\"number\",\"table\":\"seen\",\"key\":" +
         std::to_string(key) + ",\"before\":" + std::to_string(before) +
         ",\"after\":" + std::to_string(after) + "}\n";
}

// Most of the last checkpoint is in a file of the one before.
TEST_F(JobsSavepoints, AreMadeFromCheckpointsThatShareFilesByEditingThem) {
  environment env{"many"};
  define_many_keys(env, directory_ / "many", gate_);
  options_.parallelism = 2;
  options_.checkpoint_interval = std::chrono::hours{1};
  ASSERT_TRUE(env.check(options_));
  {
    reading_listener listener;
    local_cluster cluster{env.graph(), options_, &listener};
    listener.wait_until_read(2 * before_the_gate);  // So each subtask has had its half of the keys.
    cluster.savepoint();
    const auto savepoint = listener.wait_for_savepoint();
    ASSERT_NE(savepoint.path, "") << (savepoint.cause ? savepoint.cause->message : "it had ended");
    gate_->store(true);
    ASSERT_EQ(to_string(cluster.wait().state), "finished");
  }
  posix_file_system files;
  const auto last = options_.checkpoint_directory;
  const auto found = stored_state::open(files, last);
  ASSERT_TRUE(found.ok()) << found.failure().message;
  EXPECT_FALSE(found->manifest().shared.empty());
  const auto edit = [&](const std::string& from, const char* key, const std::string& to) {
    return ask({"edit", from, "--operator=number", "--table=seen", "--key", key, "--value=7",
                "--out", to});
  };
  const auto once = directory_ / "once";
  const auto twice = directory_ / "twice";
  const std::string changed = "1 changed, 0 added, 0 removed; go on with --restore ";
  EXPECT_EQ(edit(last, "1", once), changed + once + "\n");
  EXPECT_EQ(edit(once, "12345", twice), changed + twice + "\n");
  const std::string expected = seen(1, 2001, 7) + seen(12345, 1, 7);
  EXPECT_EQ(ask({"diff", last, twice}).substr(0, expected.size()), expected);
  std::filesystem::remove_all(last);
  std::filesystem::remove_all(once);
  options_.restore = twice;
  options_.parallelism = 3;
  const auto outcome = run_locally(env.graph(), options_);
  ASSERT_TRUE(outcome.ok()) << outcome.cause->message;
  EXPECT_EQ(ask({"diff", twice, last}).substr(0, 29), "0 added, 0 removed, 0 changed");
}

}  // namespace
}  // namespace weir
