// SPDX-License-Identifier: Apache-2.0
// A job that writes files, crashes at any moment and begins again from its newest checkpoint, with
// another parallelism, while its former tasks do not know it: every record is written once.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/operators/sink.hpp"
#include "connectors/file_sink.hpp"
#include "connectors/lines_source.hpp"
#include "tests/connectors/faulty_file_system.hpp"
#include "tests/connectors/source_reading.hpp"
#include "tests/support/former_operator.hpp"
#include "tests/support/operator_harness.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

class job {
public:
  explicit job(std::uint64_t seed) : random_{seed} {}

  // The lines of all finished files, sorted.
  std::vector<std::string> run() {
    while (!attempt()) {
    }
    auto lines = read_all(lines_of(directory_.path()), files_).records;
    std::sort(lines.begin(), lines.end());
    return lines;
  }
  int attempts() const { return attempts_; }
  bool left_something() const {
    const auto names = directory_.files();
    return std::any_of(names.begin(), names.end(),
                       [](const auto& name) { return name.ends_with(".in-progress"); });
  }

  static constexpr int records = 60;

private:
  using task = operator_harness<int, int>;

  bool chance(std::uint64_t in) { return random_.below(in) == 0; }
  bool has_faults() const { return attempts_ < 12; }

  // False if it crashed.
  bool attempt() {
    ++attempts_;
    files_.renames = has_faults() && chance(2) ? random_.below(6) : 1'000'000;
    tasks_ = std::vector<task*>(1 + random_.below(3));
    try {
      start();
      for (int next = position_; next < records;) {
        if (has_faults() && chance(20)) return false;
        if (chance(6)) {
          checkpoint(next);
        } else {
          tasks_[random_.below(tasks_.size())]->push(next++, at(0));
        }
      }
      for (auto* each : tasks_) each->finish();
      checkpoint(records);
      if (position_ < records) return false;
      for (auto* each : tasks_) each->commit();
      return true;
    } catch (const task_failure&) {
      return false;
    }
  }

  void start() {
    const auto sink = file_sink(directory_ / "out").roll_at(7);
    for (std::uint32_t i = 0; i < tasks_.size(); ++i) {
      using tested = sink_operator<int, file_sink_of<text_rows>>;
      // The tasks of a crashed attempt are kept: they clear nothing away.
      ever_.push_back(std::make_unique<task>(std::make_unique<tested>(sink)));
      tasks_[i] = ever_.back().get();
      auto& context = tasks_[i]->context();
      context.files = &files_;
      context.subtask = {i};
      context.parallelism = static_cast<std::uint32_t>(tasks_.size());
      context.attempt_token = "a-" + std::to_string(attempts_);
      context.has_checkpoints = true;
      context.restored = newest_.get();
    }
    for (auto* each : tasks_) each->open();
  }

  void checkpoint(int next) {
    const checkpoint_id id{++checkpoints_};
    std::vector<state_parts> parts(tasks_.size());
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      tasks_[i]->tested().snapshot(id, parts[i]);
      if (has_faults() && chance(20)) return;
    }
    if (has_faults() && chance(4)) return;
    kept_.push_back(std::move(newest_));
    newest_ = std::make_unique<former_operator>(parts, id);
    position_ = next;
    for (auto* each : tasks_) {
      if (!has_faults() || !chance(4)) each->tested().on_checkpoint_completed(id);
    }
  }

  random_numbers random_;
  temporary_directory directory_;
  faulty_file_system files_;
  std::vector<std::unique_ptr<former_operator>> kept_;
  std::unique_ptr<former_operator> newest_;
  std::vector<std::unique_ptr<task>> ever_;
  std::vector<task*> tasks_;
  int position_ = 0;  // Of the source, in the newest checkpoint.
  std::uint64_t checkpoints_ = 0;
  int attempts_ = 0;
};

TEST(FileSinkRecovery, WritesEveryRecordOnceWheneverTheJobCrashes) {
  std::vector<std::string> expected;
  for (int i = 0; i < job::records; ++i) expected.push_back(std::to_string(i));
  std::sort(expected.begin(), expected.end());
  int attempts = 0;
  for (const auto seed : seeds_for(8)) {
    SCOPED_TRACE(seed);
    job tested{seed};
    EXPECT_EQ(tested.run(), expected);
    EXPECT_FALSE(tested.left_something());
    attempts += tested.attempts();
  }
  EXPECT_GT(attempts, 8) << "no job ever crashed";
}

}  // namespace
}  // namespace weir
