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

// How often a record may count in the state and the output of a job that had to go back to a
// checkpoint: exactly once, or, for barriers that wait for no channel, more than once.
enum class delivery_guarantee : std::uint8_t { exactly_once, at_least_once };

// When a failed job is run again, and after how long. `automatic` is exponential_delay for a job
// that has checkpoints to go back to, and none for one that would have to begin afresh.
enum class restart_strategy_type : std::uint8_t {
  automatic,
  none,
  fixed_delay,
  failure_rate,
  exponential_delay,
};

// What becomes of a record that has failed the job three times: it fails it for good, or is left
// out from then on. What an operator says of such records for itself comes first
// (api/on_error.hpp).
enum class poison_record_policy : std::uint8_t { fail, skip };

// Where keyed state lives: all of it in memory, or what is touched in memory and the rest in
// RocksDB.
enum class state_backend_type : std::uint8_t { memory, rocksdb };

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
  // slot.request.timeout: how long the job waits for its slots, at its start and whenever it is to
  // be run again; 0: as long as it takes.
  duration slot_request_timeout = std::chrono::seconds{30};
  // taskmanager.threads: worker threads of the process; 0: one for each core.
  std::uint32_t threads = 0;
  // taskmanager.memory.process.size: bytes that a process with tasks may take; 0: as many as there
  // are. taskmanager.cpu.cores: cores that it may run on; 0: all of them.
  std::uint64_t process_memory = 0;
  std::uint32_t process_cores = 0;

  // taskmanager.network.credits: batches a channel may have under way, 2..64.
  std::uint32_t credit_window = 8;

  // execution.checkpointing.dir: where checkpoints are kept; empty: none are taken.
  std::string checkpoint_directory{};
  // execution.checkpointing.interval: from the start of one to the start of the next.
  duration checkpoint_interval = std::chrono::seconds{1};
  // execution.checkpointing.timeout: one that takes longer has failed.
  duration checkpoint_timeout = std::chrono::minutes{10};
  // execution.checkpointing.min-pause: from the completion of one to the start of the next.
  duration checkpoint_min_pause = duration::zero();
  // execution.checkpointing.tolerable-failed-checkpoints: in a row; one more fails the job.
  std::uint32_t tolerable_failed_checkpoints = 3;
  // execution.checkpointing.num-retained: completed checkpoints that are kept, the newest. >= 1.
  std::uint32_t retained_checkpoints = 1;
  // execution.checkpointing.incremental: what has not changed since the last one is not written.
  bool incremental_checkpoints = true;
  // execution.checkpointing.mode.
  delivery_guarantee checkpoint_mode = delivery_guarantee::exactly_once;
  // execution.checkpointing.retain-on-cancel: a cancelled job leaves its checkpoints.
  bool retain_checkpoints_on_cancel = false;
  // execution.checkpointing.savepoint-dir: where savepoints go; empty: into the directory
  // "savepoints" in checkpoint_directory.
  std::string savepoint_directory{};
  // execution.checkpointing.drain-on-stop: what SIGUSR2 stops outputs everything first.
  bool drain_on_stop = false;
  // execution.checkpointing.local-backup.enabled: each process with tasks keeps a copy of its part
  // of the newest checkpoint, and its tasks restart from that where they can.
  bool local_backup = false;
  // execution.checkpointing.local-backup.dirs: the one directory in which these copies are; empty:
  // the system's directory for temporary files.
  std::string local_backup_directory{};

  // execution.state-recovery.path, --restore: what to begin with: "latest" is the newest checkpoint
  // in checkpoint_directory, anything else the path of one; empty: nothing, start afresh.
  std::string restore{};
  // execution.state-recovery.request: a number for one wish to begin with the path above. A job
  // manager of the same wish goes on from what one before it has completed in checkpoint_directory;
  // none: every job manager begins with the path.
  std::optional<std::uint64_t> restore_request{};
  // execution.state-recovery.ignore-unclaimed-state, --allow-non-restored-state: state of operators
  // that the job no longer has is left behind; otherwise it is an error.
  bool allow_non_restored_state = false;

  // state.backend.type.
  state_backend_type state_backend = state_backend_type::memory;
  // state.backend.rocksdb.localdir: where RocksDB has its files; empty: the system's directory for
  // temporary files.
  std::string rocksdb_directory{};
  // state.backend.rocksdb.memory.fixed-per-tm: blocks and write buffers of RocksDB, in a process.
  std::uint64_t rocksdb_memory = std::uint64_t{256} << 20;
  // state.backend.rocksdb.cache-size: entries in memory, of one subtask of an operator.
  std::uint64_t rocksdb_cache = std::uint64_t{64} << 20;

  // restart-strategy.type.
  restart_strategy_type restart = restart_strategy_type::automatic;
  // restart-strategy.fixed-delay.*: restarts in the life of the job, and the wait before each.
  std::uint32_t fixed_delay_attempts = 3;
  duration fixed_delay = std::chrono::seconds{1};
  // restart-strategy.failure-rate.*: the failures within any interval that are answered by a
  // restart, and the wait before each; one more fails the job.
  std::uint32_t max_failures_per_interval = 1;
  duration failure_rate_interval = std::chrono::minutes{1};
  duration failure_rate_delay = std::chrono::seconds{1};
  // restart-strategy.exponential-delay.*: the first wait, the longest, and what each is multiplied
  // by; how long the job must run for the wait to begin again from the first; how far it strays at
  // random, as a fraction; restarts before the job has run that long, none: without limit.
  duration initial_backoff = std::chrono::milliseconds{100};
  duration max_backoff = std::chrono::minutes{1};
  double backoff_multiplier = 1.5;
  duration reset_backoff_threshold = std::chrono::minutes{5};
  double backoff_jitter = 0.1;
  std::optional<std::uint64_t> attempts_before_reset_backoff{};
  // restart-strategy.poison-records.
  poison_record_policy poison_records = poison_record_policy::fail;

  // execution.seed: makes random choices (shuffle, generators) repeatable; none: from the system.
  std::optional<std::uint64_t> seed{};

  // progress.interval: how often progress is reported; progress.enabled: whether.
  duration progress_interval = std::chrono::milliseconds{500};
  bool progress = true;
};

}  // namespace weir
