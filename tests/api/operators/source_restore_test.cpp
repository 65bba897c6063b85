// SPDX-License-Identifier: Apache-2.0
// A source that is restored goes on as if nothing had happened: the same records, the same event
// time, whatever the parallelism.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/operators/source.hpp"
#include "api/watermark_strategy.hpp"
#include "connectors/generator_source.hpp"
#include "tests/support/former_operator.hpp"
#include "tests/support/operator_harness.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

using numbers = std::vector<int>;

// Reads at most two records at a time, from the split that has been read least: what comes next is
// a function of the positions.
class numbers_reader final : public source_reader<int> {
public:
  numbers_reader(const std::map<std::string, numbers>& content,
                 const std::vector<source_split>& splits) {
    for (const auto& split : splits) {
      const auto next = split.position.empty() ? 0 : std::stoull(split.position);
      splits_.push_back({split.id, content.at(split.id), next, false});
    }
  }

  result<poll_status> poll(processing_time, polled<int>& out) override {
    part* least = nullptr;
    for (auto& each : splits_) {
      if (!each.has_ended && (!least || each.next < least->next)) least = &each;
    }
    if (!least) return poll_status::end_of_input;
    out.split = static_cast<std::uint32_t>(least - splits_.data());
    for (int i = 0; i < 2 && least->next < least->content.size(); ++i) {
      out.records.push(least->content[least->next++], beginning_of_time);
    }
    out.split_ended = least->has_ended = least->next == least->content.size();
    return poll_status::more_available;
  }

  std::vector<source_split> positions() const override {
    std::vector<source_split> all;
    for (const auto& each : splits_) all.push_back({each.id, std::to_string(each.next)});
    return all;
  }

private:
  struct part {
    std::string id;
    numbers content;
    std::size_t next;
    bool has_ended;
  };
  std::vector<part> splits_;
};

struct numbers_source {
  using value_type = int;
  std::map<std::string, numbers> content;

  std::string name() const { return "numbers"; }
  bool is_bounded() const { return true; }
  result<std::vector<source_split>> discover_splits(const source_context&) const {
    std::vector<source_split> splits;
    for (const auto& each : content) splits.push_back({each.first, ""});
    return splits;
  }
  result<std::unique_ptr<source_reader<int>>> open(const source_context&,
                                                   std::vector<source_split> splits) const {
    return std::unique_ptr<source_reader<int>>{std::make_unique<numbers_reader>(content, splits)};
  }
};

event_time in_seconds(int x) { return at(x); }

class running_source {
public:
  running_source(const numbers_source& source, std::vector<source_split> splits,
                 const restored_operator* restored, std::uint32_t subtask = 0,
                 std::uint32_t parallelism = 1)
      : splits_{std::move(splits)}, harness_{make(source)} {
    harness_.context().splits = &splits_;
    harness_.context().restored = restored;
    harness_.context().subtask = {subtask};
    harness_.context().parallelism = parallelism;
    harness_.open();
  }

  bool poll() { return harness_.tested().poll().what != poll_result::kind::ended; }
  void run() {
    while (poll()) {
    }
  }
  state_parts snapshot() {
    state_parts parts;
    harness_.tested().snapshot({17}, parts);
    return parts;
  }
  numbers records() { return harness_.values(); }
  std::vector<event_time>& watermarks() { return harness_.watermarks().emitted; }

private:
  static std::unique_ptr<stream_operator> make(const numbers_source& source) {
    auto strategy = bounded_out_of_orderness(3s, &in_seconds);
    return std::make_unique<source_operator<numbers_source, decltype(strategy)>>(source, strategy);
  }

  std::vector<source_split> splits_;
  operator_harness<int, int> harness_;
};

numbers_source random_source(std::uint64_t seed) {
  random_numbers random{seed};
  numbers_source source;
  const auto splits = 1 + random.below(5);
  for (std::uint64_t i = 0; i < splits; ++i) {
    auto& content = source.content["split-" + std::to_string(i)];
    const auto size = random.below(9);
    for (std::uint64_t j = 0; j < size; ++j) {
      content.push_back(static_cast<int>(100 + 2 * j + random.below(12)));
    }
  }
  return source;
}

