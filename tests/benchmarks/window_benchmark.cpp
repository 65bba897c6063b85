// SPDX-License-Identifier: Apache-2.0
// Event-time count per key: sliding windows against tumbling ones of the same size, for overlaps up
// to 1,000. 1,000 keys, one million records per second of event time, windows of ten seconds.
#include <chrono>
#include <cstdint>
#include <string>

#include "api/aggregates.hpp"
#include "api/stream.hpp"
#include "api/windowed_stream.hpp"
#include "connectors/discard_sink.hpp"
#include "connectors/generator_source.hpp"
#include "tests/benchmarks/benchmark.hpp"

namespace weir::benchmarks {

namespace {

struct reading {
  std::uint64_t key = 0;
  event_time time;
};

template <class Assigner>
double ns_per_record(std::uint64_t records, std::uint64_t per_second, Assigner windows) {
  const double seconds = run_seconds([&](environment& env) {
    env.from(generator(records,
                       [per_second](std::uint64_t i) {
                         return reading{scale_to(mix(i), 1'000),
                                        event_time{duration{i * 1'000'000 / per_second}}};
                       }),
             monotonous(&reading::time))
        .key_by(&reading::key)
        .window(windows)
        .aggregate(count())
        .sink(discard());
  });
  return seconds / static_cast<double>(records) * 1e9;
}

case_result run(const settings& how) {
  using namespace std::chrono_literals;
  const auto records = how.records(50'000'000);
  constexpr std::uint64_t per_second = 1'000'000;
  case_result result{"ns/record; ratios without unit", {}};
  auto tumbling_cost = repeat(how, "tumbling_10s", 0,
                              [&] { return ns_per_record(records, per_second, tumbling(10s)); });
  result.figures.push_back(tumbling_cost);
  for (const int overlap : {10, 100, 1'000}) {
    const auto slide = std::chrono::milliseconds{10'000 / overlap};
    const auto name = "sliding_x" + std::to_string(overlap);
    // Interleaved with the tumbling one: the ratio of two runs side by side.
    auto ratio = repeat(how, name + "_over_tumbling", 1.3, [&] {
      const double base = ns_per_record(records, per_second, tumbling(10s));
      return ns_per_record(records, per_second, sliding(10s, slide)) / base;
    });
    result.figures.push_back(ratio);
  }
  return result;
}

const bool added =
    add_case({"windows", "sliding over tumbling event-time count per key, by overlap", run});

}  // namespace

}  // namespace weir::benchmarks
