// SPDX-License-Identifier: Apache-2.0
// State that adds up what it is given, by a function or by an aggregate, key by key.
#include "api/folding_state.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "api/aggregates.hpp"
#include "api/operators/keyed_process.hpp"
#include "tests/support/parallel_harness.hpp"

namespace weir {
namespace {

struct trade {
  std::string symbol;
  int amount = 0;
};

std::string join(const std::string& so_far, const std::string& more) {
  if (more == "0") throw std::invalid_argument{"no amount"};
  return so_far + "," + more;
}

// Says what the key's amounts so far add up to, in two ways; a negative one forgets them.
struct totals {
  using context = keyed_process_context<std::string, std::string>;
  reducing_state<std::string> all;
  aggregating_state<decltype(average(&trade::amount)), trade> mean;

  void open(keyed_state<std::string>& state) {
    all = state.reducing<std::string>("all", join);
    mean = state.aggregating<trade>("mean", average(&trade::amount));
  }
  void process(const trade& each, context& here) {
    if (each.amount < 0) {
      all.clear();
      mean.clear();
    } else {
      all.add(std::to_string(each.amount));
      mean.add(each);
    }
    here.emit(here.key() + ":" + all.get().value_or("none") + " " +
              (mean.has() ? to_text(*mean.get()) : "none"));
  }
};

using symbol_of = std::string trade::*;
std::unique_ptr<stream_operator> make_totals() {
  return std::make_unique<
      keyed_process_operator<std::string, trade, symbol_of, std::string, totals>>(
      &trade::symbol, totals{}, nullptr);
}
using harness_of_totals = operator_harness<trade, std::string>;

TEST(FoldingState, AddsUpTheValuesOfEachKey) {
  harness_of_totals harness{make_totals};
  harness.push({{{"a", 1}, at(1)}, {{"b", 10}, at(1)}, {{"a", 3}, at(1)}});
  harness.push({{{"a", -1}, at(1)}, {{"a", 7}, at(1)}});
  EXPECT_EQ(harness.values(),
            (std::vector<std::string>{"a:1 1", "b:10 10", "a:1,3 2", "a:none none", "a:7 7"}));
}

TEST(FoldingState, KeepsWhatWasThereWhenTheFunctionThrows) {
  harness_of_totals harness{make_totals};
  harness.context().on_error = error_policy::skip;
  harness.push({{{"a", 1}, at(1)}, {{"a", 0}, at(1)}, {{"a", 3}, at(1)}});
  EXPECT_EQ(harness.values(), (std::vector<std::string>{"a:1 1", "a:1,3 2"}));
}

TEST(FoldingState, GoesOnAfterARestoreAndWithAnotherParallelism) {
  harness_of_totals undisturbed{make_totals};
  harness_of_totals restored{make_totals};
  parallel_harness<trade, std::string> rescaled{
      make_totals, [](const trade& of) { return hash_key(of.symbol); }};
  constexpr std::uint32_t parallelisms[] = {1, 3, 2};
  for (int step = 0; step < 60; ++step) {
    std::vector<timed<trade>> batch;
    for (int i = 0; i < 10; ++i) {
      const int n = step * 10 + i;
      batch.push_back({{std::to_string(n * 7 % 13), n % 31 == 0 ? -1 : n % 9 + 1}, at(n)});
    }
    undisturbed.push(batch);
    restored.push(batch);
    rescaled.push(batch);
    restored.snapshot_and_restore();
    auto expected = undisturbed.take();
    ASSERT_EQ(restored.take(), expected);
    auto actual = rescaled.take();
    const auto earlier = [](const auto& a, const auto& b) { return a.time < b.time; };
    std::sort(actual.begin(), actual.end(), earlier);
    ASSERT_EQ(actual, expected);
    if (step % 5 == 4) rescaled.rescale(parallelisms[step / 5 % 3]);
  }
}

TEST(FoldingState, IsOpenedUnderANameOfItsOwn) {
  struct opens_twice {
    void open(keyed_state<std::string>& state) {
      state.reducing<int>("sum", [](int a, int b) { return a + b; });
      state.aggregating<int>("sum", sum());
    }
    void process(const trade&, totals::context&) {}
  };
  harness_of_totals harness{[] {
    return std::make_unique<
        keyed_process_operator<std::string, trade, symbol_of, std::string, opens_twice>>(
        &trade::symbol, opens_twice{}, nullptr);
  }};
  try {
    harness.open();
    FAIL() << "opened";
  } catch (const task_failure& failure) {
    EXPECT_EQ(failure.cause().message,
              "state \"sum\" is opened twice, as reducing<int> and as aggregating<int>; give each "
              "state of an operator a name of its own");
  }
}

}  // namespace
}  // namespace weir
