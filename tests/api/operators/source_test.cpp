// SPDX-License-Identifier: Apache-2.0
// The source operator: times, watermarks over splits, idleness, errors with their place.
#include "api/operators/source.hpp"

#include <deque>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "api/watermark_strategy.hpp"
#include "tests/support/former_operator.hpp"
#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

// One answer of the source to a poll.
struct answer {
  std::vector<int> values;
  std::uint32_t split = 0;
  bool ends_split = false;
  std::vector<event_time> times = {};
  poll_status status = poll_status::more_available;
  processing_time retry_at{};
  std::optional<error> failure = std::nullopt;
};

class scripted_reader final : public source_reader<int> {
public:
  scripted_reader(std::deque<answer> script, std::vector<source_split> splits)
      : script_{std::move(script)}, splits_{std::move(splits)} {}

  result<poll_status> poll(processing_time, polled<int>& out) override {
    if (script_.empty()) return poll_status::end_of_input;
    const answer next = script_.front();
    script_.pop_front();
    if (next.failure) return *next.failure;
    for (std::size_t i = 0; i < next.values.size(); ++i) {
      out.records.push(next.values[i], next.times.empty() ? event_time{} : next.times[i]);
    }
    out.has_times = !next.times.empty();
    out.split = next.split;
    out.split_ended = next.ends_split;
    out.retry_at = next.retry_at;
    return next.status;
  }
  std::vector<source_split> positions() const override { return splits_; }
  std::string place_of(std::size_t i) const override {
    return "numbers: line " + std::to_string(i);
  }
  std::uint64_t malformed_skipped() const override { return 2; }

private:
  std::deque<answer> script_;
  std::vector<source_split> splits_;
};

struct scripted_source {
  using value_type = int;
  std::deque<answer> script;

  std::string name() const { return "scripted"; }
  bool is_bounded() const { return true; }
  result<std::vector<source_split>> discover_splits(const source_context&) const {
    return std::vector<source_split>{};
  }
  result<std::unique_ptr<source_reader<int>>> open(const source_context& context,
                                                   std::vector<source_split> splits) const {
    if (splits.empty()) return error{error_code::not_found, "numbers.txt: no such file"};
    EXPECT_EQ(context.parallelism, 1U);
    return std::unique_ptr<source_reader<int>>{
        std::make_unique<scripted_reader>(script, std::move(splits))};
  }
};

template <class Strategy>
class source_harness {
public:
  source_harness(std::size_t splits, Strategy strategy, std::deque<answer> script)
      : harness_{std::make_unique<source_operator<scripted_source, Strategy>>(
            scripted_source{std::move(script)}, strategy)} {
    for (std::size_t i = 0; i < splits; ++i) splits_.push_back({std::to_string(i), ""});
    harness_.context().splits = &splits_;
  }

  poll_result poll_at(processing_time now) {
    harness_.open();
    harness_.context().now = now;
    return harness_.tested().poll();
  }
  std::vector<event_time> watermarks() { return std::exchange(harness_.watermarks().emitted, {}); }
  std::vector<bool> idle() { return std::exchange(harness_.watermarks().idle, {}); }
  auto& harness() { return harness_; }

private:
  std::vector<source_split> splits_;
  operator_harness<int, int> harness_;
};

event_time in_seconds(int x) { return at(x); }

TEST(Source, GivesRecordsTheTimeOfTheirReadingByDefault) {
  source_harness source{1, ingestion_time(), {{{1, 2}}, {{3}}}};
  EXPECT_EQ(source.poll_at(processing_at(100)).what, poll_result::kind::more);
  EXPECT_EQ(source.harness().take(), (std::vector<timed<int>>{{1, at(100)}, {2, at(100)}}));
  EXPECT_EQ(source.watermarks(), std::vector<event_time>{at(100) - 1us});
  source.poll_at(processing_at(101));
  EXPECT_EQ(source.harness().take(), (std::vector<timed<int>>{{3, at(101)}}));
  EXPECT_EQ(source.poll_at(processing_at(102)).what, poll_result::kind::ended);
  EXPECT_EQ(source.harness().counters().records_out, 3U);
}

TEST(Source, KeepsTheTimesThatItsReaderKnows) {
  source_harness source{1, monotonous(), {{{1, 2}, 0, false, {at(7), at(8)}}}};
  source.poll_at(processing_at(100));
  EXPECT_EQ(source.harness().take(), (std::vector<timed<int>>{{1, at(7)}, {2, at(8)}}));
  EXPECT_EQ(source.watermarks(), std::vector<event_time>{at(8) - 1us});
}

TEST(Source, DoesNotTakeTheTimeOfReadingForAPromiseAboutOtherTimes) {
  source_harness source{1, ingestion_time(), {{{1, 2}, 0, false, {at(7), at(8)}}}};
  source.poll_at(processing_at(100));
  EXPECT_EQ(source.harness().take(), (std::vector<timed<int>>{{1, at(7)}, {2, at(8)}}));
  EXPECT_EQ(source.watermarks(), std::vector<event_time>{});
}

