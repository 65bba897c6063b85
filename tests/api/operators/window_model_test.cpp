// SPDX-License-Identifier: Apache-2.0
// Every window operator against the definition of its windows, on random streams: out of order,
// late, with gaps, with every kind of aggregate.
#include "tests/api/operators/window_model.hpp"

#include <numeric>
#include <optional>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "api/aggregates.hpp"
#include "api/operators/window_operator.hpp"
#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

using std::chrono::seconds;

// An aggregate and what it makes of a list of values.
struct sums {
  static auto aggregate() { return sum(&reading::value); }
  static std::int64_t of(const std::vector<std::int64_t>& values) {
    return std::accumulate(values.begin(), values.end(), std::int64_t{0});
  }
};
struct maxima {
  static auto aggregate() { return maximum(&reading::value); }
  static std::int64_t of(const std::vector<std::int64_t>& values) { return values.back(); }
};
struct counts_and_minima {
  static auto aggregate() { return combine(count(), minimum(&reading::value)); }
  static std::tuple<std::uint64_t, std::int64_t> of(const std::vector<std::int64_t>& values) {
    return {values.size(), values.front()};
  }
};
struct all_values {
  static auto aggregate() { return window_buffer<reading>{}; }
  static std::vector<std::int64_t> of(const std::vector<std::int64_t>& values) { return values; }
};

struct stream_shape {
  std::uint64_t seed = 1;
  std::int64_t disorder = 10;  // How far times jump back and forth, in seconds.
  std::int64_t keys = 5;
  std::size_t batches = 300;
  bool fails = false;  // Now and then the operator goes on from a checkpoint.
};

// Emits the result, with all values sorted where the result is a span of records.
struct emit_sorted {
  using output = window_result<int, std::vector<std::int64_t>>;
  void operator()(int key, const window& in, std::span<const reading> records,
                  collector<output>& to) const {
    std::vector<std::int64_t> values;
    for (const reading& each : records) values.push_back(each.value);
    std::sort(values.begin(), values.end());
    to.emit(output{key, in, values});
  }
};

template <class Sample>
auto emitter_for() {
  using result_type = aggregate_result<decltype(Sample::aggregate()), reading>;
  if constexpr (std::is_same_v<Sample, all_values>) {
    return emit_sorted{};
  } else {
    return emit_window_result<int, result_type>{};
  }
}

// Feeds both with one random stream and compares what they emit after every step.
template <class Sample, class Assigner, class Model>
void compare(const Assigner& assigner, Model model, duration lateness, const stream_shape& shape) {
  SCOPED_TRACE("seed " + std::to_string(shape.seed) + (shape.fails ? ", with restores" : ""));
  const auto emitter = emitter_for<Sample>();
  using out = typename decltype(emitter_for<Sample>())::output;
  operator_harness<reading, out> harness{[&] {
    return make_window_operator<reading>(assigner, &reading::key, Sample::aggregate(), emitter,
                                         window_options{lateness, true, 1});
  }};
  auto& late = harness.template add_port<reading>();

  const auto expect_agreement = [&] {
    std::vector<out> actual = harness.values();
    std::vector<out> expected;
    std::sort(model.fired.begin(), model.fired.end(), comes_before);
    for (const auto& each : model.fired) {
      expected.push_back({each.key, each.window, Sample::of(each.value)});
    }
    const auto by_place = [](const out& a, const out& b) {
      return std::tie(a.window, a.key, a.value) < std::tie(b.window, b.key, b.value);
    };
    std::sort(actual.begin(), actual.end(), by_place);
    std::sort(expected.begin(), expected.end(), by_place);
    ASSERT_EQ(actual, expected);
    model.fired.clear();
  };

  std::mt19937_64 random{shape.seed};
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  std::int64_t now = -500;
  std::int64_t watermark = -1000;
  for (std::size_t b = 0; b < shape.batches; ++b) {
    std::vector<timed<reading>> batch;
    for (std::int64_t n = below(8); n >= 0; --n) {
      batch.push_back({{static_cast<int>(below(shape.keys)), below(1000)},
                       at(now + below(2 * shape.disorder + 1) - shape.disorder)});
    }
    for (const auto& each : batch) model.push(each.value, each.time);
    harness.push(batch);
    ASSERT_NO_FATAL_FAILURE(expect_agreement()) << "batch " << b;
    if (shape.fails && below(5) == 0) harness.snapshot_and_restore();
    now += below(20) == 0 ? below(40 * shape.disorder + 1) : below(3);
    if (below(3) > 0) continue;
    watermark = std::max(watermark, now - below(shape.disorder + 1));
    model.watermark(at(watermark));
    harness.watermark(at(watermark));
    ASSERT_NO_FATAL_FAILURE(expect_agreement()) << "watermark " << watermark;
    if (shape.fails && below(5) == 0) harness.snapshot_and_restore();
  }
  model.watermark(end_of_time);
  harness.finish();
  ASSERT_NO_FATAL_FAILURE(expect_agreement()) << "at the end";
  EXPECT_EQ(harness.counters().late_dropped, model.late.size());
  ASSERT_EQ(late.records.size(), model.late.size());
  for (std::size_t i = 0; i < model.late.size(); ++i) {
    ASSERT_EQ(late.records[i].value, model.late[i]);
  }
}

