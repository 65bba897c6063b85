// SPDX-License-Identifier: Apache-2.0
// Medians, repetition and the counting of allocations; see tests/benchmarks/benchmark.hpp.
#include "tests/benchmarks/benchmark.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

namespace {

std::atomic<std::uint64_t> allocation_count{0};

void* counted_allocation(std::size_t size, std::size_t alignment) {
  allocation_count.fetch_add(1, std::memory_order_relaxed);
  const auto rounded = (size + alignment - 1) / alignment * alignment;
  void* memory = alignment > alignof(std::max_align_t) ? std::aligned_alloc(alignment, rounded)
                                                       : std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return counted_allocation(size, 1); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted_allocation(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace weir::benchmarks {

namespace {

std::vector<benchmark_case>& cases() {
  static std::vector<benchmark_case> known;
  return known;
}

}  // namespace

bool add_case(benchmark_case made) {
  cases().push_back(std::move(made));
  return true;
}

const std::vector<benchmark_case>& all_cases() { return cases(); }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

figure repeat(const settings& how, std::string name, double target,
              const std::function<double()>& measure) {
  figure made{std::move(name), 0, target};
  if (!how.miniature) measure();
  for (int i = 0; i < (how.miniature ? 1 : how.repetitions); ++i) made.runs.push_back(measure());
  made.value = median(made.runs);
  return made;
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double run_seconds(const std::function<void(environment&)>& define, job_options options) {
  if (options.threads == 0) options.threads = 1;
  environment env{"benchmark", {}};
  define(env);
  const double start = seconds_now();
  const auto outcome = run_locally(env.graph(), options);
  const double took = seconds_now() - start;
  if (!outcome.ok()) {
    std::fprintf(stderr, "benchmark job failed: %s\n",
                 outcome.cause ? outcome.cause->message.c_str() : "no cause");
    std::exit(1);
  }
  return took;
}

std::uint64_t allocations() { return allocation_count.load(std::memory_order_relaxed); }

}  // namespace weir::benchmarks
