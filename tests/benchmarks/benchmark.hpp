// SPDX-License-Identifier: Apache-2.0
// The frame of every benchmark: a case has a name, runs several times, and prints one JSON line
// with its medians, its target, and the floor probe of the machine taken in the same run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/environment.hpp"
#include "coordination/local_cluster.hpp"

namespace weir::benchmarks {

struct settings {
  bool miniature = false;  // Under ctest: small inputs, one run; the figures mean nothing.
  int repetitions = 5;

  // The number of records of a full run, or a few thousand in miniature.
  std::uint64_t records(std::uint64_t full) const {
    return miniature ? full / 10'000 + 1'000 : full;
  }
};

// One figure of a case.
struct figure {
  std::string name;
  double value = 0;   // The median, in `unit`.
  double target = 0;  // At most this; 0: none.
  std::vector<double> runs{};
};

struct case_result {
  std::string unit;
  std::vector<figure> figures;
};

struct benchmark_case {
  std::string name;
  std::string what;
  std::function<case_result(const settings&)> run;
};

// Makes a case known to `main`. Returns a value so that a namespace-scope constant can do it.
bool add_case(benchmark_case made);
const std::vector<benchmark_case>& all_cases();

double median(std::vector<double> values);
// Repeats `measure`, after one run to warm up, and keeps all results.
figure repeat(const settings& how, std::string name, double target,
              const std::function<double()>& measure);

// Seconds since some fixed moment.
double seconds_now();

// Runs a job on one worker thread and returns the wall-clock seconds from its start to its end.
// Stops the program if the job fails: its figures would mean nothing.
double run_seconds(const std::function<void(environment&)>& define, job_options options = {});

// Calls of operator new in this process so far.
std::uint64_t allocations();

}  // namespace weir::benchmarks