TEST(SourceRestore, GoesOnWithTheRecordsAndTheEventTimeOfAnUnbrokenRun) {
  for (const auto seed : seeds_for(100)) {
    SCOPED_TRACE(seed);
    const auto source = random_source(seed);
    const auto splits = *source.discover_splits({});
    running_source unbroken{source, splits, nullptr};
    unbroken.run();
    const auto all = unbroken.records();
    const auto times = unbroken.watermarks();
    for (int cut = 0;; ++cut) {
      running_source before{source, splits, nullptr};
      bool has_more = true;
      for (int i = 0; i < cut && has_more; ++i) has_more = before.poll();
      const former_operator from{{before.snapshot()}};
      running_source after{source, {}, &from};
      after.run();
      auto records = before.records();
      const auto rest = after.records();
      records.insert(records.end(), rest.begin(), rest.end());
      EXPECT_EQ(records, all) << cut;
      auto marks = before.watermarks();
      auto& resumed = after.watermarks();
      if (!marks.empty() && !resumed.empty()) {
        EXPECT_EQ(resumed.front(), marks.back()) << cut;
        resumed.erase(resumed.begin());
      }
      marks.insert(marks.end(), resumed.begin(), resumed.end());
      EXPECT_EQ(marks, times) << cut;
      if (!has_more) break;
    }
  }
}

TEST(SourceRestore, ReadsEveryRecordOnceAtAnotherParallelism) {
  for (const auto seed : seeds_for(50)) {
    SCOPED_TRACE(seed);
    random_numbers random{seed};
    const auto source = random_source(seed);
    const auto splits = *source.discover_splits({});
    numbers expected;
    for (const auto& each : source.content) {
      expected.insert(expected.end(), each.second.begin(), each.second.end());
    }
    std::sort(expected.begin(), expected.end());
    numbers read;
    std::vector<state_parts> parts;
    // Twice: a restored source is snapshot and restored again.
    for (const int generation : {0, 1, 2}) {
      const former_operator from{std::exchange(parts, {})};
      const auto parallelism = static_cast<std::uint32_t>(1 + random.below(4));
      for (std::uint32_t subtask = 0; subtask < parallelism; ++subtask) {
        std::vector<source_split> share;
        for (std::size_t i = 0; i < splits.size(); ++i) {
          if (subtask_of_split(i, parallelism).value == subtask) share.push_back(splits[i]);
        }
        running_source part{source, share, generation == 0 ? nullptr : &from, subtask, parallelism};
        const auto polls = generation == 2 ? 1000 : random.below(8);
        for (std::uint64_t i = 0; i < polls && part.poll(); ++i) {
        }
        parts.push_back(part.snapshot());
        for (const int each : part.records()) read.push_back(each);
      }
    }
    std::sort(read.begin(), read.end());
    EXPECT_EQ(read, expected);
  }
}

TEST(SourceRestore, AnnouncesItsEventTimeBeforeTheFirstRecord) {
  const numbers_source source{{{"a", {100, 110, 120}}}};
  running_source before{source, {{"a", ""}}, nullptr};
  before.poll();
  const former_operator from{{before.snapshot()}};
  running_source after{source, {}, &from};
  EXPECT_TRUE(after.poll());
  EXPECT_EQ(after.watermarks(), std::vector<event_time>{at(107) - 1us});
  EXPECT_EQ(after.records(), numbers{});
  EXPECT_TRUE(after.poll());
  EXPECT_EQ(after.records(), numbers{120});
}

TEST(SourceRestore, IgnoresSplitsThatTheCheckpointDoesNotKnow) {
  const numbers_source source{{{"a", {1}}, {"b", {2}}}};
  running_source before{source, {{"a", ""}}, nullptr};
  const former_operator from{{before.snapshot()}};
  running_source after{source, {{"a", ""}, {"b", ""}}, &from};
  after.run();
  EXPECT_EQ(after.records(), numbers{1});
}

TEST(SourceRestore, EndsAtOnceWithoutASplit) {
  const former_operator from{{{{source_progress_part, encode_source_progress({})}}}};
  const auto endless = generator(unbounded, [](std::uint64_t i) { return static_cast<int>(i); });
  const auto strategy = ingestion_time();
  using tested = source_operator<std::remove_cvref_t<decltype(endless)>,
                                 std::remove_cvref_t<decltype(strategy)>>;
  operator_harness<int, int> harness{std::make_unique<tested>(endless, strategy)};
  harness.context().restored = &from;
  harness.open();
  EXPECT_EQ(harness.tested().poll().what, poll_result::kind::ended);
  state_parts parts;
  harness.tested().snapshot({18}, parts);
  EXPECT_EQ(*restore_source_progress(former_operator{{parts}}, {0}, 1),
            std::vector<split_progress>{});
}

TEST(SourceRestore, FailsWhenASplitIsThereTwice) {
  const numbers_source source{{{"a", {1}}}};
  running_source before{source, {{"a", ""}}, nullptr};
  const former_operator from{{before.snapshot(), before.snapshot()}};
  try {
    running_source after{source, {}, &from};
    FAIL() << "no failure";
  } catch (const task_failure& failure) {
    EXPECT_EQ(failure.cause().code, error_code::corrupt_data);
  }
}

}  // namespace
}  // namespace weir
