// SPDX-License-Identifier: Apache-2.0
// The adding up behind coordination/progress_totals.hpp.
#include "coordination/progress_totals.hpp"

#include <algorithm>

namespace weir {

job_totals totals_of(const std::map<task_index, task_report>& reports) {
  job_totals totals;
  for (const auto& [task, report] : reports) {
    if (report.is_source) totals.records_read += report.records_in;
    if (report.is_sink) {
      totals.records_written += report.records_written;
      if (report.watermark != beginning_of_time) {
        totals.watermark = std::min(totals.watermark.value_or(end_of_time), report.watermark);
      }
    }
    totals.late_dropped += report.late_dropped;
    totals.skipped += report.skipped;
    totals.dead_lettered += report.dead_lettered;
  }
  return totals;
}

}  // namespace weir
