// SPDX-License-Identifier: Apache-2.0
// The test kit for users (coordination/testing/): what goes in comes out, what is remembered can be
// seen and restored, and whoever uses it wrongly is told what, where and how to put it right.
#include "coordination/testing/test_bench.hpp"

#include <gtest/gtest.h>

#include "api/aggregates.hpp"
#include "coordination/testing/operator_test.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

struct sale {
  std::string shop;
  std::int64_t amount = 0;
  friend bool operator==(const sale&, const sale&) = default;
};
WEIR_FIELDS(sale, shop, amount)

sale sale_of(std::int64_t amount) { return {"a", amount}; }

const side_output<std::string> refused{"refused"};

// Remembers in every way there is, and says what a shop has sold when a minute has passed.
struct till {
  using context = keyed_process_context<std::string, sale>;
  value_state<std::int64_t> sum;
  list_state<std::int64_t> amounts;
  map_state<std::int64_t, std::int64_t> times;
  aggregating_state<decltype(count()), std::int64_t> sales;
  value_state<std::int64_t> recent;

  void open(keyed_state<std::string>& state) {
    sum = state.value<std::int64_t>("sum");
    amounts = state.list<std::int64_t>("amounts");
    times = state.map<std::int64_t, std::int64_t>("times");
    sales = state.aggregating<std::int64_t>("sales", count());
    recent = state.value<std::int64_t>("recent", ttl{1h});
  }
  void process(const sale& each, context& here) {
    if (each.amount < 0) throw std::invalid_argument{"a sale of less than nothing"};
    if (each.amount == 0) return here.output(refused, each.shop);
    sum.value() += each.amount;
    amounts.add(each.amount);
    ++times.value(each.amount);
    sales.add(each.amount);
    recent.set(each.amount);
    here.timers().set_event_timer(here.time() + 60s);
    here.timers().set_processing_timer(here.processing_time() + 5s);
  }
  void on_timer(event_time, context& here) { here.emit(sale{here.key(), sum.value()}); }
  void on_processing_timer(processing_time now, context& here) {
    EXPECT_EQ(now, here.processing_time());
    amounts.clear();
  }
};

stream<sale> with_till(stream<sale> sales) {
  return sales.key_by(&sale::shop).process<sale>(till{}).uid("till");
}
stream<sale> twice(stream<sale> sales) {
  return sales.map([](const sale& each) { return sale{each.shop, 2 * each.amount}; });
}

using sales = std::vector<sale>;
using till_test = operator_test<stream<sale>(stream<sale>)>;

std::vector<event_time> at(std::initializer_list<std::int64_t> seconds) {
  std::vector<event_time> times;
  for (const auto each : seconds) times.emplace_back(std::chrono::seconds{each});
  return times;
}

// What `action` is refused with.
template <class Action>
std::string refusal_of(Action action) {
  try {
    action();
  } catch (const operator_test_error& thrown) {
    return thrown.what();
  }
  return "nothing was thrown";
}

TEST(OperatorTest, PutsRecordsThroughAndKeepsTheirTimes) {
  operator_test test{twice};
  test.push({"a", 1}, 3s);
  test.push_together({{{"b", 2}, event_time{5s}}, {{"c", 3}, event_time{4s}}});
  test.advance_processing_time(7s);
  test.push({"d", 4});
  EXPECT_EQ(test.take_timed_output(),
            (std::vector<timed_record<sale>>{{{"a", 2}, event_time{3s}},
                                             {{"b", 4}, event_time{5s}},
                                             {{"c", 6}, event_time{4s}},
                                             {{"d", 8}, event_time{7s}}}));
  EXPECT_EQ(test.take_output(), sales{});
  test.watermark(4s);
  EXPECT_EQ(test.output_watermark(), event_time{4s});
}

