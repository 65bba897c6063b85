// SPDX-License-Identifier: Apache-2.0
// By what a record that failed a job is known again, and what is said of where it came from.
#include "api/failed_record.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::chrono_literals;

failed_record seventh() {
  return {.failed_in = {5},
          .operator_name = "parse (2/4)",
          .record = "x7",
          .cause = "no number",
          .place = "a.csv: line 7",
          .among = {},
          .time = event_time{1s}};
}

template <class Change>
bool is_the_same_after(failed_record record, Change change) {
  const auto before = identity_of(record);
  change(record);
  return identity_of(record) == before;
}

TEST(FailedRecord, IsKnownByItsPlaceWhateverTheFunctionSaid) {
  EXPECT_TRUE(is_the_same_after(seventh(), [](auto& r) { r.cause = "no number at 0x7f"; }));
  EXPECT_TRUE(is_the_same_after(seventh(), [](auto& r) { r.time = event_time{2s}; }));
  EXPECT_TRUE(is_the_same_after(seventh(), [](auto& r) { r.operator_name = "parse (1/3)"; }));
  EXPECT_FALSE(is_the_same_after(seventh(), [](auto& r) { r.place = "a.csv: line 8"; }));
  EXPECT_FALSE(is_the_same_after(seventh(), [](auto& r) { r.failed_in = {6}; }));
}

TEST(FailedRecord, WithoutAPlaceIsKnownByItsTextAndTheCause) {
  auto record = seventh();
  record.place.clear();
  EXPECT_TRUE(is_the_same_after(record, [](auto& r) { r.time = event_time{2s}; }));
  EXPECT_TRUE(is_the_same_after(record, [](auto& r) { r.among = "a.csv: line 1 to line 9"; }));
  EXPECT_FALSE(is_the_same_after(record, [](auto& r) { r.record = "x8"; }));
  EXPECT_FALSE(is_the_same_after(record, [](auto& r) { r.cause = "too long"; }));
}

TEST(FailedRecord, WithoutAPlaceAndATextIsKnownByItsTime) {
  auto record = seventh();
  record.place.clear();
  record.record.clear();
  EXPECT_FALSE(is_the_same_after(record, [](auto& r) { r.time = event_time{2s}; }));
}

TEST(FailedRecord, MistakesNoPartForAnother) {
  auto record = seventh();
  record.place.clear();
  EXPECT_FALSE(is_the_same_after(record, [](auto& r) {
    r.record = "x7no ";
    r.cause = "number";
  }));
}

TEST(FailedRecord, SaysWhereItCameFromAsWellAsIsKnown) {
  auto record = seventh();
  EXPECT_EQ(origin_of(record), "a.csv: line 7");
  record.place.clear();
  EXPECT_EQ(origin_of(record),
            "a place that is not known behind an exchange, event time 1970-01-01T00:00:01Z, x7");
  record.among = "a.csv: line 1 to a.csv: line 9";
  record.time = beginning_of_time;
  EXPECT_EQ(origin_of(record), "one of a.csv: line 1 to a.csv: line 9, x7");
}

}  // namespace
}  // namespace weir
