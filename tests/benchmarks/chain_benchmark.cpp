// SPDX-License-Identifier: Apache-2.0
// What a chained stateless operator costs per record: the slope of the cost over chains of 0 to 20
// maps on u64.
#include <cstdint>
#include <utility>
#include <vector>

#include "api/stream.hpp"
#include "connectors/discard_sink.hpp"
#include "connectors/generator_source.hpp"
#include "tests/benchmarks/benchmark.hpp"

namespace weir::benchmarks {

namespace {

double ns_per_record(int length, std::uint64_t records) {
  const double seconds = run_seconds([&](environment& env) {
    auto numbers = env.from(generator(records, [](std::uint64_t i) { return i; }));
    for (int i = 0; i < length; ++i) {
      numbers = numbers.map([](std::uint64_t x) { return x * 3 + 1; });
    }
    numbers.sink(discard());
  });
  return seconds / static_cast<double>(records) * 1e9;
}

// Least squares over the points (length, cost).
double slope(const std::vector<std::pair<double, double>>& points) {
  double x = 0;
  double y = 0;
  double xx = 0;
  double xy = 0;
  for (const auto& [length, cost] : points) {
    x += length;
    y += cost;
    xx += length * length;
    xy += length * cost;
  }
  const auto n = static_cast<double>(points.size());
  return (n * xy - x * y) / (n * xx - x * x);
}

case_result run(const settings& how) {
  const auto records = how.records(100'000'000);
  return {"ns/record", {repeat(how, "slope_per_operator", 1.5, [&] {
            std::vector<std::pair<double, double>> points;
            for (const int length : {0, 1, 5, 10, 20}) {
              points.emplace_back(length, ns_per_record(length, records));
            }
            return slope(points);
          })}};
}

const bool added =
    add_case({"chain", "cost of one more chained map on u64, slope over 0 to 20 operators", run});

}  // namespace

}  // namespace weir::benchmarks