TEST(OperatorTest, GivesEveryReaderOfAnInputAllOfIt) {
  operator_test test{[](stream<sale> all) { return twice(all).union_with(all, twice(twice(all))); },
                     {.operator_chaining = false}};
  test.push({"a", 1}, 0s);
  auto out = test.take_output();
  std::sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.amount < b.amount; });
  EXPECT_EQ(out, (sales{{"a", 1}, {"a", 2}, {"a", 4}}));
}

TEST(OperatorTest, FiresTimersOfBothClocksAtTheirTimes) {
  operator_test test{with_till};
  test.push({"a", 1}, 3s);
  test.push({"a", 5}, 20s);
  test.push({"b", 2}, 4s);
  auto a = test.state("till", "a");
  EXPECT_EQ(a.event_timers(), at({63, 80}));
  EXPECT_EQ(a.processing_timers(), std::vector{processing_time{5s}});

  test.watermark(63s);
  EXPECT_EQ(test.take_output(), (sales{{"a", 6}}));
  EXPECT_EQ(a.event_timers(), at({80}));
  EXPECT_EQ(a.list<std::int64_t>("amounts"), (std::vector<std::int64_t>{1, 5}));
  test.advance_processing_time(8s);
  EXPECT_EQ(a.list<std::int64_t>("amounts"), std::vector<std::int64_t>{});
  EXPECT_EQ(a.processing_timers(), std::vector<processing_time>{});
  EXPECT_EQ(test.processing_time(), processing_time{8s});

  test.finish();
  EXPECT_EQ(test.take_output(), (sales{{"b", 2}, {"a", 6}}));
  EXPECT_EQ(test.output_watermark(), end_of_time);
}

TEST(OperatorTest, ShowsWhatIsRememberedOfAKey) {
  operator_test test{with_till};
  test.push({"a", 1}, 3s);
  test.push({"a", 5}, 4s);
  const auto a = test.state("till", "a");
  EXPECT_EQ(a.value<std::int64_t>("sum"), 6);
  EXPECT_EQ((a.map<std::int64_t, std::int64_t>("times")),
            (std::map<std::int64_t, std::int64_t>{{1, 1}, {5, 1}}));
  EXPECT_EQ(a.value<std::uint64_t>("sales"), 2U);
  EXPECT_EQ(a.value<std::int64_t>("recent"), 5);
  const auto nobody = test.state("till", "nobody");
  EXPECT_EQ(nobody.value<std::int64_t>("sum"), std::nullopt);
  EXPECT_EQ(nobody.list<std::int64_t>("amounts"), std::vector<std::int64_t>{});
  EXPECT_EQ(nobody.event_timers(), std::vector<event_time>{});
}

TEST(OperatorTest, TakesSideOutputs) {
  operator_test test{with_till, refused};
  test.push({"a", 0}, 3s);
  EXPECT_EQ(test.take_timed_side_output(refused),
            (std::vector<timed_record<std::string>>{{"a", event_time{3s}}}));
  EXPECT_EQ(test.take_side_output(refused), std::vector<std::string>{});
}

TEST(OperatorTest, TakesWhatIsTooLateForAWindow) {
  const side_output<sale> late{"late"};
  operator_test test{[&](stream<sale> all) {
                       return all.key_by(&sale::shop)
                           .window(tumbling(10s))
                           .late_output(late)
                           .reduce([](const sale& a, const sale& b) {
                             return sale{a.shop, a.amount + b.amount};
                           })
                           .map([](const auto& result) { return result.value; });
                     },
                     {.parallelism = 3},
                     late};
  test.push({"a", 1}, 3s);
  test.push({"a", 2}, 9s);
  test.watermark(10s);
  test.push({"a", 4}, 8s);
  EXPECT_EQ(test.take_output(), (sales{{"a", 3}}));
  EXPECT_EQ(test.take_side_output(late), (sales{{"a", 4}}));
}