template <class Sample>
void compare_sliding(seconds size, seconds slide, seconds offset, seconds lateness,
                     stream_shape shape) {
  const auto windows = sliding(size, slide, offset);
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    shape.seed = seed;
    shape.fails = seed % 2 == 0;
    compare<Sample>(windows, aligned_model{windows, lateness}, lateness, shape);
    if (testing::Test::HasFatalFailure()) return;
  }
}

template <class Sample>
void compare_all_ratios() {
  for (const seconds lateness : {seconds{0}, seconds{7}, seconds{40}}) {
    const stream_shape shape;
    compare_sliding<Sample>(seconds{10}, seconds{10}, seconds{0}, lateness, shape);
    compare_sliding<Sample>(seconds{10}, seconds{5}, seconds{1}, lateness, shape);
    compare_sliding<Sample>(seconds{9}, seconds{3}, seconds{-4}, lateness, shape);
    compare_sliding<Sample>(seconds{14}, seconds{2}, seconds{0}, lateness, shape);
    compare_sliding<Sample>(seconds{10}, seconds{3}, seconds{0}, lateness, shape);
    compare_sliding<Sample>(seconds{7}, seconds{5}, seconds{3}, lateness, shape);
  }
  stream_shape wide;
  wide.disorder = 700;
  wide.batches = 60;
  compare_sliding<Sample>(seconds{1000}, seconds{1}, seconds{0}, seconds{0}, wide);
  compare_sliding<Sample>(seconds{1000}, seconds{1}, seconds{0}, seconds{50}, wide);
}

TEST(SlidingWindow, AgreesWithTheModelForInvertibleAggregates) { compare_all_ratios<sums>(); }
TEST(SlidingWindow, AgreesWithTheModelForMaxima) { compare_all_ratios<maxima>(); }
TEST(SlidingWindow, AgreesWithTheModelForCombinations) { compare_all_ratios<counts_and_minima>(); }
TEST(SlidingWindow, AgreesWithTheModelForWholeRecords) { compare_all_ratios<all_values>(); }

template <class Sample>
void compare_tumbling() {
  for (const seconds size : {seconds{1}, seconds{7}, seconds{60}}) {
    for (const seconds lateness : {seconds{0}, seconds{20}}) {
      for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        stream_shape shape;
        shape.seed = seed;
        shape.fails = seed % 2 == 0;
        compare<Sample>(tumbling(size, seconds{2}),
                        aligned_model{sliding(size, size, seconds{2}), lateness}, lateness, shape);
      }
    }
  }
}

TEST(TumblingWindow, AgreesWithTheModel) {
  compare_tumbling<sums>();
  compare_tumbling<maxima>();
  compare_tumbling<all_values>();
}

template <class Sample>
void compare_sessions() {
  for (const seconds gap : {seconds{1}, seconds{4}, seconds{15}}) {
    for (const seconds lateness : {seconds{0}, seconds{6}, seconds{60}}) {
      for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        stream_shape shape;
        shape.seed = seed;
        shape.fails = seed % 2 == 0;
        shape.keys = 20;
        compare<Sample>(session(gap), session_model{gap, lateness}, lateness, shape);
      }
    }
  }
}

TEST(SessionWindow, AgreesWithTheModel) {
  compare_sessions<sums>();
  compare_sessions<maxima>();
  compare_sessions<all_values>();
}

}  // namespace
}  // namespace weir
