// SPDX-License-Identifier: Apache-2.0
// Whether a failed job is run again, and how long to wait before. Flink's strategies:
//
//   none               never
//   fixed-delay        a number of times in the life of the job, always after the same wait
//   failure-rate       unless there are too many failures within an interval; the same wait
//   exponential-delay  after a wait that grows with every failure, until the job has run for long
//
// Only decides: has no clock and no random numbers of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "api/job_options.hpp"
#include "api/time.hpp"

namespace weir {

class restart_strategy {
public:
  virtual ~restart_strategy() = default;
  // The job has failed at `now`: how long to wait before the next attempt, or none: give up. Once
  // it has given up it does so for ever. `random` is any number, equally likely; it spreads jobs
  // that failed together.
  [[nodiscard]] virtual std::optional<duration> on_failure(processing_time now,
                                                           std::uint64_t random) = 0;
  // All tasks of an attempt run.
  virtual void on_running(processing_time now);
};

// The one that the options ask for. Never null.
std::unique_ptr<restart_strategy> make_restart_strategy(const job_options& options);

}  // namespace weir