TEST(OperatorTest, HasAnInputForEachStream) {
  operator_test test{[](stream<sale> counter, const stream<std::int64_t>& by_mail) {
    return with_till(counter.union_with(by_mail.map([](std::int64_t amount) {
      return sale{"a", amount};
    })));
  }};
  test.push({"a", 1}, 3s);
  test.push<1>(5, 3s);
  test.watermark<1>(70s);
  EXPECT_EQ(test.take_output(), sales{});
  test.watermark<0>(64s);
  EXPECT_EQ(test.take_output(), (sales{{"a", 6}}));
  EXPECT_EQ(test.output_watermark(), event_time{64s});
}

TEST(OperatorTest, GoesOnFromASnapshotAtAnyParallelismWithAnyBackend) {
  for (const auto backend : {test_backend::memory, test_backend::map, test_backend::rocksdb}) {
    SCOPED_TRACE(static_cast<int>(backend));
    operator_test test{with_till, {.parallelism = 2, .backend = backend}, refused};
    constexpr std::int64_t shops = 20;
    for (std::int64_t i = 0; i < 3 * shops; ++i) {
      test.push({"shop " + std::to_string(i % shops), i}, std::chrono::seconds{i});
    }
    test.watermark(10s);
    const auto snapshot = test.snapshot();
    for (const std::uint32_t parallelism : {1U, 5U, 2U}) {
      test.restore(snapshot, parallelism);
      EXPECT_EQ(test.state("till", "shop 3").value<std::int64_t>("sum"), 3 + 23 + 43);
      EXPECT_EQ(test.state("till", "shop 3").event_timers(), at({63, 83, 103}));
      test.push({"shop 3", 1}, 11s);
      test.watermark(71s);
      auto out = test.take_output();
      EXPECT_EQ(out.size(), 12U);
      EXPECT_EQ(std::count(out.begin(), out.end(), sale{"shop 3", 70}), 2);
    }
  }
}

TEST(OperatorTest, RestoresEventTimeWithTheState) {
  operator_test test{with_till};
  test.push({"a", 1}, 3s);
  test.watermark(30s);
  test.advance_processing_time(2s);
  const auto snapshot = test.snapshot();
  operator_test later{with_till};
  later.restore(snapshot);
  EXPECT_EQ(later.output_watermark(), event_time{30s});
  EXPECT_EQ(later.processing_time(), processing_time{2s});
}

// What it remembers is a Number.
template <class Number>
stream<sale> with_last(stream<sale> all) {
  struct last_amount {
    value_state<Number> last;
    void open(keyed_state<std::string>& state) { last = state.value<Number>("last"); }
    void process(const sale& each, till::context&) { last.set(static_cast<Number>(each.amount)); }
  };
  return all.key_by(&sale::shop).template process<sale>(last_amount{}).uid("last");
}

TEST(OperatorTest, RestoresWhatCodeBeforeAChangeHasSaved) {
  operator_test before{with_last<std::int32_t>};
  before.push({"a", 7}, 3s);
  operator_test after{[](stream<sale> all) { return with_last<std::int64_t>(twice(all)); }};
  after.restore(before.snapshot());
  EXPECT_EQ(after.state("last", "a").value<std::int64_t>("last"), 7);
}

TEST(OperatorTest, CountsWhatErrorPoliciesLetGo) {
  operator_test test{[](stream<sale> all) { return with_till(all).on_error(skip_and_count()); }};
  test.push({"a", -1}, 3s);
  test.push({"a", 1}, 3s);
  EXPECT_EQ(test.counts(), (test_counts{.skipped = 1}));
  EXPECT_EQ(test.state("till", "a").value<std::int64_t>("sum"), 1);
}

// --- What goes wrong

