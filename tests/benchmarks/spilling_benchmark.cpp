// SPDX-License-Identifier: Apache-2.0
// Counting by key in a table whose entries do not all fit into memory, and in one where they do.
//
// "10 updates" walks through 2 M keys in portions of 100 k, as many as fit: each key of a portion
// is updated ten times in random order; then comes a checkpoint, of which only the part is timed
// that holds up the task. By the time a portion comes again it has been on disk. "hot" updates
// 1,000 keys of a table that has the others on disk.
#include <cstdint>
#include <memory>
#include <vector>

#include "api/flat_table.hpp"
#include "state/memory_backend.hpp"
#include "state/posix_file_system.hpp"
#include "state/rocksdb_store.hpp"
#include "tests/benchmarks/benchmark.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir::benchmarks {

namespace {

using counts = flat_table<std::uint64_t, std::uint64_t>;

constexpr std::uint64_t updates_per_key = 10;
constexpr std::size_t batch_size = 1024;
constexpr std::size_t bytes_per_key = 32;  // As a table of such counts reckons.

class counted_keys {
public:
  // Null stores: everything is in memory.
  counted_keys(entry_stores* stores, const std::string& directory, std::uint64_t portion)
      : backend_{{0, default_max_parallelism},
                 default_max_parallelism,
                 stores == nullptr
                     ? nullptr
                     : std::make_unique<cold_space>(
                           *stores, entry_store_settings{directory, std::uint64_t{256} << 20},
                           portion * bytes_per_key, "counts")},
        table_{static_cast<counts&>(backend_.adopt("counts", std::make_unique<counts>(backend_)))} {
  }

  // `updates` of the keys first, first + 1, ... first + count - 1.
  void update(std::uint64_t first, std::uint64_t count, std::uint64_t updates) {
    for (std::uint64_t done = 0; done < updates; done += batch_size) {
      keys_.clear();
      hashes_.clear();
      for (std::uint64_t i = done; i < done + batch_size; ++i) {
        keys_.push_back(first + scale_to(mix(++drawn_), count));
        hashes_.push_back(hash_key(keys_.back()));
      }
      table_.continue_growing(batch_size);
      std::size_t next = 0;
      table_.update_batch(
          hashes_, next, [&](std::size_t i) { return keys_[i]; },
          [](std::size_t, std::uint64_t& n) { ++n; });
      backend_.trim();
    }
  }
  // Nobody writes it, so the task itself brings the store into files before it goes on.
  void checkpoint() {
    taken_ = {};
    backend_.freeze_into(taken_);
  }

private:
  memory_backend backend_;
  counts& table_;
  operator_snapshot taken_;
  std::vector<std::uint64_t> keys_;
  std::vector<std::uint64_t> hashes_;
  std::uint64_t drawn_ = 0;
};

double ten_updates(const settings& how, entry_stores* stores, const std::string& directory) {
  const std::uint64_t portion = how.records(100'000);
  constexpr std::uint64_t portions = 20;
  counted_keys counted{stores, directory, portion};
  const auto walk = [&] {
    for (std::uint64_t i = 0; i < portions; ++i) {
      counted.update(1 + i * portion, portion, portion * updates_per_key);
      counted.checkpoint();
    }
  };
  walk();
  const double began = seconds_now();
  walk();
  return (seconds_now() - began) / static_cast<double>(portions * portion * updates_per_key) * 1e9;
}

double hot_keys(const settings& how, entry_stores* stores, const std::string& directory) {
  const std::uint64_t portion = how.records(100'000);
  counted_keys counted{stores, directory, portion};
  counted.update(1, 4 * portion, 8 * portion);
  const std::uint64_t updates = how.records(20'000'000);
  counted.update(1, 1000, 10'000);
  const double began = seconds_now();
  counted.update(1, 1000, updates);
  return (seconds_now() - began) / static_cast<double>(updates) * 1e9;
}

case_result run(const settings& how) {
  const temporary_directory directory;
  posix_file_system files;
  rocksdb_stores stores{files};
  case_result result{"ns/update", {}};
  const auto add = [&](const char* name, double target, auto measure, entry_stores* in) {
    result.figures.push_back(
        repeat(how, name, target, [&] { return measure(how, in, directory.path()); }));
  };
  add("memory, 10 updates", 0, ten_updates, nullptr);
  add("rocksdb, 10 updates", 800, ten_updates, &stores);
  add("memory, hot", 0, hot_keys, nullptr);
  add("rocksdb, hot", 40, hot_keys, &stores);
  return result;
}

const bool added = add_case({"spilling", "keyed count with a part of the keys on disk", run});

}  // namespace

}  // namespace weir::benchmarks
