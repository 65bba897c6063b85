// SPDX-License-Identifier: Apache-2.0
// The sink operator: writes, prepares, commits with the job, abandons what is not complete.
#include "api/operators/sink.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/operator_harness.hpp"

namespace weir {
namespace {

// Writes down what is asked of the writer: "write 2, prepare".
struct journal {
  std::string entries;
  std::string failing_call;

  status note(const std::string& call, const std::string& text) {
    entries += entries.empty() ? text : ", " + text;
    if (call == failing_call) return error{error_code::io_failure, call + " out.csv: disk full"};
    return {};
  }
};

class journal_writer final : public sink_writer<int> {
public:
  explicit journal_writer(journal& to) : to_{to} {}
  status write(batch_of<int>& batch) override {
    const std::string count = std::to_string(batch.size());
    batch.clear();
    return to_.note("write", "write " + count);
  }
  status prepare() override { return to_.note("prepare", "prepare"); }
  status commit() override { return to_.note("commit", "commit"); }
  void abandon() override { static_cast<void>(to_.note("abandon", "abandon")); }

private:
  journal& to_;
};

struct journal_sink {
  journal* to;
  std::string name() const { return "journal"; }
  template <class T>
  result<std::unique_ptr<sink_writer<T>>> open(const sink_context& context) const {
    EXPECT_EQ(context.parallelism, 1U);
    if (auto opened = to->note("open", "open"); !opened) return opened.failure();
    return std::unique_ptr<sink_writer<T>>{std::make_unique<journal_writer>(*to)};
  }
};

class SinkOperator : public testing::Test {
protected:
  auto harness() {
    return std::make_unique<operator_harness<int, int>>(
        std::make_unique<sink_operator<int, journal_sink>>(journal_sink{&journal_}));
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

  journal journal_;
};

TEST_F(SinkOperator, PreparesWhatIsWrittenAndCommitsItWhenTheJobHasFinished) {
  auto sink = harness();
  sink->push({{1, at(1)}, {2, at(2)}});
  sink->push(3, at(3));
  sink->finish();
  EXPECT_EQ(sink->counters().records_in, 3U);
  EXPECT_EQ(journal_.entries, "open, write 2, write 1, prepare");
  sink->commit();
  sink.reset();
  EXPECT_EQ(journal_.entries, "open, write 2, write 1, prepare, commit");
}

TEST_F(SinkOperator, AbandonsOutputThatIsNotComplete) {
  auto sink = harness();
  sink->push(1, at(1));
  sink.reset();
  EXPECT_EQ(journal_.entries, "open, write 1, abandon");
}

TEST_F(SinkOperator, AbandonsPreparedOutputWhenTheJobDoesNotFinish) {
  auto sink = harness();
  sink->push(1, at(1));
  sink->finish();
  sink.reset();
  EXPECT_EQ(journal_.entries, "open, write 1, prepare, abandon");
}

TEST_F(SinkOperator, FailsWithTheErrorsOfItsWriter) {
  for (const char* call : {"open", "write", "prepare", "commit"}) {
    journal_ = {"", call};
    auto sink = harness();
    EXPECT_EQ(failure_of([&] {
                sink->push(1, at(1));
                sink->finish();
                sink->commit();
              }),
              std::string{call} + " out.csv: disk full");
  }
}

}  // namespace
}  // namespace weir
