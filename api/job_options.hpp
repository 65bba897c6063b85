// SPDX-License-Identifier: Apache-2.0
// The settings of a job, in one place: what `-D key=value` and the configuration file can say, and
// what a program can set in code. The command line wins over the file, the file over the code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/key_group.hpp"
#include "api/time.hpp"

namespace weir {

struct job_options {
  // parallelism.default: subtasks of every operator that does not say its own. 1..max_parallelism.
  std::uint32_t parallelism = 1;
  // pipeline.max-parallelism: the number of key groups; fixed for the life of a job's state.
  std::uint32_t max_parallelism = default_max_parallelism;
  // pipeline.operator-chaining: false gives every operator a task of its own.
  bool operator_chaining = true;
  // pipeline.require-uids: every stateful operator must have a uid, not only those that need one.
  bool require_uids = false;

  // taskmanager.count, taskmanager.numberOfTaskSlots. 0 slots: as many as the job needs.
  std::uint32_t task_managers = 1;
  std::uint32_t slots_per_task_manager = 0;
  // taskmanager.threads: worker threads of the process; 0: one for each core.
  std::uint32_t threads = 0;

  // taskmanager.network.credits: batches a channel may have under way, 2..64.
  std::uint32_t credit_window = 8;

  // execution.seed: makes random choices (shuffle, generators) repeatable; none: from the system.
  std::optional<std::uint64_t> seed{};

  // progress.interval: how often progress is reported; progress.enabled: whether.
  duration progress_interval = std::chrono::milliseconds{500};
  bool progress = true;
};

}  // namespace weir
