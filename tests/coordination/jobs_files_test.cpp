// SPDX-License-Identifier: Apache-2.0
// Whole jobs from files to files: lines, CSV and JSON in, parts out, on real disks and on those of
// the simulation.
#include <atomic>
#include <future>
#include <sstream>

#include <gtest/gtest.h>

#include "connectors/collection_source.hpp"
#include "connectors/csv_source.hpp"
#include "connectors/discard_sink.hpp"
#include "connectors/file_sink.hpp"
#include "connectors/generator_source.hpp"
#include "connectors/json_lines_source.hpp"
#include "connectors/lines_source.hpp"
#include "connectors/print_sink.hpp"
#include "tests/support/job_runner.hpp"
#include "tests/support/sales.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

struct item {
  std::string name;
  std::int64_t pieces = 0;
  double price = 0;
  event_time made;
  friend bool operator==(const item&, const item&) = default;
};
WEIR_FIELDS(item, name, pieces, price, made)

item item_number(std::uint64_t i) {
  return {"item \"" + std::to_string(i) + "\", of steel", static_cast<std::int64_t>(i * i) - 1000,
          static_cast<double>(i) / 8, first_day + std::chrono::seconds{i}};
}

// More than one range for each of seven subtasks.
constexpr std::uint64_t count = 12'000;

std::vector<item> items() {
  std::vector<item> made;
  for (std::uint64_t i = 0; i < count; ++i) made.push_back(item_number(i));
  return made;
}

std::string as_csv() {
  std::string text = csv_header<item>() + "\n";
  for (const auto& each : items()) {
    append_csv_row(text, each);
    text += "\n";
  }
  return text;
}

std::string as_json() {
  std::string text;
  for (const auto& each : items()) {
    append_json(text, each);
    text += "\n";
  }
  return text;
}

std::string as_lines() {
  std::string text;
  for (const auto& each : items()) text += to_text(each) + "\n";
  return text;
}

// What `read(run)` brings of the files is all items, each once.
template <class Read>
void expect_items(Read read) {
  in_every_way([&](job_run& run) {
    std::vector<item> results;
    read(run).sink(collect_into(results));
    const auto totals = finish(run).totals;
    EXPECT_TRUE(sorted_texts(results) == sorted_texts(items())) << results.size() << " items";
    EXPECT_EQ(totals.records_read, count);
  });
}

TEST(JobsOnFiles, ReadCsv) {
  expect_items([](job_run& run) {
    run.write("items.csv", as_csv());
    return run.env().from(csv_of<item>(run.path_of("items.csv")));
  });
}

TEST(JobsOnFiles, ReadJsonLines) {
  expect_items([](job_run& run) {
    run.write("items.jsonl", as_json());
    return run.env().from(json_lines_of<item>(run.path_of("items.jsonl")));
  });
}

TEST(JobsOnFiles, ReadADirectory) {
  expect_items([](job_run& run) {
    const auto text = as_csv();
    const auto header = text.substr(0, text.find('\n') + 1);
    const auto cut = text.find('\n', text.size() / 3) + 1;
    run.write("in/a.csv", text.substr(0, cut));
    run.write("in/b.csv", header + text.substr(cut));
    run.write("in/_not_read", "not,a,header\n");
    run.write("in/c.csv.in-progress", "half a ro");
    return run.env().from(csv_of<item>(run.path_of("in")));
  });
}

TEST(JobsOnFiles, ReadLinesHoweverTheyEnd) {
  std::vector<std::string> expected{"", "ends with both", "has \xC3\xA9", "the last"};
  in_every_way([&](job_run& run) {
    std::vector<std::string> results;
    run.write("text", "ends with both\r\n\nhas \xC3\xA9\nthe last");
    run.env().from(lines_of(run.path_of("text"))).sink(collect_into(results));
    finish(run);
    EXPECT_EQ(sorted_texts(results), sorted_texts(expected));
  });
}

TEST(JobsOnFiles, MakeNothingOfEmptyFiles) {
  in_every_way([](job_run& run) {
    std::vector<std::string> lines;
    std::vector<item> from_csv;
    std::vector<item> from_json;
    run.write("empty", "");
    run.write("header.csv", "name,pieces,price,made\n");
    run.env().from(lines_of(run.path_of("empty"))).sink(collect_into(lines));
    run.env().from(csv_of<item>(run.path_of("header.csv"))).sink(collect_into(from_csv));
    run.env().from(json_lines_of<item>(run.path_of("empty"))).sink(collect_into(from_json));
    const auto totals = finish(run).totals;
    EXPECT_EQ(totals.records_read, 0U);
    EXPECT_EQ(totals.records_written, 0U);
  });
}

