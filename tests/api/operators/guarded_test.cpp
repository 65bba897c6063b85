// SPDX-License-Identifier: Apache-2.0
// The error policies: what becomes of a record that a user's function throws on.
#include "api/operators/guarded.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "api/failed_record.hpp"
#include "api/operators/filter.hpp"
#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

bool is_small(int x) {
  if (x == 13) throw std::out_of_range{"unlucky"};
  if (x == 14) throw 14;
  return x < 10;
}

auto filter_harness() {
  return operator_harness<int, int>{
      std::make_unique<filter_operator<int, bool (*)(int)>>(is_small)};
}

template <class Step>
std::string failure_of(Step&& step) {
  try {
    step();
  } catch (const task_failure& failure) {
    return failure.cause().message;
  }
  return "";
}

TEST(ErrorPolicy, FailsTheTaskAndSaysWhereAndWhy) {
  auto harness = filter_harness();
  harness.push({{1, at(1)}, {2, at(2)}});
  EXPECT_EQ(failure_of([&] {
              harness.push({{3, at(3)}, {13, at(4)}});
            }),
            "the function threw at record 4 of this subtask, event time 1970-01-01T00:00:04Z, 13: "
            "unlucky; fix the function, or choose what becomes of such records with "
            ".on_error(skip_and_count()) or .on_error(dead_letters_to(...))");
}

TEST(ErrorPolicy, NamesWhatIsNotAStandardException) {
  auto harness = filter_harness();
  EXPECT_EQ(failure_of([&] { harness.push(14, beginning_of_time); }),
            "the function threw at record 1 of this subtask, 14: an exception that is not a "
            "std::exception; fix the function, or choose what becomes of such records with "
            ".on_error(skip_and_count()) or .on_error(dead_letters_to(...))");
}

TEST(ErrorPolicy, SkipsTheRecordAndCountsIt) {
  auto harness = filter_harness();
  harness.context().on_error = error_policy::skip;
  harness.push({{13, at(1)}, {1, at(2)}, {14, at(3)}, {2, at(4)}, {13, at(5)}});
  EXPECT_EQ(harness.take(), (std::vector<timed<int>>{{1, at(2)}, {2, at(4)}}));
  EXPECT_EQ(harness.counters().skipped, 3U);
  EXPECT_EQ(harness.counters().records_in, 5U);
}

TEST(ErrorPolicy, SendsTheRecordToTheDeadLetters) {
  auto harness = filter_harness();
  auto& letters = harness.add_port<dead_letter>();
  harness.context().on_error = error_policy::dead_letter;
  harness.context().dead_letter_port = 1;
  harness.context().now = processing_at(100);
  harness.push({{1, at(1)}, {13, at(2)}, {2, at(3)}});
  EXPECT_EQ(harness.values(), (std::vector<int>{1, 2}));
  EXPECT_EQ(letters.records, (std::vector<timed<dead_letter>>{
                                 {{"13", "unlucky", "tested (1/1)",
                                   "record 2 of this subtask, event time 1970-01-01T00:00:02Z"},
                                  at(100)}}));
  EXPECT_EQ(harness.counters().dead_lettered, 1U);
}

// Knows one record, by its text.
class judge_of_one final : public record_failures {
public:
  explicit judge_of_one(std::string known) : known_{std::move(known)} {}
  error_policy on_record_failed(failed_record& failed, std::size_t index) override {
    heard.push_back(failed);
    indices.push_back(index);
    failed.place = "file: line 7";
    return failed.record == known_ ? error_policy::dead_letter : error_policy::fail;
  }
  std::vector<failed_record> heard;
  std::vector<std::size_t> indices;

private:
  std::string known_;
};

TEST(ErrorPolicy, AsksWhetherARecordThatFailsTheJobIsKnownToBePoison) {
  judge_of_one judge{"13"};
  auto harness = filter_harness();
  auto& letters = harness.add_port<dead_letter>();
  harness.context().dead_letter_port = 1;
  harness.context().failures = &judge;
  harness.push({{1, at(1)}, {13, at(2)}, {2, at(3)}});
  EXPECT_EQ(harness.values(), (std::vector<int>{1, 2}));
  ASSERT_EQ(letters.records.size(), 1U);
  EXPECT_EQ(letters.records[0].value.position, "file: line 7");
  EXPECT_EQ(harness.counters().dead_lettered, 1U);
  EXPECT_NE(failure_of([&] { harness.push(14, at(4)); }), "");
  ASSERT_EQ(judge.heard.size(), 2U);
  EXPECT_EQ(judge.indices, (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(judge.heard[0], (failed_record{.failed_in = harness.context().id,
                                           .operator_name = "tested (1/1)",
                                           .record = "13",
                                           .cause = "unlucky",
                                           .place = {},
                                           .among = {},
                                           .time = at(2)}));
}

TEST(ErrorPolicy, AsksNobodyIfTheOperatorHasAPolicyOfItsOwn) {
  judge_of_one judge{"13"};
  auto harness = filter_harness();
  harness.context().on_error = error_policy::skip;
  harness.context().failures = &judge;
  harness.push({{13, at(1)}, {14, at(2)}});
  EXPECT_EQ(harness.counters().skipped, 2U);
  EXPECT_TRUE(judge.heard.empty());
}

TEST(ErrorPolicy, DoesNotCatchTheFailureOfATask) {
  auto throws = [](int) -> bool { throw task_failure{{error_code::io_failure, "disk full"}}; };
  operator_harness<int, int> harness{
      std::make_unique<filter_operator<int, decltype(throws)>>(throws)};
  harness.context().on_error = error_policy::skip;
  EXPECT_EQ(failure_of([&] { harness.push(1, at(1)); }), "disk full");
}

}  // namespace
}  // namespace weir
