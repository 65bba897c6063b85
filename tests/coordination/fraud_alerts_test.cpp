// SPDX-License-Identifier: Apache-2.0
// The operator of samples/fraud_alerts.cpp, tested as users test theirs.
#include <gtest/gtest.h>

#include "coordination/testing/operator_test.hpp"
#include "samples/fraud_detector.hpp"

namespace fraud {
namespace {

using namespace std::chrono_literals;
using weir::event_time;

using alerts = std::vector<alert>;
using refusals = std::vector<unjudged_payment>;

event_time at(std::chrono::seconds since) { return event_time{since}; }

class FraudDetector : public ::testing::Test {
protected:
  // The payment happens when it was made, as the source sees to in the job.
  void pay(std::uint64_t id, std::chrono::seconds when, std::int64_t cents,
           const std::string& account = "anna") {
    test.push({id, account, at(when), cents}, when);
  }
  std::optional<event_time> trial_of(const std::string& account) {
    return test.state("fraud", account).value<event_time>("trial");
  }

  weir::operator_test<weir::stream<alert>(weir::stream<payment>)> test{
      [](const weir::stream<payment>& payments) { return detect(payments); }, unjudged};
};

TEST_F(FraudDetector, RaisesAnAlertForALargePaymentSoonAfterATinyOne) {
  pay(1, 0s, 99);
  pay(2, 300s, 50'000);
  pay(3, 301s, 49'999);
  pay(4, 302s, 70'000, "bert");
  test.watermark(310s);
  EXPECT_EQ(test.take_output(), (alerts{{"anna", 2, at(300s), 50'000, at(0s)}}));
}

TEST_F(FraudDetector, LooksBackForTenMinutesAndNoLonger) {
  pay(1, 0s, 1);
  pay(2, 600s, 60'000);
  pay(3, 601s, 60'000);
  test.finish();
  EXPECT_EQ(test.take_output(), (alerts{{"anna", 2, at(600s), 60'000, at(0s)}}));
}

TEST_F(FraudDetector, JudgesPaymentsInTheOrderInWhichTheyWereMade) {
  pay(4, 40s, 60'000);
  pay(3, 30s, 60'000);
  pay(2, 30s, 1);
  pay(1, 20s, 60'000);
  test.watermark(30s);
  EXPECT_EQ(test.take_output(), (alerts{{"anna", 3, at(30s), 60'000, at(30s)}}));
  test.watermark(40s);
  EXPECT_EQ(test.take_output(), (alerts{{"anna", 4, at(40s), 60'000, at(30s)}}));
}

TEST_F(FraudDetector, RemembersNothingOfAnAccountWithoutATrial) {
  pay(1, 0s, 1);
  pay(2, 100s, 1);
  EXPECT_EQ(test.state("fraud", "anna").event_timers(), (std::vector{at(0s), at(100s)}));
  test.watermark(600s);
  EXPECT_EQ(trial_of("anna"), at(100s));
  EXPECT_EQ(test.state("fraud", "anna").event_timers(), std::vector{at(700s)});
  test.watermark(700s);
  EXPECT_EQ(trial_of("anna"), std::nullopt);
  EXPECT_TRUE(test.state("fraud", "anna").event_timers().empty());
  const auto waiting = test.state("fraud", "anna").map<event_time, std::vector<payment>>("waiting");
  EXPECT_TRUE(waiting.empty());
}

TEST_F(FraudDetector, PutsAsideWhatItCannotJudge) {
  test.watermark(50s);
  pay(1, 60s, -500);
  pay(2, 50s, 60'000);
  pay(3, 51s, 60'000);
  EXPECT_EQ(test.take_side_output(unjudged),
            (refusals{{1, "anna", "not a payment"}, {2, "anna", "late"}}));
}

TEST_F(FraudDetector, GoesOnFromASnapshotWithMoreSubtasks) {
  for (std::uint64_t i = 0; i < 10; ++i) pay(i, 10s, 1, "account-" + std::to_string(i));
  test.watermark(10s);
  for (std::uint64_t i = 0; i < 10; ++i) pay(10 + i, 20s, 60'000, "account-" + std::to_string(i));
  const auto snapshot = test.snapshot();
  for (const std::uint32_t parallelism : {4U, 1U}) {
    test.restore(snapshot, parallelism);
    EXPECT_EQ(trial_of("account-7"), at(10s));
    test.watermark(20s);
    const auto raised = test.take_output();
    EXPECT_EQ(raised.size(), 10U);
    EXPECT_EQ(
        std::count(raised.begin(), raised.end(), alert{"account-7", 17, at(20s), 60'000, at(10s)}),
        1);
  }
}

}  // namespace
}  // namespace fraud
