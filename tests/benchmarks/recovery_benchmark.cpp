// SPDX-License-Identifier: Apache-2.0
// How soon a killed job goes on. A process counts the records of each key until it has a checkpoint
// with all keys; it is killed with SIGKILL, another one takes the checkpoint up, and the time is
// taken from the kill to the first record whose count continues the old one.
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
  options.checkpoint_interval = std::chrono::milliseconds{200};
  if (what.restores) options.restore = "latest";
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

struct recovery {
  double from_kill = 0;   // Seconds from the kill to the first right record.
  double from_start = 0;  // From the start of the new process.
};

recovery recover(std::uint64_t keys, std::uint32_t before, std::uint32_t after) {
  const auto directory = (fs::temp_directory_path() / "weir_recovery_benchmark").string();
  fs::remove_all(directory);
  const auto words = [&](std::uint32_t parallelism, bool restores) {
    return std::to_string(keys) + ' ' + std::to_string(parallelism) + (restores ? " 1 " : " 0 ") +
           directory;
  };
  recovery measured;
  double killed = 0;
  {
    child_process first{"recovery", words(before, false)};
    if (first.answer() < 0) std::exit(1);
    const auto all_there = fs::file_time_type::clock::now();
    // Begun before that moment, it may lack some: the second one has them all.
    for (int manifests = 0; manifests < 2; ++manifests) {
      const auto last = std::max(all_there, newest_manifest(directory));
      while (newest_manifest(directory) <= last) {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
      }
    }
    killed = seconds_now();
  }
  const double started = seconds_now();
  child_process second{"recovery", words(after, true)};
  const double first_right = second.answer();
  if (first_right < 0) {
    std::fprintf(stderr, "the restored job counted wrong\n");
    std::exit(1);
  }
  second.kill();
  fs::remove_all(directory);
  return {first_right - killed, first_right - started};
}

case_result from_kill(const settings& how) {
  case_result result{"s from SIGKILL to the first right record", {}};
  result.figures.push_back(repeat(
      how, "1GB_memory", 1, [&] { return recover(how.records(40'000'000), 2, 2).from_kill; }));
  return result;
}

case_result restore_curve(const settings& how) {
  case_result result{"s from the start of the process to the first right record", {}};
  struct step {
    const char* name;
    std::uint32_t before, after;
  };
  for (const auto& [size, keys] :
       {std::pair{"16MB", 600'000}, std::pair{"128MB", 5'000'000}, std::pair{"1GB", 40'000'000}}) {
    for (const step& each : {step{"_2_to_2", 2, 2}, step{"_1_to_2", 1, 2}, step{"_2_to_1", 2, 1},
                             step{"_2_to_3", 2, 3}}) {
      result.figures.push_back(repeat(how, std::string{size} + each.name, 0, [&] {
        return recover(how.records(static_cast<std::uint64_t>(keys)), each.before, each.after)
            .from_start;
      }));
    }
  }
  return result;
}

const bool added_role = add_child_role("recovery", [](const std::string& told, int answer) {
  std::istringstream words{told};
  counting what;
  words >> what.keys >> what.parallelism >> what.restores >> what.directory;
  return words ? count_until_killed(what, answer) : 2;
});
const bool added_kill =
    add_case({"recovery", "kill -9 with 1 GB of state, and how soon the job goes on", from_kill});
const bool added_curve =
    add_case({"restore", "the restart at the same and at another parallelism", restore_curve});

}  // namespace

}  // namespace weir::benchmarks
