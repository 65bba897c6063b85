// SPDX-License-Identifier: Apache-2.0
// The invariants of coordination/checkpoint_coordinator.hpp, whatever happens in whatever order.
#include <algorithm>
#include <array>
#include <set>

#include <gtest/gtest.h>

#include "coordination/checkpoint_coordinator.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

constexpr std::uint32_t task_count = 3;

// Sends random events to a coordinator, and holds its commands against what it has seen. Told are
// also things that cannot be: old attempts, ids that never were, answers given twice.
class random_checkpoints {
public:
  explicit random_checkpoints(std::uint64_t seed)
      : random_{seed},
        policy_{.interval = std::chrono::seconds{1 + random_.below(5)},
                .timeout = std::chrono::seconds{1 + random_.below(20)},
                .min_pause = std::chrono::seconds{random_.below(4)},
                .tolerable_failed = static_cast<std::uint32_t>(random_.below(3)),
                .retained = static_cast<std::uint32_t>(1 + random_.below(3))},
        has_savepoints_{random_.below(2) == 0},
        highest_{random_.below(10)},
        checkpoints_{policy_, task_count, highest_} {}

  void step() {
    now_ += std::chrono::milliseconds{random_.below(700)};
    if (!runs_) {
      const bool may_start = !checkpoints_.is_manifest_being_written();
      if (may_start && random_.below(2) == 0) return begin();
    }
    const auto attempt = random_.below(10) == 0 ? attempt_number{attempt_.value - 1} : attempt_;
    const auto id = checkpoint_id{highest_.value - (random_.below(10) == 0 ? 1 : 0)};
    const task_index task{static_cast<std::uint32_t>(random_.below(task_count))};
    switch (random_.below(24)) {
      case 0:
        runs_ = runs_ && random_.below(4) != 0;
        if (!runs_) check(checkpoints_.on_attempt_ended());
        return;
      case 1:
        if (runs_ && attempt == attempt_) drained_.insert(task);
        return check(checkpoints_.on_task_drained(attempt, task));
      case 2:
        if (random_.below(3) > 0) return;
        return check(checkpoints_.on_declined(attempt, id, task, {error_code::internal, "no"}));
      case 3:
      case 4:
        return check(checkpoints_.on_completed(id, now_));
      case 5:
        is_outcome_told_ = true;
        check(checkpoints_.on_not_completed(id, {error_code::io_failure, "no"}));
        is_outcome_told_ = false;
        return;
      case 6:
        is_final_requested_ = runs_ && (is_final_requested_ || drained_.size() == task_count);
        if (!is_final_requested_) return;
        return check(checkpoints_.request_final(now_));
      case 7:
      case 8:
      case 9:
      case 10:
        if (const auto due = checkpoints_.next_tick(); due && *due > now_ && is_quiet()) return;
        return check(checkpoints_.on_tick(now_));
      case 11:
        if (!has_savepoints_) return;
        return request_savepoint();
      default:
        if (attempt == attempt_ && id == highest_) acknowledged_.insert(task);
        return check(checkpoints_.on_acknowledged(attempt, id, task, {.file = "f"}));
    }
  }

  // Every checkpoint has one end.
  void finish() {
    if (checkpoints_.is_manifest_being_written()) check(checkpoints_.on_completed(highest_, now_));
    check(checkpoints_.on_attempt_ended());
    const auto newest = checkpoints_.last_completed();
    EXPECT_TRUE(completed_.empty() || newest == *completed_.rbegin());
    EXPECT_LE(kept_.size(), policy_.retained);
    EXPECT_EQ(open_, std::nullopt);
    EXPECT_TRUE(savepoints_.empty());
    check(checkpoints_.discard_completed());
    EXPECT_TRUE(kept_.empty());
  }

