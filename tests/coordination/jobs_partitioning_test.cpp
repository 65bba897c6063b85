// SPDX-License-Identifier: Apache-2.0
// Whole jobs that say how records find the next operator's subtasks. Records are counted where they
// arrive: each once, at the subtask it was meant for.
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include <gtest/gtest.h>

#include "api/hash_range.hpp"
#include "connectors/generator_source.hpp"
#include "tests/support/job_runner.hpp"

namespace weir {
namespace {

constexpr std::uint64_t count = 2800;  // A multiple of every parallelism.

// What arrived at which subtask of a sink.
struct arrivals {
  std::mutex lock;
  std::map<std::uint32_t, std::vector<std::uint64_t>> by_subtask;

  std::vector<std::uint64_t> all() const {
    std::vector<std::uint64_t> records;
    for (const auto& [subtask, of_subtask] : by_subtask) {
      records.insert(records.end(), of_subtask.begin(), of_subtask.end());
    }
    std::sort(records.begin(), records.end());
    return records;
  }
};

class noting_writer final : public sink_writer<std::uint64_t> {
public:
  noting_writer(arrivals& into, subtask_index subtask) : into_{&into}, subtask_{subtask} {}

  status write(batch_of<std::uint64_t>& batch) override {
    const std::lock_guard held{into_->lock};
    auto& records = into_->by_subtask[subtask_.value];
    records.insert(records.end(), batch.values.begin(), batch.values.end());
    return {};
  }

private:
  arrivals* into_;
  subtask_index subtask_;
};

struct noting_sink {
  arrivals* into;