TEST(OperatorTest, NamesTheOperatorWhoseFunctionThrows) {
  operator_test test{with_till, {.parallelism = 2}};
  const auto before = test.snapshot();
  const std::string cause =
      "operator process (2/2): the function threw at record 1 of this subtask, event time "
      "1970-01-01T00:00:03Z, {shop: a, amount: -1}: a sale of less than nothing; fix the function, "
      "or choose what becomes of such records with .on_error(skip_and_count()) or "
      ".on_error(dead_letters_to(...))";
  const std::string late =
      "an operator has failed before, and only a restored snapshot can follow; it was: " + cause;
  EXPECT_EQ(refusal_of([&] { test.push({"a", -1}, 3s); }), "push: " + cause);
  EXPECT_EQ(refusal_of([&] { test.watermark(5s); }), "watermark: " + late);
  EXPECT_EQ(refusal_of([&] { test.state("till", "a").event_timers(); }), "read state: " + late);
  test.restore(before);
  test.push({"a", 1}, 3s);
  EXPECT_EQ(test.state("till", "a").value<std::int64_t>("sum"), 1);
}

TEST(OperatorTest, RefusesTimeThatGoesBack) {
  operator_test test{twice};
  test.watermark(10s);
  test.watermark(10s);
  EXPECT_EQ(refusal_of([&] { test.watermark(9s); }),
            "watermark: input 0 is at 1970-01-01T00:00:10Z and cannot go back to "
            "1970-01-01T00:00:09Z: a watermark only grows; a record for a time before it is "
            "pushed as it is, and is late");
  EXPECT_EQ(refusal_of([&] { test.advance_processing_time(-1s); }),
            "advance processing time: it is 1970-01-01T00:00:00Z and time cannot go back by 1s: "
            "give it 0s or more");
  test.push({"late", 1}, 3s);
  EXPECT_EQ(test.take_output(), (sales{{"late", 2}}));
}

TEST(OperatorTest, SaysWhichNamesThereAre) {
  operator_test test{[](stream<sale> all) { return twice(with_till(all)); }};
  EXPECT_EQ(refusal_of([&] { test.state("tilt", "a").event_timers(); }),
            "read state: no operator has the uid or the name \"tilt\"; did you mean \"till\"?");
  EXPECT_EQ(refusal_of([&] { test.state("something", "a").event_timers(); }),
            "read state: no operator has the uid or the name \"something\"; there are \"till\", "
            "\"map\"");
  EXPECT_EQ(refusal_of([&] { test.state("map", "a").event_timers(); }),
            "read state: operator \"map\" has neither keyed state nor timers");
  EXPECT_EQ(refusal_of([&] { test.state("till", "a").value<int>("summ"); }),
            "read state: operator \"till\" has no keyed state \"summ\"; did you mean \"sum\"?");
  EXPECT_EQ(refusal_of([&] { test.state("till", "a").value<int>("x"); }),
            "read state: operator \"till\" has no keyed state \"x\"; it has \"amounts\", "
            "\"recent\", \"sales\", \"sum\", \"times\"");
}

TEST(OperatorTest, ComparesTypesWithThoseOfTheState) {
  operator_test test{with_till};
  EXPECT_EQ(refusal_of([&] { test.state("till", "a").value<double>("sum"); }),
            "operator \"till\": state \"sum\": its entries are of type pair{string,i64}, and are "
            "read as pair{string,f64}; name the types with which the operator opens it, the "
            "key's too, as in test.state<std::int64_t>(\"uid\", 7).value<double>(\"name\")");
  EXPECT_EQ(refusal_of([&] { test.state("till", 7).value<std::int64_t>("sum"); }),
            "operator \"till\": state \"sum\": its entries are of type pair{string,i64}, and are "
            "read as pair{i32,i64}; name the types with which the operator opens it, the key's "
            "too, as in test.state<std::int64_t>(\"uid\", 7).value<double>(\"name\")");
  EXPECT_EQ(refusal_of([&] { test.state("till", 7).event_timers(); }),
            "operator \"till\": state \"event-timers\": its entries are of type "
            "tuple{event_time,string,u64}, and are read as tuple{event_time,i32,u64}; name the "
            "type of the operator's key, as in test.state<std::int64_t>(\"uid\", 7)");
}

