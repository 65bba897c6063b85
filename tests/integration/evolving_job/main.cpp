// SPDX-License-Identifier: Apache-2.0
// One job as three programs: as it was (VERSION 1), with types that have evolved (2), and with one
// that cannot go on (3). Keeps the greatest reading of every key.
#include <cstdint>
#include <string>

#include "api/environment.hpp"
#include "api/keyed_stream.hpp"
#include "connectors/file_sink.hpp"
#include "connectors/generator_source.hpp"
#include "coordination/run.hpp"
#if VERSION == 1
#include "tests/integration/evolving_job/version_1/told.pb.h"
#elif VERSION == 2
#include "tests/integration/evolving_job/version_2/told.pb.h"
#endif

namespace {

#if VERSION == 1
struct reading {
  std::int32_t number = 0;
  float price = 0;
  std::string note = "none";
};
WEIR_FIELDS(reading, number, price, note)
#elif VERSION == 2
struct reading {
  double fee = 0.1;
  double cost = 0;
  std::int64_t number = 0;
};
WEIR_FIELDS(reading, fee, (cost, price), number)
#else
struct reading {
  std::string number;
};
WEIR_FIELDS(reading, number)
#endif

struct keeping {
  weir::value_state<reading> last;
#if VERSION < 3
  weir::value_state<evolving::Told> told;
#endif
#if VERSION == 2
  weir::value_state<std::uint64_t> times;
#endif

  void open(weir::keyed_state<std::uint64_t>& state) {
    last = state.value<reading>("last");
#if VERSION < 3
    told = state.value<evolving::Told>("told");
#endif
#if VERSION == 2
    times = state.value<std::uint64_t>("times");
#endif
  }
  void process(const std::uint64_t& i, weir::keyed_process_context<std::uint64_t, std::string>&) {
#if VERSION == 1
    // The readings of two subtasks come in any order.
    reading& kept = last.value();
    const auto number = static_cast<std::int32_t>(i);
    if (number < kept.number) return;
    kept = {number, static_cast<float>(i) / 2, "note"};
    told.value().set_number(i);
    told.value().mutable_by()->set_name("one");
#else
    last.value();
    static_cast<void>(i);
#endif
  }
};

}  // namespace

int main(int argc, char** argv) {
  return weir::run(argc, argv, "evolving", [](weir::environment& env) {
    env.from(weir::generator(env.parameter("count", std::uint64_t{100}),
                             [](std::uint64_t i) { return i; }))
        .key_by([](const std::uint64_t& i) { return i % 5; })
        .process<std::string>(keeping{})
        .uid("keep")
        .sink(weir::file_sink(env.parameter("output", "output")))
        .uid("out");
  });
}