// Everything in the parts of a sink's file, and nothing else is on the disk.
std::string written(job_run& run, const std::string& name) {
  std::string text;
  const auto parallelism = run.parallelism();
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < parallelism; ++i) {
    names.push_back(parallelism == 1 ? name
                                     : name + ".part-" + std::to_string(i) + "-of-" +
                                           std::to_string(parallelism));
    text += run.read(names.back());
  }
  names.push_back("in");
  std::sort(names.begin(), names.end());
  EXPECT_EQ(run.files(), names);
  return text;
}

std::vector<std::string> sorted_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST(JobsOnFiles, WriteCsvInParts) {
  in_every_way([](job_run& run) {
    run.write("in", as_csv());
    run.env().from(csv_of<item>(run.path_of("in"))).sink(file_sink(run.path_of("out.csv")).csv());
    finish(run);
    auto lines = sorted_lines(written(run, "out.csv"));
    const auto header = csv_header<item>();
    EXPECT_EQ(std::erase(lines, header), run.parallelism());
    lines.push_back(header);
    std::sort(lines.begin(), lines.end());
    EXPECT_TRUE(lines == sorted_lines(as_csv()));
  });
}

TEST(JobsOnFiles, WriteJsonLinesInParts) {
  in_every_way([](job_run& run) {
    run.write("in", as_json());
    run.env()
        .from(json_lines_of<item>(run.path_of("in")))
        .sink(file_sink(run.path_of("out")).json_lines());
    finish(run);
    EXPECT_TRUE(sorted_lines(written(run, "out")) == sorted_lines(as_json()));
  });
}

TEST(JobsOnFiles, WriteTextInParts) {
  in_every_way([](job_run& run) {
    run.write("in", as_lines());
    run.env().from(lines_of(run.path_of("in"))).sink(file_sink(run.path_of("out")));
    finish(run);
    EXPECT_TRUE(sorted_lines(written(run, "out")) == sorted_lines(as_lines()));
  });
}

TEST(JobsOnFiles, PrintWithTheNumberOfTheSubtask) {
  in_every_way([](job_run& run) {
    std::ostringstream printed;
    std::vector<int> numbers(100);
    run.env().from(collection(numbers)).sink(print().to(printed));
    finish(run);
    auto lines = sorted_lines(printed.str());
    ASSERT_EQ(lines.size(), 100U);
    const auto parallelism = run.parallelism();
    EXPECT_EQ(lines.front(), parallelism == 1 ? "0" : "1> 0");
    EXPECT_EQ(lines.back(), parallelism == 1 ? "0" : std::to_string(parallelism) + "> 0");
  });
}

TEST(JobsOnFiles, CountWhatTheyDiscard) {
  in_every_way([](job_run& run) {
    run.write("in", as_json());
    run.env().from(json_lines_of<item>(run.path_of("in"))).sink(discard());
    EXPECT_EQ(finish(run).totals.records_written, count);
  });
}

// Lets the job fail at the very end of its input.
stream<item> failing_at_the_end(job_run& run) {
  run.write("in", as_csv());
  return run.env().from(csv_of<item>(run.path_of("in"))).map([](const item& each) {
    if (each.pieces == item_number(count - 1).pieces) throw std::runtime_error{"broken"};
    return each;
  });
}

TEST(JobsOnFiles, LeaveNoUnfinishedFileWhenTheyFail) {
  in_every_way([](job_run& run) {
    run.write("out.csv", "an older result\n");
    failing_at_the_end(run).global().sink(file_sink(run.path_of("out.csv")).csv()).parallelism(1);
    failure_of(run);
    EXPECT_EQ(run.files(), (std::vector<std::string>{"in", "out.csv"}));
    EXPECT_EQ(run.read("out.csv"), "an older result\n");
  });
}

TEST(JobsOnFiles, LeaveNoFileOfAnybodyWhenOneTaskFails) {
  in_every_way([](job_run& run) {
    auto all = failing_at_the_end(run);
    all.sink(file_sink(run.path_of("out.csv")).csv());
    run.env().from(collection({1, 2, 3})).sink(file_sink(run.path_of("done-early")));
    failure_of(run);
    EXPECT_EQ(run.files(), (std::vector<std::string>{"in"}));
  });
}

