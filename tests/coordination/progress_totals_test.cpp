// SPDX-License-Identifier: Apache-2.0
// What a job has done is the sum of what its tasks have done.
#include "coordination/progress_totals.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

event_time at(std::int64_t micros) { return event_time{duration{micros}}; }

std::map<task_index, task_report> reports_of(std::vector<task_report> reports) {
  std::map<task_index, task_report> by_task;
  for (std::uint32_t n = 0; n < reports.size(); ++n) by_task[{n}] = reports[n];
  return by_task;
}

TEST(ProgressTotals, IsZeroWithoutReports) {
  const auto totals = totals_of({});
  EXPECT_EQ(totals.records_read, 0U);
  EXPECT_EQ(totals.records_written, 0U);
  EXPECT_EQ(totals.watermark, std::nullopt);
}

TEST(ProgressTotals, AddsWhatSourcesReadAndWhatSinksWrote) {
  const auto totals = totals_of(reports_of({
      {.task = {0}, .is_source = true, .records_in = 10},
      {.task = {1}, .is_source = true, .records_in = 20},
      {.task = {2}, .records_in = 30},
      {.task = {3}, .is_sink = true, .records_in = 5, .records_written = 5},
      {.task = {4}, .is_source = true, .is_sink = true, .records_in = 100, .records_written = 99},
  }));
  EXPECT_EQ(totals.records_read, 130U);
  EXPECT_EQ(totals.records_written, 104U);
}

TEST(ProgressTotals, AddsWhatWasDroppedAnywhere) {
  const auto totals = totals_of(reports_of({
      {.task = {0}, .late_dropped = 1, .skipped = 10, .dead_lettered = 100},
      {.task = {1}, .is_sink = true, .late_dropped = 2, .skipped = 20, .dead_lettered = 200},
  }));
  EXPECT_EQ(totals.late_dropped, 3U);
  EXPECT_EQ(totals.skipped, 30U);
  EXPECT_EQ(totals.dead_lettered, 300U);
}

TEST(ProgressTotals, ReportsTheLowestWatermarkOfTheSinks) {
  const auto totals = totals_of(reports_of({
      {.task = {0}, .is_source = true, .watermark = at(1)},
      {.task = {1}, .is_sink = true, .watermark = at(30)},
      {.task = {2}, .is_sink = true, .watermark = at(20)},
      {.task = {3}, .is_sink = true, .watermark = beginning_of_time},
  }));
  EXPECT_EQ(totals.watermark, at(20));
}

}  // namespace
}  // namespace weir
