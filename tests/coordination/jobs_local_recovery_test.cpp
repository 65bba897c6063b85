// SPDX-License-Identifier: Apache-2.0
// Jobs on real threads and real disks whose tasks restart from copies of their state. Simulated,
// with damage: tests/simulation/local_recovery_test.cpp.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/environment.hpp"
#include "api/keyed_stream.hpp"
#include "connectors/collect_sink.hpp"
#include "connectors/generator_source.hpp"
#include "coordination/local_cluster.hpp"
#include "tests/support/gated_source.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t records = 6000;
constexpr std::uint64_t keys = 500;

// What one run has seen; a function that is copied and encoded nowhere cannot say it itself.
struct events {
  std::atomic<std::uint64_t> checkpoints = 0;
  std::atomic<bool> has_failed = false;
  source_gate gate = std::make_shared<std::atomic<bool>>(false);  // Open behind two checkpoints.
};

class restore_listener final : public job_listener {
public:
  explicit restore_listener(events& seen) : seen_{&seen} {}
  void on_state(job_state, const std::optional<error>&, processing_time) override {}
  void on_progress(const job_totals&, processing_time) override {}
  void on_checkpoint(const checkpoint_commands::report& report, processing_time) override {
    if (!report.cause && ++seen_->checkpoints >= 2) seen_->gate->store(true);
  }
  void on_restored(checkpoint_id, const restored_bytes& read, processing_time) override {
    restores.push_back(read);
  }
  void on_warning(const error& what, processing_time) override { warnings.push_back(what.message); }

  std::vector<restored_bytes> restores;
  std::vector<std::string> warnings;

private:
  events* seen_;
};

// Counts; fails once, behind two checkpoints.
class failing_count {
public:
  explicit failing_count(events& seen) : seen_{&seen} {}
  void open(keyed_state<std::uint64_t>& state) { count_ = state.value<std::uint64_t>("count"); }
  void process(std::uint64_t, keyed_process_context<std::uint64_t, std::uint64_t>& here) {
    if (seen_->checkpoints >= 2 && !seen_->has_failed.exchange(true)) {
      throw std::runtime_error{"once"};
    }
    here.emit(++count_.value());
  }

private:
  events* seen_;
  value_state<std::uint64_t> count_;
};

class JobsLocalRecovery : public testing::Test {
protected:
  JobsLocalRecovery() {
    options_.parallelism = 2;
    options_.threads = 2;
    options_.checkpoint_directory = disk_ / "checkpoints";
    options_.checkpoint_interval = 20ms;
    options_.initial_backoff = 1ms;
    options_.rocksdb_directory = disk_ / "rocksdb";
    options_.rocksdb_cache = 0;
    options_.local_backup = true;
    options_.local_backup_directory = disk_ / "local";
  }
  // Every key must have been counted to the end and no further. What was collected behind the
  // checkpoint is collected once more.
  void run() {
    environment env{"job"};
    std::vector<std::uint64_t> counted;
    const auto numbers = generator(records, [](std::uint64_t i) { return i; }).at_rate(10'000);
    env.from(gated_source(numbers, seen_.gate, records / 8))
        .key_by([](std::uint64_t i) { return i % keys; })
        .process<std::uint64_t>(failing_count{seen_})
        .uid("count")
        .sink(collect_into(counted));
    ASSERT_TRUE(env.check(options_));
    const auto outcome = run_locally(env.graph(), options_, &listener_);
    ASSERT_EQ(outcome.state, job_state::finished)
        << (outcome.cause ? outcome.cause->message : "no cause");
    EXPECT_GE(std::count(counted.begin(), counted.end(), records / keys), keys) << "lost";
    EXPECT_EQ(*std::max_element(counted.begin(), counted.end()), records / keys) << "repeated";
  }
  std::vector<std::string> left_over() {
    std::vector<std::string> found;
    for (const auto& each : std::filesystem::directory_iterator{disk_ / "local"}) {
      if (each.path().extension() != ".lock") found.push_back(each.path().filename());
    }
    return found;
  }

  temporary_directory disk_;
  job_options options_;
  events seen_;
  restore_listener listener_{seen_};
};

TEST_F(JobsLocalRecovery, ReadNoStateFromTheCheckpointDirectory) {
  run();
  ASSERT_EQ(listener_.restores.size(), 1U);
  EXPECT_GT(listener_.restores[0].local, 0U);
  EXPECT_EQ(listener_.restores[0].remote, 0U);
  EXPECT_TRUE(listener_.warnings.empty()) << listener_.warnings[0];
  EXPECT_EQ(left_over(), std::vector<std::string>{});
}

TEST_F(JobsLocalRecovery, BeginWithCopiesOfTheFilesOfRocksDB) {
  options_.state_backend = state_backend_type::rocksdb;
  run();
  ASSERT_EQ(listener_.restores.size(), 1U);
  EXPECT_GT(listener_.restores[0].local, 0U);
  EXPECT_EQ(listener_.restores[0].remote, 0U);
  EXPECT_TRUE(listener_.warnings.empty()) << listener_.warnings[0];
  EXPECT_EQ(left_over(), std::vector<std::string>{});
}

TEST_F(JobsLocalRecovery, DoWithoutCopiesWhereThereIsNoDirectoryForThemAndSaySo) {
  options_.local_backup_directory = disk_.write("local", "a file");
  run();
  ASSERT_EQ(listener_.restores.size(), 1U);
  EXPECT_EQ(listener_.restores[0].local, 0U);
  EXPECT_GT(listener_.restores[0].remote, 0U);
  ASSERT_EQ(listener_.warnings.size(), 1U);
  EXPECT_TRUE(listener_.warnings[0].starts_with("make a directory for local backups in"))
      << listener_.warnings[0];
}

}  // namespace
}  // namespace weir
