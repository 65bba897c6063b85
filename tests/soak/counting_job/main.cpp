// SPDX-License-Identifier: Apache-2.0
// A job whose right output is known beforehand: what is killed, again and again, in the soak test.
// Numbers each record of each key, and counts the records of each key and window. Its second half
// waits until the file held_until is there, if one is named.
#include <chrono>
#include <cstdint>
#include <string>

#include "api/aggregates.hpp"
#include "api/environment.hpp"
#include "api/keyed_stream.hpp"
#include "api/windowed_stream.hpp"
#include "connectors/file_sink.hpp"
#include "connectors/generator_source.hpp"
#include "coordination/run.hpp"
#include "tests/soak/counting_job/held_source.hpp"

namespace {

struct reading {
  std::uint64_t key = 0;
  weir::event_time time;
};
WEIR_FIELDS(reading, key, time)

class numbering {
public:
  void open(weir::keyed_state<std::uint64_t>& state) { seen_ = state.value<std::uint64_t>("seen"); }
  void process(const reading&, weir::keyed_process_context<std::uint64_t, std::string>& context) {
    context.emit(std::to_string(context.key()) + ":" + std::to_string(++seen_.value()));
  }

private:
  weir::value_state<std::uint64_t> seen_;
};

}  // namespace

int main(int argc, char** argv) {
  return weir::run(argc, argv, "counting", [](weir::environment& env) {
    const auto count = env.parameter("count", std::uint64_t{100'000});
    const auto keys = env.parameter("keys", std::uint64_t{100});
    const auto rate = env.parameter("rate", 100'000.0);
    const auto output = env.parameter("output", "output");
    const auto held_until = env.parameter("held_until", "");
    const auto numbered =
        weir::generator(count, [keys](std::uint64_t i) {
          return reading{i % keys, weir::event_time{std::chrono::milliseconds{i}}};
        }).at_rate(rate);
    const auto readings = env.from(weir::held_source(numbered, count / 2, held_until),
                                   weir::monotonous(&reading::time));
    readings.key_by(&reading::key)
        .process<std::string>(numbering{})
        .uid("number")
        .sink(weir::file_sink(output + "/numbers"));
    readings.key_by(&reading::key)
        .window(weir::tumbling(std::chrono::seconds{10}))
        .aggregate(weir::count())
        .uid("count")
        .map([](const auto& each) {
          return std::to_string(each.key) + "@" + weir::to_string(each.window.start) + "=" +
                 std::to_string(each.value);
        })
        .sink(weir::file_sink(output + "/counts"));
  });
}
