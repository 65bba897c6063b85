// SPDX-License-Identifier: Apache-2.0
// Keyed operators whose parallelism changes at a checkpoint emit together what one that was never
// disturbed emits: windows of every kind, and functions with every kind of state and timer.
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "api/aggregates.hpp"
#include "api/aggregates/reduce.hpp"
#include "api/operators/keyed_process.hpp"
#include "api/operators/rolling.hpp"
#include "api/operators/window_operator.hpp"
#include "tests/api/operators/window_model.hpp"
#include "tests/support/parallel_harness.hpp"

namespace weir {
namespace {

using std::chrono::seconds;

std::uint64_t hash_of_reading(const reading& of) { return hash_key(of.key); }

// Runs both on one random stream and compares what they emit after every step.
template <class Out, class Before>
void compare(const typename operator_harness<reading, Out>::factory& make, std::uint64_t seed,
             Before comes_first) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  parallel_harness<reading, Out> undisturbed{make, hash_of_reading};
  parallel_harness<reading, Out> rescaled{make, hash_of_reading};
  const auto expect_agreement = [&](const char* when) {
    auto actual = rescaled.take();
    auto expected = undisturbed.take();
    const auto by_value = [&](const timed<Out>& a, const timed<Out>& b) {
      if (a.time != b.time) return a.time < b.time;
      return comes_first(a.value, b.value);
    };
    std::stable_sort(actual.begin(), actual.end(), by_value);
    std::stable_sort(expected.begin(), expected.end(), by_value);
    ASSERT_EQ(actual, expected) << when;
  };

  std::mt19937_64 random{seed};
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  std::int64_t now = 0;
  std::int64_t watermark = -100;
  constexpr std::uint32_t parallelisms[] = {1, 3, 2, 5, 1, 4};
  for (std::size_t step = 0; step < 200; ++step) {
    if (step % 7 == 0) rescaled.rescale(parallelisms[step / 7 % std::size(parallelisms)]);
    std::vector<timed<reading>> batch;
    for (std::int64_t n = below(30); n >= 0; --n) {
      batch.push_back({{static_cast<int>(below(40)), below(1000)}, at(now + below(30) - 15)});
    }
    undisturbed.push(batch);
    rescaled.push(batch);
    ASSERT_NO_FATAL_FAILURE(expect_agreement("after a batch"));
    now += below(20) == 0 ? below(100) : below(3);
    if (step % 3 > 0) continue;
    watermark = std::max(watermark, now - below(15));
    undisturbed.watermark(at(watermark));
    rescaled.watermark(at(watermark));
    undisturbed.processing_time_is(processing_at(now));
    rescaled.processing_time_is(processing_at(now));
    ASSERT_NO_FATAL_FAILURE(expect_agreement("after a watermark"));
  }
  undisturbed.finish();
  rescaled.finish();
  ASSERT_NO_FATAL_FAILURE(expect_agreement("at the end"));
  EXPECT_EQ(rescaled.late_dropped(), undisturbed.late_dropped());
}

template <class Assigner, class Aggregate>
void compare_windows(const Assigner& windows, const Aggregate& aggregate) {
  using emitter = emit_window_result<int, aggregate_result<Aggregate, reading>>;
  using out = typename emitter::output;
  const auto comes_first = [](const out& a, const out& b) {
    return std::tie(a.window, a.key) < std::tie(b.window, b.key);
  };
  for (const seconds lateness : {seconds{0}, seconds{8}, seconds{60}}) {
    const auto make = [&] {
      return make_window_operator<reading>(windows, &reading::key, aggregate, emitter{},
                                           window_options{lateness, false, 0});
    };
    for (std::uint64_t seed = 1; seed <= 3; ++seed) compare<out>(make, seed, comes_first);
  }
}

// Keeps all values, in order of arrival.
struct every_value {
  static constexpr bool keeps_every_value = true;
  std::vector<std::int64_t> initial() const { return {}; }
  void add(std::vector<std::int64_t>& to, const reading& record) const {
    to.push_back(record.value);
  }
  void take(std::vector<std::int64_t>& to, const reading& record) const { add(to, record); }
  void merge(std::vector<std::int64_t>& to, const std::vector<std::int64_t>& from) const {
    to.insert(to.end(), from.begin(), from.end());
  }
  std::vector<std::int64_t> result(const std::vector<std::int64_t>& of) const { return of; }
};

template <class Assigner>
void compare_aggregates(const Assigner& windows) {
  compare_windows(windows, sum(&reading::value));
  compare_windows(windows, combine(maximum(&reading::value), average(&reading::value), count()));
  compare_windows(windows, max_by(&reading::value));
  compare_windows(windows, reduce_aggregate<reading, reading (*)(const reading&, const reading&)>{
                               [](const reading& a, const reading& b) {
                                 return reading{a.key, a.value ^ b.value};
                               }});
  compare_windows(windows, every_value{});
}

TEST(Rescaling, KeepsTheResultsOfTumblingWindows) { compare_aggregates(tumbling(seconds{10})); }
TEST(Rescaling, KeepsTheResultsOfOverlappingWindows) {
  compare_aggregates(sliding(seconds{20}, seconds{5}));
  compare_aggregates(sliding(seconds{13}, seconds{5}));
}
TEST(Rescaling, KeepsTheResultsOfSessions) { compare_aggregates(session(seconds{4})); }
TEST(Rescaling, KeepsTheResultsOfGlobalWindows) {
  compare_windows(global_window(), combine(maximum(&reading::value), count()));
  compare_windows(global_window(), every_value{});
}

TEST(Rescaling, KeepsWhatRunsForEver) {
  const auto aggregate = combine(count(), minimum(&reading::value));
  using result = std::tuple<std::uint64_t, std::int64_t>;
  using out = keyed<int, result>;
  const auto make = [&] {
    return std::make_unique<
        rolling_operator<int, reading, int reading::*, decltype(aggregate), out>>(&reading::key,
                                                                                  aggregate);
  };
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    compare<out>(make, seed, [](const out& a, const out& b) { return a.key < b.key; });
  }
}

