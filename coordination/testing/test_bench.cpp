// SPDX-License-Identifier: Apache-2.0
// What may be done when, and what it leads to; see coordination/testing/test_bench.hpp.
#include "coordination/testing/test_bench.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "coordination/suggestion.hpp"
#include "coordination/testing/snapshot_files.hpp"
#include "coordination/testing/tested_tasks.hpp"
#include "state/map_store.hpp"
#include "state/posix_file_system.hpp"
#include "state/rocksdb_store.hpp"

namespace weir {

namespace {

// What every test of the process shares, as opening a store takes time.
operator_environment world_of(test_backend backend) {
  static posix_file_system files;
  static map_stores maps{files};
  static rocksdb_stores databases{files};
  operator_environment world;
  world.files = &files;
  world.has_checkpoints = true;
  if (backend == test_backend::memory) return world;
  world.stores = backend == test_backend::map ? static_cast<entry_stores*>(&maps) : &databases;
  world.spilling = {.is_on = true,
                    .most_bytes_in_memory = 0,
                    .store = {.directory = {}, .memory = std::uint64_t{16} << 20}};
  return world;
}

}  // namespace

job_options job_options_of(const operator_test_options& options) {
  job_options made;
  made.parallelism = options.parallelism;
  made.max_parallelism = options.max_parallelism;
  made.operator_chaining = options.operator_chaining;
  made.allow_non_restored_state = options.allow_non_restored_state;
  made.seed = 0;
  return made;
}

struct test_bench::machinery {
  machinery(const job_graph& of, const operator_test_options& chosen)
      : graph{&of}, options{job_options_of(chosen)}, world{world_of(chosen.backend)} {
    for (const auto& node : of.nodes) {
      if (node.kind == operator_kind::source) watermarks.push_back(beginning_of_time);
    }
    running = next_attempt(options);
  }

  std::unique_ptr<tested_tasks> next_attempt(const job_options& chosen) {
    world.attempt_token = "test-" + std::to_string(++attempts);
    return std::make_unique<tested_tasks>(*graph, chosen, world);
  }

  const job_graph* graph;
  job_options options;
  operator_environment world;
  std::uint32_t attempts = 0;
  std::unique_ptr<tested_tasks> running;
  std::vector<event_time> watermarks;  // Of each input.
  processing_time now{};
  checkpoint_id last_checkpoint;
  std::optional<error> failure;
  bool has_finished = false;
};

test_bench::test_bench(const job_graph& graph, const operator_test_options& options)
    : machinery_{std::make_unique<machinery>(graph, options)} {}

test_bench::~test_bench() = default;

// Does it, and then all that follows from it, unless the test is at an end.
template <class Action>
status test_bench::guarded(Action action) {
  auto& m = *machinery_;
  if (m.failure) {
    return error{m.failure->code,
                 "an operator has failed before, and only a restored snapshot can "
                 "follow; it was: " +
                     m.failure->message};
  }
  if (m.has_finished) {
    return error{error_code::invalid_argument,
                 "the input has ended, and only a restored snapshot can follow finish()"};
  }
  auto done = action(*m.running);
  if (done) done = m.running->run(m.now);
  if (!done) m.failure = done.failure();
  return done;
}

status test_bench::start() {
  return guarded([&](tested_tasks& all) { return all.open(machinery_->now, nullptr); });
}

status test_bench::push(std::uint32_t input, record_batch& batch) {
  return guarded([&](tested_tasks& all) {
    if (!batch.empty()) all.push(input, batch);
    return status{};
  });
}

status test_bench::watermark(std::uint32_t input, event_time to) {
  event_time& so_far = machinery_->watermarks[input];
  if (to < so_far) {
    return error{error_code::invalid_argument,
                 "input " + std::to_string(input) + " is at " + to_string(so_far) +
                     " and cannot go back to " + to_string(to) +
                     ": a watermark only grows; a record for a time before it is pushed as it is, "
                     "and is late"};
  }
  return guarded([&](tested_tasks& all) {
    if (so_far < to) all.watermark(input, to);
    so_far = to;
    return status{};
  });
}

status test_bench::advance(duration by) {
  auto& now = machinery_->now;
  if (by < duration::zero()) {
    return error{error_code::invalid_argument, "it is " + to_string(now) +
                                                   " and time cannot go back by " + to_string(-by) +
                                                   ": give it 0s or more"};
  }
  const auto end = now + by;
  status done;
  for (bool is_there = false; done && !is_there;) {
    const auto timer = machinery_->running->next_timer();
    is_there = !timer || end < *timer;
    now = is_there ? end : std::max(now, *timer);
    done = guarded([](tested_tasks&) { return status{}; });
  }
  return done;
}

status test_bench::finish() {
  auto done = guarded([](tested_tasks& all) {
    all.end_inputs();
    return status{};
  });
  if (done) done = guarded([](tested_tasks& all) { return all.commit(); });
  machinery_->has_finished = true;
  return done;
}

result<test_snapshot> test_bench::snapshot() {
  auto& m = *machinery_;
  const checkpoint_id id{++m.last_checkpoint.value};
  const auto content =
      std::make_shared<test_snapshot::files>(id, m.options.max_parallelism, m.watermarks, m.now);
  auto done = guarded([&](tested_tasks& all) { return all.snapshot(id, m.now, *content); });
  if (!done) return done.failure();
  return test_snapshot{content};
}

status test_bench::restore(const test_snapshot& from, std::optional<std::uint32_t> parallelism) {
  auto& m = *machinery_;
  const auto& saved = from.content();
  job_options options = m.options;
  options.parallelism = parallelism.value_or(options.parallelism);
  if (auto valid = validate(*m.graph, options); !valid) return valid;
  auto next = m.next_attempt(options);
  if (auto fits = saved.check(next->graph()); !fits) return fits;
  const auto state = saved.open();
  if (!state) return state.failure();
  m.running = std::move(next);
  m.options = options;
  m.failure.reset();
  m.has_finished = false;
  m.now = std::max(m.now, saved.taken());
  auto done = guarded([&](tested_tasks& all) { return all.open(m.now, &*state); });
  for (std::uint32_t i = 0; i < m.watermarks.size(); ++i) {
    const bool was_there = i < saved.watermarks().size();
    m.watermarks[i] = beginning_of_time;
    if (done && was_there) done = watermark(i, saved.watermarks()[i]);
  }
  return done;
}

result<saved_table> test_bench::table(const std::string& operator_uid, const std::string& name) {
  const auto& graph = machinery_->running->graph();
  std::vector<std::string_view> known;
  std::optional<std::uint32_t> found;
  for (std::uint32_t i = 0; i < graph.graph().nodes.size(); ++i) {
    const auto& node = graph.graph().nodes[i];
    if (node.kind != operator_kind::transformation) continue;
    known.push_back(node.uid.empty() ? node.name : node.uid);
    if (known.back() == operator_uid) found = i;
  }
  if (!found) {
    std::string message = "no operator has the uid or the name \"" + operator_uid + '"';
    auto meant = did_you_mean(operator_uid, known, "\"");
    if (meant.empty()) {
      for (const auto each : known) {
        meant += (meant.empty() ? "; there are \"" : ", \"") + std::string{each} + '"';
      }
    }
    return error{error_code::not_found, message + meant};
  }
  auto now = snapshot();
  if (!now) return now.failure();
  return now->content().read(graph.id_of({*found}), operator_uid, name);
}

processing_time test_bench::now() const { return machinery_->now; }

test_counts test_bench::counts() const { return machinery_->running->counts(); }

}  // namespace weir