TEST(Source, AnnouncesTheLeastWatermarkOfItsSplits) {
  source_harness source{
      2, monotonous(&in_seconds), {{{50}, 0}, {{20, 30}, 1}, {{60}, 0}, {{}, 1, true}}};
  source.poll_at(processing_at(100));
  EXPECT_EQ(source.watermarks(), std::vector<event_time>{});
  source.poll_at(processing_at(100));
  EXPECT_EQ(source.watermarks(), std::vector<event_time>{at(30) - 1us});
  source.poll_at(processing_at(100));
  EXPECT_EQ(source.watermarks(), std::vector<event_time>{});
  source.poll_at(processing_at(100));
  EXPECT_EQ(source.watermarks(), std::vector<event_time>{at(60) - 1us});
}

TEST(Source, FallsIdleAndAsksToBePolledForIt) {
  const auto wait = [](std::int64_t until) {
    return answer{{},          0, false, {}, poll_status::nothing_available, processing_at(until),
                  std::nullopt};
  };
  source_harness source{
      1, monotonous(&in_seconds).with_idleness(5s), {{{1}}, wait(200), wait(200), {{2}}}};
  source.poll_at(processing_at(100));
  const poll_result waiting = source.poll_at(processing_at(101));
  EXPECT_EQ(waiting.what, poll_result::kind::idle);
  EXPECT_EQ(source.idle(), std::vector<bool>{});
  const poll_result idle = source.poll_at(waiting.retry_at);
  EXPECT_EQ(source.idle(), std::vector<bool>{true});
  EXPECT_EQ(idle.retry_at, processing_at(200));
  source.poll_at(processing_at(200));
  EXPECT_EQ(source.idle(), std::vector<bool>{false});
}

TEST(Source, SaysWhereARecordWithoutATimeCameFrom) {
  const auto time_of = [](int x) -> event_time {
    if (x < 0) throw std::invalid_argument{"negative"};
    return at(x);
  };
  source_harness source{1, monotonous(time_of), {{{1, -2, 3}}}};
  auto& letters = source.harness().add_port<dead_letter>();
  source.harness().context().on_error = error_policy::dead_letter;
  source.harness().context().dead_letter_port = 1;
  source.poll_at(processing_at(100));
  EXPECT_EQ(source.harness().take(), (std::vector<timed<int>>{{1, at(1)}, {3, at(3)}}));
  ASSERT_EQ(letters.records.size(), 1U);
  EXPECT_EQ(letters.records[0].value,
            (dead_letter{"-2", "negative", "tested (1/1)", "numbers: line 1"}));
}

TEST(Source, FailsWithTheErrorOfItsReader) {
  answer failing;
  failing.failure = error{error_code::malformed_record, "numbers: line 7: 'x' is not a number"};
  source_harness source{1, ingestion_time(), {failing}};
  try {
    source.poll_at(processing_at(100));
    FAIL() << "no failure";
  } catch (const task_failure& failure) {
    EXPECT_EQ(failure.cause().message, "numbers: line 7: 'x' is not a number");
  }
}

TEST(Source, FailsWhenItsReaderCannotBeOpened) {
  source_harness source{0, ingestion_time(), {}};
  try {
    source.poll_at(processing_at(100));
    FAIL() << "no failure";
  } catch (const task_failure& failure) {
    EXPECT_EQ(failure.cause().message, "numbers.txt: no such file");
  }
}

TEST(Source, PutsIntoACheckpointWhatHasNotEnded) {
  source_harness source{3, monotonous(&in_seconds), {{{50}, 0}, {{20}, 1}, {{}, 1, true}}};
  for (int i = 0; i < 3; ++i) source.poll_at(processing_at(100));
  state_parts parts;
  source.harness().tested().snapshot({1}, parts);
  const auto stored = restore_source_progress(former_operator{{parts}}, {0}, 1);
  EXPECT_EQ(*stored,
            (std::vector<split_progress>{{"0", "", at(50) - 1us}, {"2", "", beginning_of_time}}));
}

TEST(Source, DoesNotLetASplitThatWasIdleBringEventTimeBackAfterARestore) {
  answer wait;
  wait.status = poll_status::nothing_available;
  wait.retry_at = processing_at(200);
  source_harness source{2, monotonous(&in_seconds).with_idleness(5s), {{{20}, 1}, wait, {{50}, 0}}};
  source.poll_at(processing_at(100));
  source.poll_at(processing_at(100));
  source.poll_at(processing_at(108));
  EXPECT_EQ(source.watermarks(), std::vector<event_time>{at(50) - 1us}) << "the second is idle";
  state_parts parts;
  source.harness().tested().snapshot({1}, parts);
  const former_operator from{{parts}};
  EXPECT_EQ((*restore_source_progress(from, {0}, 1))[1].watermark, at(50) - 1us);

  source_harness restored{0, monotonous(&in_seconds).with_idleness(5s), {{{30}, 1}, {{60}, 0}}};
  restored.harness().context().restored = &from;
  restored.poll_at(processing_at(300));
  EXPECT_EQ(restored.watermarks(), std::vector<event_time>{at(50) - 1us});
  EXPECT_EQ(restored.idle(), std::vector<bool>{});
  restored.poll_at(processing_at(300));
  restored.poll_at(processing_at(300));
  EXPECT_EQ(restored.watermarks(), std::vector<event_time>{}) << "both are active";
}

TEST(Source, CountsTheMalformedRecordsThatItsReaderSkipped) {
  source_harness source{1, ingestion_time(), {{{1}}, {{2}}}};
  source.poll_at(processing_at(100));
  source.poll_at(processing_at(100));
  EXPECT_EQ(source.harness().counters().skipped, 2U);
}

}  // namespace
}  // namespace weir
