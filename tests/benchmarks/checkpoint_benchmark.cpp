// SPDX-License-Identifier: Apache-2.0
// What checkpoints cost. Freezing: how long a task stands still at a barrier with a gigabyte of
// state, and what its first updates cost while the snapshot is being written. Throughput: the same
// counting job with a checkpoint every second and without any, side by side. Bytes: what the first
// checkpoint writes and what those that follow write, for each part of the state that has changed.
#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/aggregates.hpp"
#include "api/flat_table.hpp"
#include "api/stream.hpp"
#include "api/windowed_stream.hpp"
#include "connectors/discard_sink.hpp"
#include "connectors/generator_source.hpp"
#include "state/huge_page_memory.hpp"
#include "state/posix_file_system.hpp"
#include "state/snapshot_writer.hpp"
#include "tests/benchmarks/background_writer.hpp"
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
  const auto bytes_per_key = [&] {
    return static_cast<double>(memory->bytes_in_use()) / static_cast<double>(keys);
  };
  const auto at_rest = repeat(how, "bytes_per_key", 32, bytes_per_key);
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
  result.figures.push_back(at_rest);
  // With the copies of what those updates have changed, as long as they are not written.
  result.figures.push_back(repeat(how, "bytes_per_key_while_frozen", 0, bytes_per_key));
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
    // The least that writing the same can cost: by another process, for a job without checkpoints.
    const auto name = std::string{state.name} + "_beside_a_writer";
    constexpr std::uint64_t bytes_of_entry = 2 * sizeof(std::uint64_t);
    const auto written = state.keys * bytes_of_entry;
    result.figures.push_back(repeat(how, name, 0, [&] {
      const double without = counting_seconds(records, state.keys, "");
      const background_writer beside{directory, std::bit_ceil(state.keys) * bytes_of_entry,
                                     written};
      return counting_seconds(records, state.keys, "") / without;
    }));
  }
  return result;
}

// Writes the snapshot of a table on that of another checkpoint, or whole.
std::shared_ptr<const written_snapshot> write(table& counts, std::uint64_t id,
                                              const std::string& directory,
                                              std::shared_ptr<const written_snapshot> base) {
  posix_file_system files;
  std::vector<operator_snapshot> content(1);
  content[0].name = "counts (1/1)";
  content[0].tables.push_back({"counts", counts.schema(), counts.freeze()});
  auto writer = snapshot_writer::create(
      files, directory + "/chk-" + std::to_string(id) + "/task-0.snap",
      {{id}, "counts", {0}, 1, default_max_parallelism}, std::move(content), std::move(base));
  WEIR_ASSERT(writer.ok());
  for (;;) {
    const auto done = writer->write_some(std::size_t{1} << 20);
    WEIR_ASSERT(done.ok());
    if (*done) return writer->written();
  }
}

// `per_mille` of the keys change: those that are neighbours, as keys of the same time are in a
// table by time, or any.
case_result incremental_bytes(const settings& how) {
  const auto directory =
      (std::filesystem::temp_directory_path() / "weir_incremental_benchmark").string();
  const std::uint64_t keys = how.records(10'000'000);
  const auto memory = std::make_shared<huge_page_memory>();
  memory->track_changes();
  table counts{*memory};
  std::vector<std::uint64_t> in_order;
  for (std::uint64_t key = 1; key <= keys; ++key) ++counts.find_or_insert(key, hash_of_key{}(key));
  counts.continue_growing(keys * 2);
  counts.for_each([&](std::uint64_t key, const std::uint64_t&) { in_order.push_back(key); });
  const auto by_hash = [](std::uint64_t a, std::uint64_t b) {
    return hash_of_key{}(a) < hash_of_key{}(b);
  };
  std::sort(in_order.begin(), in_order.end(), by_hash);
  const auto first = write(counts, 1, directory, nullptr);
  const auto bytes_of = [](const written_snapshot& of) {
    return static_cast<double>(of.files.front().place.bytes);
  };
  case_result result{"bytes of a checkpoint over those of the first; bytes", {}};
  result.figures.push_back({"first_bytes", bytes_of(*first)});
  auto base = first;
  std::uint64_t id = 1;
  const auto add = [&](const char* name, double target, const auto& change) {
    change();
    base = write(counts, ++id, directory, base);
    result.figures.push_back({name, bytes_of(*base) / bytes_of(*first), target});
  };
  const auto touch = [&](std::uint64_t key) { ++*counts.find(key, hash_of_key{}(key)); };
  add("nothing_changed", 0.01, [] {});
  add("1_percent_in_one_place", 0.03, [&] {
    for (std::uint64_t i = 0; i < keys / 100; ++i) touch(in_order[keys / 2 + i]);
  });
  add("1_in_100000_anywhere", 0.03, [&] {
    for (std::uint64_t i = 0; i < keys / 100'000; ++i) touch(1 + scale_to(mix(i), keys));
  });
  add("all_changed", 1.1, [&] {
    for (std::uint64_t key = 1; key <= keys; ++key) touch(key);
  });
  std::filesystem::remove_all(directory);
  return result;
}

const bool added_bytes =
    add_case({"checkpoint_bytes", "what incremental checkpoints write", incremental_bytes});
const bool added_freeze =
    add_case({"checkpoint_freeze", "the stop of a task at a barrier, 1 GB of state", freeze});
const bool added_throughput =
    add_case({"checkpoint_throughput", "a job with 1 s checkpoints over one without", throughput});

}  // namespace

}  // namespace weir::benchmarks
