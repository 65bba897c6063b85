// SPDX-License-Identifier: Apache-2.0
// How soon a killed job goes on. A process counts the records of each key until it has a checkpoint
// with all keys; it is killed with SIGKILL, another one takes the checkpoint up, and the time is
// taken from the kill to the first record whose count continues the old one. That one is killed in
// turn, before it has a checkpoint of its own, and so on.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <thread>
#include <unistd.h>

#include "api/keyed_stream.hpp"
#include "api/state.hpp"
#include "api/stream.hpp"
#include "connectors/discard_sink.hpp"
#include "connectors/generator_source.hpp"
#include "tests/benchmarks/benchmark.hpp"
#include "tests/benchmarks/child_process.hpp"

namespace weir::benchmarks {

namespace {

namespace fs = std::filesystem;

// What a child is to do; its fields go through an environment variable as words.
struct counting {
  std::uint64_t keys = 0;
  std::uint32_t parallelism = 1;
  bool restores = false;
  std::string backend;
  std::string directory;
};

// Says so, once, as soon as it sees record number `from`: with the count that it must have.
class counter {
public:
  counter(std::uint64_t keys, std::uint64_t from, int answer)
      : keys_{keys}, from_{from}, answer_{answer} {}

  void open(keyed_state<std::uint64_t>& state) { seen_ = state.value<std::uint64_t>("seen"); }
  void process(std::uint64_t i, keyed_process_context<std::uint64_t, std::uint64_t>& context) {
    const std::uint64_t count = ++seen_.value();
    if (i >= from_ && !has_answered()) tell(count == i / keys_ + 1);
    context.emit(count);
  }

private:
  static std::atomic<bool>& answered() {
    static std::atomic<bool> value = false;
    return value;
  }
  static bool has_answered() { return answered().load(std::memory_order_relaxed); }
  void tell(bool is_right) const {
    if (answered().exchange(true)) return;
    const double now = is_right ? seconds_now() : -1;
    if (write(answer_, &now, sizeof now) != sizeof now) std::exit(1);
  }

  std::uint64_t keys_;
  std::uint64_t from_;
  int answer_;
  value_state<std::uint64_t> seen_;
};

int count_until_killed(const counting& what, int answer) {
  job_options options;
  options.threads = 2;
  options.parallelism = what.parallelism;
  options.checkpoint_directory = what.directory;
  options.checkpoint_interval = what.restores ? std::chrono::hours{1} : std::chrono::seconds{1};
  if (what.restores) options.restore = "latest";
  if (what.backend == "rocksdb") options.state_backend = state_backend_type::rocksdb;
  options.rocksdb_directory = what.directory + "/rocksdb";
  environment env{"recovery", {}};
  env.from(generator(unbounded, [](std::uint64_t i) { return i; }))
      .key_by([keys = what.keys](std::uint64_t i) { return i % keys; })
      .process<std::uint64_t>(counter{what.keys, what.restores ? 0 : what.keys, answer})
      .uid("count")
      .sink(discard());
  const auto outcome = run_locally(env.graph(), options);
  std::fprintf(stderr, "the counting job ended: %s\n",
               outcome.cause ? outcome.cause->message.c_str() : "no cause");
  return 1;
}

// When the newest manifest in the directory was written; the beginning of time if there is none.
fs::file_time_type newest_manifest(const std::string& directory) {
  fs::file_time_type newest = fs::file_time_type::min();
  std::error_code gone;  // Checkpoints are discarded while we look.
  for (const auto& each : fs::directory_iterator{directory, gone}) {
    const auto written = fs::last_write_time(each.path() / "manifest", gone);
    if (!gone) newest = std::max(newest, written);
  }
  return newest;
}

// A directory with a checkpoint of so many keys, and processes that go on from it.
class interrupted_job {
public:
  interrupted_job(std::uint64_t keys, std::uint32_t parallelism, std::string backend)
      : keys_{keys}, backend_{std::move(backend)} {
    fs::remove_all(directory_);
    child_process first{"recovery", words(parallelism, false)};
    if (first.answer() < 0) std::exit(1);
    const auto all_there = fs::file_time_type::clock::now();
    // Begun before that moment, it may lack some: the second one has them all.
    for (int manifests = 0; manifests < 2; ++manifests) {
      const auto last = std::max(all_there, newest_manifest(directory_));
      while (newest_manifest(directory_) <= last) {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
      }
    }
  }
  interrupted_job(const interrupted_job&) = delete;
  interrupted_job& operator=(const interrupted_job&) = delete;
  ~interrupted_job() { fs::remove_all(directory_); }

  // Seconds from the end of the process before, which was killed, to the first right record.
  double go_on(std::uint32_t parallelism) {
    const double killed = seconds_now();
    child_process next{"recovery", words(parallelism, true)};
    const double first_right = next.answer();
    if (first_right < 0) {
      std::fprintf(stderr, "the restored job counted wrong\n");
      std::exit(1);
    }
    next.kill();
    return first_right - killed;
  }

private:
  std::string words(std::uint32_t parallelism, bool restores) const {
    return std::to_string(keys_) + ' ' + std::to_string(parallelism) + (restores ? " 1 " : " 0 ") +
           backend_ + ' ' + directory_;
  }

  std::uint64_t keys_;
  std::string backend_;
  std::string directory_ = (fs::temp_directory_path() / "weir_recovery_benchmark").string();
};

case_result from_kill(const settings& how) {
  case_result result{"s from SIGKILL to the first right record", {}};
  for (const std::string backend : {"memory", "rocksdb"}) {
    interrupted_job job{how.records(40'000'000), 2, backend};
    result.figures.push_back(repeat(how, "1GB_" + backend, 1, [&] { return job.go_on(2); }));
  }
  return result;
}

// A curve of many points, some of which take a minute: one run of each behind one to warm up.
case_result restore_curve(const settings& asked) {
  settings how = asked;
  how.repetitions = 1;
  case_result result{"s from SIGKILL to the first right record", {}};
  for (const std::string backend : {"memory", "rocksdb"}) {
    for (const auto& [size, keys] : {std::pair{"16MB", 600'000}, std::pair{"128MB", 5'000'000},
                                     std::pair{"1GB", 40'000'000}}) {
      // At another parallelism all entries of RocksDB go through the new tasks: minutes for 1 GB.
      if (backend == "rocksdb" && keys > 5'000'000) continue;
      interrupted_job job{how.records(static_cast<std::uint64_t>(keys)), 2, backend};
      for (const std::uint32_t after : {2U, 1U, 3U}) {
        const std::string name =
            std::string{size} + "_" + backend + "_2_to_" + std::to_string(after);
        result.figures.push_back(repeat(how, name, 0, [&] { return job.go_on(after); }));
      }
    }
  }
  return result;
}

const bool added_role = add_child_role("recovery", [](const std::string& told, int answer) {
  std::istringstream words{told};
  counting what;
  words >> what.keys >> what.parallelism >> what.restores >> what.backend >> what.directory;
  return words ? count_until_killed(what, answer) : 2;
});
const bool added_kill =
    add_case({"recovery", "kill -9 with 1 GB of state, and how soon the job goes on", from_kill});
const bool added_curve =
    add_case({"restore", "the restart at the same and at another parallelism", restore_curve});

}  // namespace

}  // namespace weir::benchmarks
