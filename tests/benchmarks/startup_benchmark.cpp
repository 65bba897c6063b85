// SPDX-License-Identifier: Apache-2.0
// How quick a local job starts and how little an idle one takes: the time from the start of a
// ten-operator job to its first record, and the resident memory of such a job, each operator in a
// task of its own, in a process of its own.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>

#include "api/stream.hpp"
#include "connectors/discard_sink.hpp"
#include "connectors/generator_source.hpp"
#include "tests/benchmarks/benchmark.hpp"
#include "tests/benchmarks/child_process.hpp"

namespace weir::benchmarks {

namespace {

void ten_operators(environment& env, std::uint64_t count, std::atomic<double>& first_record) {
  auto numbers = env.from(generator(count, [](std::uint64_t i) { return i; }).at_rate(1));
  for (int i = 0; i < 8; ++i) {
    numbers = numbers
                  .map([&first_record, i](std::uint64_t x) {
                    if (i == 0 && first_record == 0) first_record = seconds_now();
                    return x;
                  })
                  .disable_chaining();
  }
  numbers.sink(discard());
}

double milliseconds_to_first_record() {
  std::atomic<double> first_record{0};
  environment env{"startup", {}};
  ten_operators(env, 1, first_record);
  const double start = seconds_now();
  if (!run_locally(env.graph(), {}).ok()) std::exit(1);
  return (first_record - start) * 1e3;
}

double resident_megabytes() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

int report_idle_memory(const std::string&, int answer) {
  std::atomic<double> first_record{0};
  environment env{"idle", {}};
  ten_operators(env, unbounded, first_record);
  local_cluster cluster{env.graph(), {.task_managers = 1, .slots_per_task_manager = 1}, nullptr};
  while (first_record == 0) std::this_thread::sleep_for(std::chrono::milliseconds{10});
  std::this_thread::sleep_for(std::chrono::milliseconds{500});
  const double megabytes = resident_megabytes();
  const bool written = write(answer, &megabytes, sizeof megabytes) == sizeof megabytes;
  cluster.cancel();
  cluster.wait();
  return written ? 0 : 1;
}

double idle_megabytes() { return child_process{"idle_job", ""}.answer(); }

case_result run(const settings& how) {
  return {"ms; MB",
          {repeat(how, "ms_to_first_record", 30, milliseconds_to_first_record),
           repeat(how, "idle_resident_mb", 25, idle_megabytes)}};
}

const bool added_role = add_child_role("idle_job", report_idle_memory);
const bool added = add_case(
    {"startup", "a job of ten operators: time to the first record, memory when idle", run});

}  // namespace

}  // namespace weir::benchmarks
