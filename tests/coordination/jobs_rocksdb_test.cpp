// SPDX-License-Identifier: Apache-2.0
// Whole jobs whose keyed state is in RocksDB: their results are those of jobs that have it in
// memory, even when nothing stays in memory from one batch to the next.
#include <filesystem>

#include <gtest/gtest.h>

#include "api/aggregates.hpp"
#include "api/keyed_stream.hpp"
#include "tests/support/job_runner.hpp"
#include "tests/support/windowed_sales.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t count = 2000;

class JobsInRocksdb : public testing::Test {
protected:
  // What `define` makes, in order, with the state where the options say.
  template <class Define>
  std::vector<std::string> results_of(Define define, const job_options& options) {
    environment env{"tested"};
    std::vector<std::string> found;
    define(env).sink(collect_into(found));
    EXPECT_TRUE(env.check(options));
    const auto outcome = run_locally(env.graph(), options);
    EXPECT_TRUE(outcome.ok()) << outcome.cause->message;
    std::sort(found.begin(), found.end());
    return found;
  }

  template <class Define>
  void expect_same_results(Define define) {
    const auto expected = results_of(define, {.threads = 2});
    EXPECT_GT(expected.size(), 10U);
    for (const std::uint32_t parallelism : {1U, 2U, 4U}) {
      for (const std::uint64_t in_memory : {0U, 4096U, 1U << 20}) {
        const auto found = results_of(define, in_rocksdb(parallelism, in_memory));
        EXPECT_EQ(found, expected)
            << "parallelism " << parallelism << ", " << in_memory << " bytes in memory";
      }
    }
  }

  job_options in_rocksdb(std::uint32_t parallelism, std::uint64_t in_memory) const {
    return {.parallelism = parallelism,
            .threads = 2,
            .state_backend = state_backend_type::rocksdb,
            .rocksdb_directory = directory_ / "rocksdb",
            .rocksdb_memory = std::uint64_t{16} << 20,
            .rocksdb_cache = in_memory};
  }

  temporary_directory directory_;
};

auto sales_by_shop(environment& env) {
  // In the order of the input.
  return from_sales(env, make_sales(count)).parallelism(1).key_by(&sale::shop);
}

template <class Stream>
auto as_lines(const Stream& results) {
  return results.map([](const auto& each) { return to_text(each); });
}

TEST_F(JobsInRocksdb, RollSums) {
  expect_same_results(
      [](environment& env) { return as_lines(sales_by_shop(env).sum(&sale::amount)); });
}

TEST_F(JobsInRocksdb, AddUpWindows) {
  expect_same_results([](environment& env) {
    return as_lines(sales_by_shop(env).window(tumbling(10min)).aggregate(sum(&sale::amount)));
  });
  expect_same_results([](environment& env) {
    return as_lines(sales_by_shop(env).window(sliding(1h, 20min)).aggregate(sum(&sale::amount)));
  });
}

TEST_F(JobsInRocksdb, FindTheGreatestOfWindows) {
  expect_same_results([](environment& env) {
    return as_lines(
        sales_by_shop(env).window(sliding(1h, 20min)).aggregate(maximum(&sale::amount)));
  });
  expect_same_results([](environment& env) {
    return as_lines(sales_by_shop(env).window(session(4min)).aggregate(maximum(&sale::amount)));
  });
}

// Keeps a count, a list and a map of the amounts, with a time to live and a timer.
class remembering {
public:
  using context_type = keyed_process_context<std::string, std::string>;

  void open(keyed_state<std::string>& state) {
    seen_ = state.value<std::uint64_t>("seen");
    last_ = state.list<std::int64_t>("last");
    by_hundred_ = state.map<std::int64_t, std::uint64_t>(
        "by-hundred", ttl{.lifetime = 1000h, .clock = ttl_clock::event});
  }
  void process(const sale& each, context_type& context) {
    ++seen_.value();
    last_.add(each.amount);
    ++by_hundred_.value(each.amount / 100);
    if (*seen_.get() % 7 == 0) {
      std::int64_t sum = 0;
      for (const auto amount : last_.get()) sum += amount;
      context.emit(context.key() + " " + std::to_string(*seen_.get()) + " " + std::to_string(sum) +
                   " " + std::to_string(by_hundred_.get(each.amount / 100).value_or(0)));
      last_.clear();
      context.timers().set_event_timer(each.at + 10min);
    }
  }
  void on_timer(event_time time, context_type& context) {
    context.emit(context.key() + " at " + to_string(time));
  }

private:
  value_state<std::uint64_t> seen_;
  list_state<std::int64_t> last_;
  map_state<std::int64_t, std::uint64_t> by_hundred_;
};

TEST_F(JobsInRocksdb, RememberWhatFunctionsKeep) {
  expect_same_results([](environment& env) {
    return sales_by_shop(env).process<std::string>(remembering{}).uid("remember");
  });
}

TEST_F(JobsInRocksdb, LeaveNoFilesBehind) {
  results_of([](environment& env) { return as_lines(sales_by_shop(env).sum(&sale::amount)); },
             in_rocksdb(2, 0));
  for (const auto& each : std::filesystem::directory_iterator{directory_ / "rocksdb"}) {
    EXPECT_EQ(each.path().extension(), ".lock") << each.path();
  }
}

TEST_F(JobsInRocksdb, FailAndSayWhereIfThereCanBeNoFiles) {
  directory_.write("rocksdb", "a file where a directory should be");
  environment env{"tested"};
  std::vector<std::string> found;
  as_lines(sales_by_shop(env).sum(&sale::amount)).sink(collect_into(found));
  const auto options = in_rocksdb(1, 0);
  ASSERT_TRUE(env.check(options));
  const auto outcome = run_locally(env.graph(), options);
  ASSERT_EQ(outcome.state, job_state::failed);
  EXPECT_NE(
      outcome.cause->message.find("make a directory for RocksDB in " + directory_ / "rocksdb"),
      std::string::npos)
      << outcome.cause->message;
}

}  // namespace
}  // namespace weir
