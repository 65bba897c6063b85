// SPDX-License-Identifier: Apache-2.0
// What checkpoints cost. Freezing: how long a task stands still at a barrier with a gigabyte of
// state, and what its first updates cost while the snapshot is being written. Throughput: the same
// counting job with a checkpoint every second and without any, side by side.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "api/aggregates.hpp"
#include "api/flat_table.hpp"
#include "api/stream.hpp"
#include "api/windowed_stream.hpp"
#include "connectors/discard_sink.hpp"
#include "connectors/generator_source.hpp"
#include "state/huge_page_memory.hpp"
#include "tests/benchmarks/benchmark.hpp"

namespace weir::benchmarks {

namespace {

using table = flat_table<std::uint64_t, std::uint64_t>;

void count_up(table& counts, std::uint64_t first, std::uint64_t records, std::uint64_t keys) {
  constexpr std::uint64_t batch = 1024;
  std::vector<std::uint64_t> chosen(batch);
  std::vector<std::uint64_t> hashes(batch);
  for (std::uint64_t i = first; i < first + records; i += batch) {
    for (std::uint64_t n = 0; n < batch; ++n) {
      chosen[n] = 1 + scale_to(mix(i + n), keys);
      hashes[n] = hash_key(chosen[n]);
    }
    counts.continue_growing(batch);
    std::size_t next = 0;
    counts.update_batch(
        hashes, next, [&](std::size_t n) -> const std::uint64_t& { return chosen[n]; },
        [](std::size_t, std::uint64_t& count) { ++count; });
  }
}

// 64 M slots of 16 bytes when it is full.
case_result freeze(const settings& how) {
  const std::uint64_t keys = how.records(40'000'000);
  const auto memory = std::make_shared<huge_page_memory>();
  table counts{*memory};
  for (std::uint64_t key = 1; key <= keys; ++key) {
    ++counts.find_or_insert(key, hash_of_key{}(key));
  }
  counts.continue_growing(keys * 2);
  const std::uint64_t updates = how.records(1'000'000);
  case_result result{"ms; ns/update; bytes/key", {}};
  std::uint64_t next = 0;
  std::unique_ptr<frozen_table> frozen;
  result.figures.push_back(repeat(how, "freeze_1GB", 1, [&] {
    frozen.reset();
    const double start = seconds_now();
    frozen = counts.freeze();
    return (seconds_now() - start) * 1e3;
  }));
  const auto cost_of_updates = [&] {
    const double start = seconds_now();
    count_up(counts, next, updates, keys);
    next += updates;
    return (seconds_now() - start) / static_cast<double>(updates) * 1e9;
  };
  frozen.reset();
  result.figures.push_back(repeat(how, "update_not_frozen", 0, cost_of_updates));
  result.figures.push_back(repeat(how, "update_while_frozen", 0, [&] {
    frozen.reset();
    frozen = counts.freeze();
    return cost_of_updates();
  }));
  frozen.reset();
  result.figures.push_back(repeat(how, "bytes_per_key", 32, [&] {
    return static_cast<double>(memory->bytes_in_use()) / static_cast<double>(keys);
  }));
  return result;
}

// Two worker threads: the job on one, the writing of snapshots on the other.
double counting_seconds(std::uint64_t records, std::uint64_t keys, const std::string& directory) {
  job_options options;
  options.threads = 2;
  options.checkpoint_directory = directory;
  const double took = run_seconds(
      [&](environment& env) {
        env.from(generator(records, [keys](std::uint64_t i) { return scale_to(mix(i), keys); }))
            .key_by([](std::uint64_t key) { return key; })
            .window(global_window())
            .aggregate(count())
            .uid("count")
            .sink(discard());
      },
      options);
  if (!directory.empty()) std::filesystem::remove_all(directory);
  return took;
}

case_result throughput(const settings& how) {
  const auto directory =
      (std::filesystem::temp_directory_path() / "weir_checkpoint_benchmark").string();
  case_result result{"seconds with checkpoints over seconds without", {}};
  struct size {
    const char* name;
    std::uint64_t keys;
  };
  for (const auto& state :
       {size{"100k_keys", 100'000}, size{"1M_keys", 1'000'000}, size{"10M_keys", 10'000'000}}) {
    const auto records = how.records(200'000'000);
    result.figures.push_back(repeat(how, state.name, 1.03, [&] {
      const double without = counting_seconds(records, state.keys, "");
      return counting_seconds(records, state.keys, directory) / without;
    }));
  }
  return result;
}

const bool added_freeze =
    add_case({"checkpoint_freeze", "the stop of a task at a barrier, 1 GB of state", freeze});
const bool added_throughput =
    add_case({"checkpoint_throughput", "a job with 1 s checkpoints over one without", throughput});

}  // namespace

}  // namespace weir::benchmarks