  std::size_t completed() const { return completed_.size(); }
  std::size_t finals() const { return finals_; }
  std::size_t failed_jobs() const { return failed_jobs_; }
  std::size_t savepoints() const { return completed_savepoints_; }
  std::size_t bases() const { return bases_; }

private:
  void request_savepoint() {
    const auto token = std::to_string(++asked_);
    savepoints_.insert(token);
    const std::array kinds{after_savepoint::go_on, after_savepoint::go_on, after_savepoint::stop,
                           after_savepoint::drain_and_stop};
    check(checkpoints_.request_savepoint({"s", kinds[random_.below(4)], token}, now_));
  }

  void begin() {
    attempt_.value += 1;
    runs_ = true;
    drained_.clear();
    is_final_requested_ = has_final_ = has_failed_ = has_stopped_ = false;
    failures_ = 0;
    newest_of_attempt_ = {};
    started_.reset();
    paused_until_ = now_;
    checkpoints_.on_attempt_started(attempt_, {{0}}, now_);
  }

  // A tick that comes too early must not do anything; half of the time that is tried.
  bool is_quiet() { return random_.below(2) == 0; }

  void check(const checkpoint_coordinator::commands& commands) {
    for (const auto& each : commands) {
      std::visit([this](const auto& command) { on(command); }, each);
    }
    EXPECT_EQ(checkpoints_.pending(), open_);
  }

  void on(const checkpoint_commands::trigger& order) {
    EXPECT_TRUE(runs_ && !has_final_ && !has_failed_ && !has_stopped_);
    EXPECT_FALSE(order.stops && savepoints_.empty());
    EXPECT_EQ(order.attempt, attempt_);
    EXPECT_TRUE(std::is_sorted(order.to.begin(), order.to.end()));
    if (open_ == order.id) {
      EXPECT_EQ(order.base, base_);
      // Meanwhile drained.
      ASSERT_EQ(order.to.size(), 1U);
      EXPECT_FALSE(acknowledged_.contains(order.to[0]));
      EXPECT_TRUE(triggered_.insert(order.to[0]).second);
      return;
    }
    EXPECT_EQ(open_, std::nullopt);
    EXPECT_GT(order.id, highest_);
    if (!is_final_requested_ && savepoints_.empty()) {
      EXPECT_TRUE(!started_ || now_ >= *started_ + policy_.interval);
      EXPECT_GE(now_, paused_until_);
    }
    std::set<task_index> expected = drained_;
    expected.insert({0});
    triggered_ = {order.to.begin(), order.to.end()};
    EXPECT_EQ(triggered_, expected);
    open_ = highest_ = order.id;
    base_ = order.base;
    bases_ += base_.checkpoint == checkpoint_id{} ? 0U : 1U;
    // The newest of this attempt, unless it is a savepoint.
    EXPECT_TRUE(base_.stands_alone ? base_.checkpoint == checkpoint_id{} && has_savepoints_
                                   : base_.checkpoint == newest_of_attempt_)
        << base_.checkpoint.value;
    started_ = now_;
    is_open_final_ = is_final_requested_;
    acknowledged_.clear();
    is_written_ = false;
  }

  void on(const checkpoint_commands::write_manifest& order) {
    EXPECT_EQ(open_, order.id);
    EXPECT_EQ(acknowledged_.size(), task_count);
    EXPECT_EQ(order.tasks.size(), task_count);
    EXPECT_FALSE(is_written_);
    is_written_ = true;
  }

  void on(const checkpoint_commands::announce_completed& order) {
    EXPECT_TRUE(runs_);
    EXPECT_EQ(order.attempt, attempt_);
    EXPECT_EQ(order.is_final, is_open_final_);
    newest_of_attempt_ = order.id;
    has_final_ = order.is_final;
    finals_ += order.is_final ? 1U : 0U;
    has_stopped_ = order.stops;
    failures_ = 0;
    paused_until_ = now_ + policy_.min_pause;
  }

  void on(const checkpoint_commands::resume& order) {
    EXPECT_TRUE(runs_ && !has_stopped_);
    EXPECT_EQ(order.attempt, attempt_);
  }

  void on(const checkpoint_commands::end_input& order) {
    EXPECT_TRUE(runs_);
    EXPECT_EQ(order.to, std::vector<task_index>{{0}});
  }