TEST(OperatorTest, KnowsOnlyTheSideOutputsItWasMadeWith) {
  operator_test test{with_till};
  EXPECT_EQ(refusal_of([&] { test.take_side_output(refused); }),
            "side output \"refused\" of std::string is not watched; name it when the test is "
            "made: weir::operator_test test{define, tag}");
  EXPECT_EQ(refusal_of([] { till_test(twice, refused); }),
            "operator test: side output \"refused\": no operator writes to it; process functions "
            "have side outputs, and windows with .late_output(...)");
}

TEST(OperatorTest, RefusesTheSnapshotOfSomethingElse) {
  operator_test test{with_till};
  test.push({"a", 1}, 3s);
  const auto snapshot = test.snapshot();
  till_test other{twice};
  EXPECT_EQ(refusal_of([&] { other.restore(snapshot); }),
            "restore: the snapshot holds state of the operator \"till\", which this test does "
            "not have; give the operator that should go on with it the same uid, or make the "
            "test with .allow_non_restored_state = true");
  till_test lenient{twice, {.allow_non_restored_state = true}};
  EXPECT_EQ(refusal_of([&] { lenient.restore(snapshot); }), "nothing was thrown");
  till_test divided{with_till, {.max_parallelism = 64}};
  EXPECT_EQ(refusal_of([&] { divided.restore(snapshot); }),
            "restore: the snapshot's state is divided into 1024 key groups, and this test has a "
            "max_parallelism of 64; the number is fixed for the life of the state: make the test "
            "with .max_parallelism = 1024");
  EXPECT_EQ(refusal_of([&] { test.restore(snapshot, 2000); }),
            "restore: plan job \"operator test\": parallelism 2000: must be between 1 and 1024 "
            "(pipeline.max-parallelism)");
  EXPECT_EQ(test.state("till", "a").value<std::int64_t>("sum"), 1);
}

TEST(OperatorTest, ReportsWhatIsWrongWithTheJob) {
  EXPECT_EQ(
      refusal_of([] {
        till_test{[](stream<sale> all) { return all.key_by(&sale::shop).process<sale>(till{}); }};
      }),
      "plan job \"operator test\": operator \"process\" keeps state under a name only your "
      "code knows: give it an address that survives changes: .uid(\"process\")");
  EXPECT_EQ(refusal_of([] {
              till_test{twice, {.parallelism = 0}};
            }),
            "plan job \"operator test\": parallelism 0: must be between 1 and 1024 "
            "(pipeline.max-parallelism)");
}

TEST(OperatorTest, HasNothingBehindTheEnd) {
  operator_test test{with_till};
  const auto snapshot = test.snapshot();
  test.finish();
  EXPECT_EQ(refusal_of([&] { test.push(sale_of(1), 3s); }),
            "push: the input has ended, and only a restored snapshot can follow finish()");
  EXPECT_EQ(refusal_of([&] { test.snapshot(); }),
            "snapshot: the input has ended, and only a restored snapshot can follow finish()");
  test.restore(snapshot);
  test.push({"a", 1}, 3s);
}

TEST(OperatorTest, DoesNotWaitForATimerThatIsAlwaysDue) {
  struct restless {
    void process(const sale&, till::context& here) { on_processing_timer({}, here); }
    void on_processing_timer(processing_time, till::context& here) {
      here.timers().set_processing_timer(here.processing_time());
    }
  };
  operator_test test{
      [](stream<sale> all) { return all.key_by(&sale::shop).process<sale>(restless{}); }};
  EXPECT_EQ(refusal_of([&] { test.push(sale_of(1), 3s); }),
            "push: task process -> output still has work after 1000 steps in a row; does a timer "
            "set itself again for a time that has come already?");
}

}  // namespace
}  // namespace weir
