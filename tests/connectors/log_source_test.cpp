// SPDX-License-Identifier: Apache-2.0
// Records of a topic as a job reads them.
#include "connectors/log_source.hpp"

#include <charconv>
#include <string>

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_log.hpp"
#include "tests/connectors/faulty_file_system.hpp"
#include "tests/connectors/source_reading.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

result<int> number_of(const log_record& record) {
  int number = 0;
  const auto& text = *record.value;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed == std::errc{} && end == text.data() + text.size()) return number;
  return error{error_code::malformed_record, "'" + text + "' is not a number"};
}

class LogSource : public testing::Test {
protected:
  void put(const std::vector<std::string>& values) {
    for (const auto& each : values) {
      log->put("in", {.value = each, .time = event_time{std::chrono::seconds{each.size()}}});
    }
  }

  std::shared_ptr<simulated_log> log = std::make_shared<simulated_log>();
  posix_file_system files;
};

TEST_F(LogSource, BringsTheRecordsOfATopicWithTheirTimes) {
  put({"a", "bb", "ccc"});
  const auto read = read_all(log_source(log, "in"), files);
  EXPECT_EQ(read, (std::vector<std::string>{"a", "bb", "ccc"}));
  EXPECT_EQ(read.times, (std::vector<event_time>{event_time{1s}, event_time{2s}, event_time{3s}}));
  EXPECT_EQ(log_source(log, "in").name(), "log_source(in)");
}

TEST_F(LogSource, GoesOnAtTheOffsetsOfACheckpoint) {
  log->create_topic("in", 3);
  for (int i = 0; i < 100; ++i) put({std::to_string(i)});
  for (int polls = 0; polls < 20; ++polls) {
    auto read = read_with_restore(log_source(log, "in", number_of), files, 1, polls);
    std::sort(read.records.begin(), read.records.end());
    ASSERT_EQ(read.failure, "");
    ASSERT_EQ(read.records.size(), 100U);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(read.records[static_cast<std::size_t>(i)], i);
  }
}

TEST_F(LogSource, FailsAtARecordThatItCannotReadBehindThoseBeforeIt) {
  put({"1", "2", "x", "3"});
  const auto read = read_all(log_source(log, "in", number_of), files);
  EXPECT_EQ(read.records, (std::vector<int>{1, 2}));
  EXPECT_EQ(read.failure,
            "in/0: offset 2: 'x' is not a number; write records as the job expects them, or choose "
            ".on_malformed(malformed::skip)");
}

TEST_F(LogSource, SkipsAndCountsMalformedRecordsIfToldTo) {
  put({"1", "x", "2", "y"});
  const auto read = read_all(log_source(log, "in", number_of).on_malformed(malformed::skip), files);
  EXPECT_EQ(read, (std::vector<int>{1, 2}));
  EXPECT_EQ(read.skipped, 2U);
}

TEST_F(LogSource, SaysWhereARecordCameFrom) {
  put({"1", "x", "2"});
  const auto source = log_source(log, "in", number_of).on_malformed(malformed::skip);
  const auto reader = source.open(context_for(files), *source.discover_splits(context_for(files)));
  polled<int> out;
  std::string places;
  while (*(*reader)->poll({}, out) != poll_status::end_of_input) {
    for (std::size_t i = 0; i < out.records.size(); ++i) places += (*reader)->place_of(i) + "; ";
    out.records.clear();
  }
  EXPECT_EQ(places, "in/0: offset 0; in/0: offset 2; ");
}

TEST_F(LogSource, FailsAtATombstoneThatIsMeantToBeText) {
  log->put("in", {.key = "gone"});
  EXPECT_NE(read_all(log_source(log, "in"), files).failure.find("the record has no value"),
            std::string::npos);
}

TEST_F(LogSource, BeginsBehindWhatIsThereIfToldTo) {
  put({"a"});
  EXPECT_EQ(read_all(log_source(log, "in").from_the_end(), files), std::vector<std::string>{});
}

// As a log in production is.
class endless_log final : public replayable_log {
public:
  std::string name() const override { return "endless"; }
  log_result<std::uint32_t> partitions_of(const std::string&) override { return 1U; }
  log_result<log_offsets> offsets_of(const log_partition&) override { return log_offsets{3, 5}; }
  log_result<fetched_records> fetch(const log_partition&, std::uint64_t, std::size_t) override {
    return log_error{};
  }
  log_result<std::unique_ptr<log_producer>> make_producer(const std::string&,
                                                          const log_producer_options&) override {
    return log_error{};
  }
  log_result<std::optional<std::string>> metadata_of(const std::string&) override {
    return log_error{};
  }
  log_status append(const std::string&, const std::vector<log_record>&) override {
    return log_error{};
  }
};

TEST_F(LogSource, EndsOnlyIfTheLogDoesOrIfToldTo) {
  const auto endless = log_source(std::make_shared<endless_log>(), "in");
  const auto position = [&](const auto& source) {
    return (*source.discover_splits(context_for(files)))[0].position;
  };
  EXPECT_FALSE(endless.is_bounded());
  EXPECT_EQ(position(endless), "3");
  EXPECT_EQ(position(endless.from_the_end()), "5");
  EXPECT_TRUE(endless.bounded().is_bounded());
  EXPECT_EQ(position(endless.bounded()), "3..5");
  EXPECT_TRUE(log_source(log, "in").is_bounded());
}

TEST_F(LogSource, NamesItselfInErrors) {
  EXPECT_EQ(read_all(log_source(log, "in"), files).failure,
            "log_source(in): look up topic in: there is no topic 'in'; there are: none; create it "
            "first");
  EXPECT_NE(read_splits(log_source(log, "in"), files, {{"out/0", "1"}})
                .failure.find("log_source(in): read in: the split 'out/0' at '1' is not of"),
            std::string::npos);
}

}  // namespace
}  // namespace weir