  // Every one that was asked for ends once.
  void on(const checkpoint_commands::savepoint_ended& fact) {
    EXPECT_EQ(savepoints_.erase(fact.request.token), 1U);
    if (fact.cause) return;
    EXPECT_TRUE(completed_.contains(fact.id));
    completed_savepoints_ += 1;
  }

  void on(const checkpoint_commands::report& fact) {
    EXPECT_EQ(open_, fact.id);
    open_.reset();
    if (fact.cause) {
      EXPECT_EQ(is_written_, is_outcome_told_);
      failures_ += fact.cause->code == error_code::cancelled ? 0U : 1U;
      failed_.insert(fact.id);
      return;
    }
    EXPECT_TRUE(is_written_);
    completed_.insert(fact.id);
    kept_.insert(fact.id);
  }

  void on(const checkpoint_commands::discard& order) {
    if (failed_.contains(order.id)) {
      EXPECT_FALSE(completed_.contains(order.id));
    } else {
      ASSERT_FALSE(kept_.empty());
      EXPECT_EQ(order.id, *kept_.begin()) << "the oldest goes first";
    }
    EXPECT_FALSE(open_ && order.id == base_.checkpoint) << "somebody refers to it";
    kept_.erase(order.id);
    EXPECT_TRUE(discarded_.insert(order.id).second);
  }

  void on(const checkpoint_commands::fail_job&) {
    EXPECT_TRUE(runs_);
    // Those of savepoints do not count.
    EXPECT_GE(failures_, policy_.tolerable_failed + 1);
    EXPECT_TRUE(has_savepoints_ || failures_ == policy_.tolerable_failed + 1);
    has_failed_ = true;
    failed_jobs_ += 1;
  }

  random_numbers random_;
  checkpoint_policy policy_;
  bool has_savepoints_;
  checkpoint_id highest_;
  checkpoint_coordinator checkpoints_;
  processing_time now_;

  attempt_number attempt_{1};
  bool runs_ = false;
  std::set<task_index> drained_;
  bool is_final_requested_ = false;
  bool has_final_ = false;
  bool has_failed_ = false;
  bool has_stopped_ = false;
  std::set<std::string> savepoints_;  // That have not ended.
  std::uint64_t asked_ = 0;
  std::size_t completed_savepoints_ = 0;
  std::uint32_t failures_ = 0;
  processing_time paused_until_;

  std::optional<checkpoint_id> open_;
  snapshot_base base_;  // Of what is open.
  checkpoint_id newest_of_attempt_;
  std::size_t bases_ = 0;
  std::optional<processing_time> started_;
  bool is_open_final_ = false;
  bool is_written_ = false;
  bool is_outcome_told_ = false;
  std::set<task_index> triggered_;
  std::set<task_index> acknowledged_;

  std::set<checkpoint_id> completed_;
  std::set<checkpoint_id> failed_;
  std::set<checkpoint_id> kept_;
  std::set<checkpoint_id> discarded_;
  std::size_t finals_ = 0;
  std::size_t failed_jobs_ = 0;
};

TEST(CheckpointInvariants, HoldUnderRandomEvents) {
  std::size_t completed = 0;
  std::size_t finals = 0;
  std::size_t failed_jobs = 0;
  std::size_t savepoints = 0;
  std::size_t bases = 0;
  for (const auto seed : every_seed_of(5000)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_checkpoints job{seed};
    for (int i = 0; i < 300; ++i) {
      job.step();
      ASSERT_FALSE(::testing::Test::HasFailure());
    }
    job.finish();
    completed += job.completed();
    finals += job.finals();
    failed_jobs += job.failed_jobs();
    savepoints += job.savepoints();
    bases += job.bases();
  }
  EXPECT_GT(completed, 5000U);
  EXPECT_GT(finals, 500U);
  EXPECT_GT(failed_jobs, 500U);
  EXPECT_GT(savepoints, 2000U);
  EXPECT_GT(bases, 2000U);
}

}  // namespace
}  // namespace weir
