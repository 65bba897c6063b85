// SPDX-License-Identifier: Apache-2.0
// Runs all tasks of a small job graph in one thread, on a clock that stands still: what is under
// coordination/testing/operator_test.hpp, and knows nothing of types.
//
// The tasks, with their gates, channels, chains and state, are those of any job. In the place of
// the sources stand inputs, into which records and watermarks are put by hand. Every call returns
// when nothing is left to do, so the same calls have the same results.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "api/error.hpp"
#include "api/job_graph.hpp"
#include "api/job_options.hpp"
#include "api/key_group.hpp"
#include "api/record_batch.hpp"
#include "api/time.hpp"
#include "coordination/testing/test_snapshot.hpp"

namespace weir {

// Where keyed state lives. With `map` and `rocksdb` none of it is in memory from one batch to the
// next, so that every access goes to a store: an ordered map, or RocksDB.
enum class test_backend : std::uint8_t { memory, map, rocksdb };

struct operator_test_options {
  std::uint32_t parallelism = 1;  // Of every operator that does not say its own.
  std::uint32_t max_parallelism = default_max_parallelism;  // The number of key groups.
  bool operator_chaining = true;  // False gives every operator a task of its own.
  test_backend backend = test_backend::memory;
  // Snapshots may hold state of operators that are not there; it is left behind.
  bool allow_non_restored_state = false;
};

// The same as the settings of a job; for `validate`.
job_options job_options_of(const operator_test_options& options);

// Of all operators together, since the test began or restored a snapshot.
struct test_counts {
  std::uint64_t late_dropped = 0;
  std::uint64_t skipped = 0;        // By on_error(skip_and_count()).
  std::uint64_t dead_lettered = 0;  // By on_error(dead_letters_to(...)).
  friend bool operator==(const test_counts&, const test_counts&) = default;
};

class test_bench {
public:
  // Inputs are the sources of `graph`, numbered in its order, of which no more than the description
  // is used. `graph` outlives the bench. REQUIRES: validate(graph, ...) succeeded.
  test_bench(const job_graph& graph, const operator_test_options& options);
  ~test_bench();

  // All of these fail if an operator does, and from then on, until `restore`.

  // Opens the operators. REQUIRES: called once, before all others.
  status start();
  // Takes the records out of `batch`. Batches are dealt to the subtasks of an input in turn.
  status push(std::uint32_t input, record_batch& batch);
  // Fails if the input has come further already.
  status watermark(std::uint32_t input, event_time to);
  // Lets `by` pass, in steps: each timer goes off at its time.
  status advance(duration by);
  // All inputs end, and what the operators have written is committed. Nothing may follow but
  // `restore`.
  status finish();

  // A checkpoint, which completes.
  result<test_snapshot> snapshot();
  // Starts anew from `from`, with another parallelism if given. Event time goes on from where the
  // inputs were, and processing time no earlier than the snapshot.
  status restore(const test_snapshot& from, std::optional<std::uint32_t> parallelism);

  // A table of the operator with that uid, else of that name, as it is now.
  result<saved_table> table(const std::string& operator_uid, const std::string& name);

  processing_time now() const;
  test_counts counts() const;

private:
  struct machinery;

  template <class Action>
  status guarded(Action action);

  std::unique_ptr<machinery> machinery_;
};

}  // namespace weir