// Uses everything that a function may use.
struct everything {
  using context = keyed_process_context<int, std::string>;

  value_state<std::int64_t> last;
  list_state<std::string> words;
  map_state<std::int64_t, int> visits;

  void open(keyed_state<int>& state) {
    last = state.value<std::int64_t>("last");
    words = state.list<std::string>("words");
    visits = state.map<std::int64_t, int>("visits");
  }
  void process(const reading& record, context& here) {
    last.set((last.value() * 31 + record.value) % 1'000'003);
    words.add(std::to_string(record.value));
    ++visits.value(record.value % 7);
    // Some at the same time, so that the order of setting matters.
    here.timers().set_event_timer(at(record.value % 200));
    if (record.value % 5 == 0) here.timers().erase_event_timer(at(record.value % 100));
    here.timers().set_processing_timer(processing_at(record.value % 300));
    if (words.size() > 20) words.clear();
  }
  void on_timer(event_time time, context& here) { say(to_string(time), here); }
  void on_processing_timer(processing_time time, context& here) { say(to_string(time), here); }
  void say(const std::string& what, context& here) {
    std::string all;
    for (const auto& each : words.get()) all += each + ' ';
    for (const auto& [page, count] : visits.entries()) {
      all += std::to_string(page) + '=' + std::to_string(count) + ' ';
    }
    here.emit(std::to_string(here.key()) + ' ' + what + ' ' + std::to_string(last.value()) + all);
  }
};

TEST(Rescaling, KeepsTheStateAndTheTimersOfFunctions) {
  const auto make = [] {
    return std::make_unique<
        keyed_process_operator<int, reading, int reading::*, std::string, everything>>(
        &reading::key, everything{}, nullptr);
  };
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    compare<std::string>(make, seed, [](const std::string& a, const std::string& b) {
      return std::stoi(a) < std::stoi(b);
    });
  }
}

// At one parallelism not even the order may change.
TEST(SnapshotAndRestore, KeepsTheOrderOfTimers) {
  const auto make = [] {
    return std::make_unique<
        keyed_process_operator<int, reading, int reading::*, std::string, everything>>(
        &reading::key, everything{}, nullptr);
  };
  operator_harness<reading, std::string> undisturbed{make};
  operator_harness<reading, std::string> failing{make};
  std::mt19937_64 random{5};
  for (std::int64_t step = 0; step < 200; ++step) {
    for (int n = 0; n < 10; ++n) {
      const reading record{static_cast<int>(random() % 30),
                           static_cast<std::int64_t>(random() % 1000)};
      undisturbed.push(record, at(step));
      failing.push(record, at(step));
    }
    if (step % 3 == 0) failing.snapshot_and_restore();
    undisturbed.watermark(at(step));
    failing.watermark(at(step));
    ASSERT_EQ(failing.take(), undisturbed.take());
  }
}

}  // namespace
}  // namespace weir