TEST(JobsOnFiles, LeaveAllFilesOrNoneWhenTheyAreCancelled) {
  in_each_of(simulated_ways(), [](job_run& run) {
    run.write("in", as_csv());
    run.env()
        .from(csv_of<item>(run.path_of("in")))
        .sink(file_sink(run.path_of("out.csv")).csv())
        .parallelism(3);
    run.env().from(collection({1})).sink(file_sink(run.path_of("done-early"))).parallelism(1);
    random_numbers random{run.way().simulation->seed};
    run.on_start = [&](simulated_cluster& cluster) {
      const duration when{static_cast<std::int64_t>(random.below(40'000))};
      cluster.world().after(when, [&cluster] { cluster.cancel(); });
    };
    const auto state = run.run().state;
    EXPECT_EQ(run.files().size(), state == job_state::finished ? 5U : 1U) << to_string(state);
  });
}

TEST(JobsOnFiles, SkipAndShowMalformedRows) {
  in_every_way([](job_run& run) {
    auto text = as_csv();
    text += "bolt,many,1,2001-01-01\nnut,1,2\n";
    run.write("in", text);
    std::mutex lock;
    std::vector<std::string> shown;
    std::vector<item> results;
    std::vector<item> without_handler;
    run.env()
        .from(csv_of<item>(run.path_of("in")).on_malformed([&](const malformed_row& row) {
          const std::lock_guard held{lock};
          shown.push_back(std::to_string(row.line) + ": " + row.text + ": " + row.cause);
        }))
        .sink(collect_into(results));
    run.env()
        .from(csv_of<item>(run.path_of("in")).on_malformed(malformed::skip))
        .sink(collect_into(without_handler));
    const auto totals = finish(run).totals;
    EXPECT_TRUE(sorted_texts(results) == sorted_texts(items()));
    EXPECT_EQ(without_handler.size(), count);
    EXPECT_EQ(totals.skipped, 4U);
    std::sort(shown.begin(), shown.end());
    EXPECT_EQ(shown, (std::vector<std::string>{
                         "12002: bolt,many,1,2001-01-01: column pieces: 'many' is not an integer",
                         "12003: nut,1,2: 3 columns where the header has 4"}));
  });
}

TEST(JobsOnFiles, FollowAFileUntilTheyAreCancelledOnASimulatedClock) {
  in_each_of(simulated_ways(), [](job_run& run) {
    std::vector<std::string> results;
    run.env().from(lines_of(run.path_of("log")).follow()).sink(collect_into(results));
    std::unique_ptr<writable_file> log;
    const auto append = [&](std::string_view text) { EXPECT_TRUE(log->append(text).ok()); };
    run.on_start = [&](simulated_cluster& cluster) {
      auto& files = cluster.world().files();
      EXPECT_TRUE(files.make_directories(run.path_of(".")).ok());
      log = value_or_fail(files.create(run.path_of("log")));
      append("one\ntwo\nunfin");
      cluster.world().after(10s, [&] { append("ished\n"); });
      cluster.world().after(20s, [&] { cluster.cancel(); });
    };
    const auto outcome = run.run();
    EXPECT_EQ(to_string(outcome.state), "cancelled");
    EXPECT_EQ(sorted_texts(results), (std::vector<std::string>{"one", "two", "unfinished"}));
  });
}

// Says so when the last line has come.
struct telling_writer final : sink_writer<std::string> {
  telling_writer(std::promise<void>& told, std::atomic<bool>& is_told)
      : told_{&told}, is_told_{&is_told} {}

  status write(batch_of<std::string>& batch) override {
    for (const auto& line : batch.values) {
      if (line == "last" && !is_told_->exchange(true)) told_->set_value();
    }
    return {};
  }

private:
  std::promise<void>* told_;
  std::atomic<bool>* is_told_;
};
struct telling_sink {
  std::promise<void>* told;
  std::atomic<bool>* is_told;

  std::string name() const { return "tell"; }
  template <std::same_as<std::string> T>
  result<std::unique_ptr<sink_writer<T>>> open(const sink_context&) const {
    return std::unique_ptr<sink_writer<T>>{std::make_unique<telling_writer>(*told, *is_told)};
  }
};

TEST(JobsOnFiles, FollowAFileUntilTheyAreCancelledOnRealThreads) {
  for (const std::uint32_t parallelism : {1U, 4U}) {
    temporary_directory disk;
    std::promise<void> told;
    std::atomic<bool> is_told = false;
    environment env{"job"};
    const auto path = disk.write("log", "first\nlast\n");
    const auto lines = env.from(lines_of(path).follow());
    lines.sink(telling_sink{&told, &is_told});
    lines.global().sink(file_sink(disk / "copy")).parallelism(1);
    local_cluster cluster{env.graph(), {.parallelism = parallelism}, nullptr};
    told.get_future().wait();
    cluster.cancel();
    EXPECT_EQ(to_string(cluster.wait().state), "cancelled");
    EXPECT_EQ(disk.files(), std::vector<std::string>{"log"});
  }
}

}  // namespace
}  // namespace weir
