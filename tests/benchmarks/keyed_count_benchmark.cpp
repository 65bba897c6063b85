// SPDX-License-Identifier: Apache-2.0
// Counting u64 keys through an exchange: one source task, one counting task, one worker thread. The
// whole job is timed: making the keys, the growth of the table and the results at the end included.
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

void count_keys(environment& env, std::uint64_t records, std::uint64_t keys) {
  env.from(generator(records, [keys](std::uint64_t i) { return scale_to(mix(i), keys); }))
      .key_by([](std::uint64_t key) { return key; })
      .window(global_window())
      .aggregate(count())
      .sink(discard());
}

case_result run(const settings& how) {
  case_result result{"ns/record", {}};
  struct size {
    const char* name;
    std::uint64_t keys;
    double target;
  };
  for (const auto& table : {size{"1k", 1'000, 12}, size{"100k", 100'000, 20},
                            size{"1M", 1'000'000, 40}, size{"10M", 10'000'000, 110}}) {
    const auto records = how.records(table.keys >= 1'000'000 ? 50'000'000 : 100'000'000);
    result.figures.push_back(repeat(how, table.name, table.target, [&] {
      return run_seconds([&](environment& env) { count_keys(env, records, table.keys); }) /
             static_cast<double>(records) * 1e9;
    }));
  }
  return result;
}

// Allocations in the steady state: what doubling the input adds.
case_result count_allocations(const settings& how) {
  const auto records = how.records(20'000'000);
  const auto allocations_of = [&](std::uint64_t count) {
    const auto before = allocations();
    run_seconds([&](environment& env) { count_keys(env, count, 1'000); });
    return static_cast<double>(allocations() - before);
  };
  return {"allocations/record", {repeat(how, "keyed_count", 0, [&] {
            return (allocations_of(2 * records) - allocations_of(records)) /
                   static_cast<double>(records);
          })}};
}

const bool added =
    add_case({"keyed_count", "keyed count of u64 through an exchange, one thread", run});
const bool added_allocations =
    add_case({"allocations", "calls of operator new per further record", count_allocations});

}  // namespace

}  // namespace weir::benchmarks