  std::string name() const { return "note"; }
  template <std::same_as<std::uint64_t> T>
  result<std::unique_ptr<sink_writer<T>>> open(const sink_context& context) const {
    return std::unique_ptr<sink_writer<T>>{std::make_unique<noting_writer>(*into, context.subtask)};
  }
};

std::vector<std::uint64_t> each_once() {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < count; ++i) numbers.push_back(i);
  return numbers;
}

// Subtask s of p reads the s-th of p equal parts.
stream<std::uint64_t> numbers(environment& env) {
  return env.from(generator(count, [](std::uint64_t i) { return i; }));
}
std::uint64_t reader_of(std::uint64_t number, std::uint32_t parallelism) {
  return number / (count / parallelism);
}

TEST(PartitionedJobs, ForwardToTheSubtaskOfTheSameNumber) {
  in_every_way([](job_run& run) {
    arrivals arrived;
    numbers(run.env()).forward().sink(noting_sink{&arrived});
    finish(run);
    EXPECT_EQ(arrived.all(), each_once());
    for (const auto& [subtask, records] : arrived.by_subtask) {
      for (const auto each : records) ASSERT_EQ(reader_of(each, run.parallelism()), subtask);
    }
  });
}

TEST(PartitionedJobs, RebalanceEvenly) {
  in_every_way([](job_run& run) {
    arrivals arrived;
    numbers(run.env()).parallelism(1).rebalance().sink(noting_sink{&arrived});
    finish(run);
    EXPECT_EQ(arrived.all(), each_once());
    EXPECT_EQ(arrived.by_subtask.size(), run.parallelism());
    for (const auto& [subtask, records] : arrived.by_subtask) {
      EXPECT_EQ(records.size(), count / run.parallelism()) << subtask;
    }
  });
}

TEST(PartitionedJobs, RebalanceByThemselvesWhereParallelismDiffers) {
  in_every_way([](job_run& run) {
    arrivals arrived;
    numbers(run.env()).parallelism(3).sink(noting_sink{&arrived}).parallelism(5);
    finish(run);
    EXPECT_EQ(arrived.all(), each_once());
    EXPECT_EQ(arrived.by_subtask.size(), 5U);
  });
}

TEST(PartitionedJobs, RescaleToMoreNeighbours) {
  in_every_way([](job_run& run) {
    arrivals arrived;
    const auto readers = run.parallelism();
    numbers(run.env()).rescale().sink(noting_sink{&arrived}).parallelism(2 * readers);
    finish(run);
    EXPECT_EQ(arrived.all(), each_once());
    for (const auto& [subtask, records] : arrived.by_subtask) {
      EXPECT_EQ(records.size(), count / readers / 2);
      for (const auto each : records) ASSERT_EQ(reader_of(each, readers), subtask / 2);
    }
  });
}

TEST(PartitionedJobs, RescaleToFewerNeighbours) {
  in_every_way([](job_run& run) {
    arrivals arrived;
    const auto writers = run.parallelism();
    numbers(run.env())
        .parallelism(2 * writers)
        .rescale()
        .sink(noting_sink{&arrived})
        .parallelism(writers);
    finish(run);
    EXPECT_EQ(arrived.all(), each_once());
    for (const auto& [subtask, records] : arrived.by_subtask) {
      for (const auto each : records) ASSERT_EQ(reader_of(each, 2 * writers) / 2, subtask);
    }
  });
}

TEST(PartitionedJobs, ShuffleToEverySubtask) {
  in_every_way([](job_run& run) {
    arrivals arrived;
    numbers(run.env()).shuffle().sink(noting_sink{&arrived});
    finish(run);
    EXPECT_EQ(arrived.all(), each_once());
    EXPECT_EQ(arrived.by_subtask.size(), run.parallelism());
    for (const auto& [subtask, records] : arrived.by_subtask) {
      EXPECT_GT(records.size(), count / run.parallelism() / 2) << subtask;
    }
  });
}

TEST(PartitionedJobs, BroadcastToEverySubtask) {
  in_every_way([](job_run& run) {
    arrivals arrived;
    numbers(run.env()).broadcast().sink(noting_sink{&arrived});
    const auto totals = finish(run).totals;
    EXPECT_EQ(arrived.by_subtask.size(), run.parallelism());
    for (auto& [subtask, records] : arrived.by_subtask) {
      std::sort(records.begin(), records.end());
      EXPECT_EQ(records, each_once()) << subtask;
    }
    EXPECT_EQ(totals.records_written, count * run.parallelism());
  });
}

TEST(PartitionedJobs, SendEverythingToTheFirst) {
  in_every_way([](job_run& run) {
    arrivals arrived;
    numbers(run.env()).global().sink(noting_sink{&arrived});
    finish(run);
    EXPECT_EQ(arrived.all(), each_once());
    EXPECT_EQ(arrived.by_subtask.size(), 1U);
    EXPECT_TRUE(arrived.by_subtask.contains(0));
  });
}

TEST(PartitionedJobs, SendEachRecordWhereTheFunctionSays) {
  in_every_way([](job_run& run) {
    arrivals arrived;
    numbers(run.env())
        .partition_by([](std::uint64_t i, std::uint32_t channels) { return i / 10 % channels; })
        .sink(noting_sink{&arrived});
    finish(run);
    EXPECT_EQ(arrived.all(), each_once());
    for (const auto& [subtask, records] : arrived.by_subtask) {
      for (const auto each : records) ASSERT_EQ(each / 10 % run.parallelism(), subtask);
    }
  });
}

TEST(PartitionedJobs, SendEqualKeysToTheOwnerOfTheirGroup) {
  in_every_way([](job_run& run) {
    arrivals arrived;
    const auto key_of = [](std::uint64_t i) { return i % 100; };
    numbers(run.env())
        .key_by(key_of)
        .process<std::uint64_t>([](std::uint64_t i, auto& here) { here.emit(i); })
        .sink(noting_sink{&arrived});
    finish(run);
    EXPECT_EQ(arrived.all(), each_once());
    const auto groups = run.way().options.max_parallelism;
    for (const auto& [subtask, records] : arrived.by_subtask) {
      for (const auto each : records) {
        const auto group = key_group_of(hash_key(key_of(each)), groups);
        ASSERT_EQ(owner_of(group, run.parallelism(), groups).value, subtask);
      }
    }
  });
}

TEST(PartitionedJobs, OfAUnionEachGoItsOwnWay) {
  in_every_way([](job_run& run) {
    arrivals arrived;
    const auto once = numbers(run.env());
    once.global().union_with(once.broadcast()).sink(noting_sink{&arrived});
    finish(run);
    for (const auto& [subtask, records] : arrived.by_subtask) {
      EXPECT_EQ(records.size(), subtask == 0 ? 2 * count : count);
    }
  });
}

// Why a job failed whose partitioner is `choose`.
template <class Choose>
void expect_failure(const std::string& expected, Choose choose) {
  in_every_way([&](job_run& run) {
    arrivals arrived;
    numbers(run.env())
        .parallelism(1)
        .name("count")
        .partition_by(choose)
        .sink(noting_sink{&arrived})
        .parallelism(3);
    EXPECT_EQ(failure_of(run), expected);
  });
}

TEST(PartitionedJobs, FailWhenTheFunctionChoosesAChannelThatIsNotThere) {
  expect_failure(
      "operator count: partition_by: the function chose channel 3 of 3; it must be between 0 and 2",
      [](std::uint64_t i, std::uint32_t channels) { return i < 1000 ? 0 : channels; });
  expect_failure(
      "operator count: partition_by: the function chose channel -1 of 3; it must be between 0 and "
      "2",
      [](std::uint64_t i, std::uint32_t) { return i < 1000 ? 0 : -1; });
}

TEST(PartitionedJobs, FailWhenTheFunctionThrows) {
  expect_failure("operator count: partition_by: the function threw: no idea",
                 [](std::uint64_t i, std::uint32_t) {
                   if (i == 1000) throw std::runtime_error{"no idea"};
                   return 0;
                 });
}

}  // namespace
}  // namespace weir
