// SPDX-License-Identifier: Apache-2.0
// A job is stopped with a savepoint, its program is changed, and it goes on: what may change, what
// is refused and how it is said, what then becomes of the state. Each story is a run on a simulated
// cluster; the second program reads the rest of the input.
#include <gtest/gtest.h>

#include "connectors/discard_sink.hpp"
#include "tests/support/long_story.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

// Numbers the readings of each key, as text.
template <class Readings>
auto numbered(const Readings& readings) {
  return readings.key_by(&reading::key).template process<std::string>(numbering{}).uid("number");
}

stream<reading> readings(environment& env) {
  return env.from(story_source(reading_number), monotonous(&reading::time)).uid("readings");
}

void original(environment& env) {
  numbered(readings(env)).sink(file_sink("/out/numbers")).uid("out");
}

class ChangedCode : public ::testing::Test {
protected:
  ChangedCode() {
    options_.parallelism = 2;
    options_.max_parallelism = 64;
    options_.checkpoint_directory = "/checkpoints";
    options_.checkpoint_interval = 20ms;
    // The original, stopped somewhere in its input.
    environment env{"story"};
    original(env);
    EXPECT_TRUE(env.check(options_));
    simulated_cluster cluster{env.graph(), options_, {.seed = 1, .files = disk_}};
    cluster.world().after(200ms, [&] { cluster.stop_with_savepoint(); });
    EXPECT_EQ(to_string(cluster.run().job.state), "finished");
    EXPECT_EQ(cluster.savepoints().size(), 1U);
    options_.restore = cluster.savepoints().front().path;
    written_before_ = total(committed_lines(*disk_));
    EXPECT_GT(written_before_, 0);
    EXPECT_LT(written_before_, static_cast<int>(story_records));
  }

  // The changed program, from the savepoint to the end of the input. Why it failed, if it did.
  template <class Define>
  std::string go_on_with(Define define) {
    environment env{"story"};
    define(env);
    if (auto valid = env.check(options_); !valid) return valid.failure().message;
    const auto outcome = run_simulated(env.graph(), options_, {.seed = 2, .files = disk_});
    if (outcome.job.state == job_state::finished) return "";
    return outcome.job.cause ? outcome.job.cause->message : "no cause";
  }

  static int total(const lines& of, const std::string& sink = "") {
    int count = 0;
    for (const auto& [line, times] : of) count += line.starts_with(sink) ? times : 0;
    return count;
  }
  std::string wrong_numbers() {
    lines expected;
    add_numbers(expected);
    return difference(committed_lines(*disk_), expected);
  }
  std::string wrong_without(const std::string& sink) {
    auto found = committed_lines(*disk_);
    std::erase_if(found, [&](const auto& line) { return line.first.starts_with(sink); });
    lines expected;
    add_numbers(expected);
    return difference(found, expected);
  }

  std::shared_ptr<simulated_file_system> disk_ = std::make_shared<simulated_file_system>(1);
  job_options options_;
  int written_before_ = 0;
};

TEST_F(ChangedCode, GoesOnWhereItStoppedIfNothingHasChanged) {
  EXPECT_EQ(go_on_with(original), "");
  EXPECT_EQ(wrong_numbers(), "");
}

TEST_F(ChangedCode, MayHaveAnotherOperatorWhichStartsEmpty) {
  EXPECT_EQ(go_on_with([](environment& env) {
              const auto all = readings(env);
              numbered(all).sink(file_sink("/out/numbers")).uid("out");
              all.key_by(&reading::key)
                  .process<std::string>(numbering{})
                  .uid("number again")
                  .sink(file_sink("/out/again"));
            }),
            "");
  EXPECT_EQ(wrong_without("again"), "");
  const auto found = committed_lines(*disk_);
  EXPECT_EQ(total(found, "again"), static_cast<int>(story_records) - written_before_);
  for (std::uint64_t key = 0; key < story_keys; ++key) {
    EXPECT_TRUE(found.contains("again: " + std::to_string(key) + ":1")) << "key " << key;
  }
}

TEST_F(ChangedCode, MayHaveOneOperatorLessOnlyIfItsStateMayBeLost) {
  const auto without_numbers = [](environment& env) {
    readings(env)
        .map([](const reading& each) { return std::to_string(each.key); })
        .sink(file_sink("/out/keys"))
        .uid("out");
  };
  const auto refusal = go_on_with(without_numbers);
  EXPECT_EQ(refusal, "restore " + options_.restore +
                         ": it holds state of the operator \"number\", which this job does not "
                         "have; give the operator that should go on with it the same uid, or leave "
                         "the state behind with --allow-non-restored-state");
  options_.allow_non_restored_state = true;
  EXPECT_EQ(go_on_with(without_numbers), "");
  const auto found = committed_lines(*disk_);
  EXPECT_EQ(total(found, "numbers"), written_before_) << "what it had written stays";
  EXPECT_EQ(total(found, "keys"), static_cast<int>(story_records) - written_before_);
}

TEST_F(ChangedCode, MayHaveItsOperatorsElsewhereInTheGraph) {
  EXPECT_EQ(go_on_with([](environment& env) {
              const auto all = readings(env);
              const auto small = all.filter([](const reading& each) { return each.key < 5; });
              const auto large = all.filter([](const reading& each) { return each.key >= 5; });
              // The other way round, behind steps that were not there.
              numbered(large.union_with(small).rebalance().map([](const reading& r) { return r; }))
                  .filter([](const std::string& text) { return !text.empty(); })
                  .sink(file_sink("/out/numbers"))
                  .uid("out");
            }),
            "");
  EXPECT_EQ(wrong_numbers(), "");
}

TEST_F(ChangedCode, MayBeChainedDifferently) {
  options_.operator_chaining = false;
  EXPECT_EQ(go_on_with(original), "");
  EXPECT_EQ(wrong_numbers(), "");
}

TEST_F(ChangedCode, MayHaveItsTasksApart) {
  EXPECT_EQ(go_on_with([](environment& env) {
              numbered(readings(env))
                  .slot_sharing_group("numbers")
                  .sink(file_sink("/out/numbers"))
                  .uid("out")
                  .parallelism(3);
            }),
            "");
  EXPECT_EQ(wrong_numbers(), "");
}

TEST_F(ChangedCode, MayRunAtAnotherParallelism) {
  for (const auto parallelism : {1U, 5U}) {
    const auto before = disk_;
    options_.parallelism = parallelism;
    ASSERT_EQ(go_on_with(original), "");
    ASSERT_EQ(wrong_numbers(), "") << parallelism;
    // Everything is read now: what comes next adds nothing.
    options_.restore = "latest";
  }
}

TEST_F(ChangedCode, MayWriteToAnotherPathIfItsSinkHasAUid) {
  EXPECT_EQ(go_on_with([](environment& env) {
              numbered(readings(env)).sink(file_sink("/out/elsewhere")).uid("out");
            }),
            "");
  const auto found = committed_lines(*disk_);
  EXPECT_EQ(total(found, "numbers"), written_before_);
  EXPECT_EQ(total(found, "elsewhere"), static_cast<int>(story_records) - written_before_);
}

TEST_F(ChangedCode, IsToldThatARenamedUidIsAnotherOperator) {
  const auto renamed = [](environment& env) {
    readings(env)
        .key_by(&reading::key)
        .process<std::string>(numbering{})
        .uid("numbers")
        .sink(file_sink("/out/numbers"))
        .uid("out");
  };
  const auto refusal = go_on_with(renamed);
  EXPECT_NE(refusal.find("it holds state of the operator \"number\", which this job does not have"),
            std::string::npos)
      << refusal;
  EXPECT_NE(refusal.find("the same uid"), std::string::npos) << refusal;
  options_.allow_non_restored_state = true;
  EXPECT_EQ(go_on_with(renamed), "") << "and begins afresh with the flag";
  EXPECT_NE(wrong_numbers(), "");
}

TEST_F(ChangedCode, IsToldThatTheTypeOfAKeyCannotChange) {
  class text_numbering {
  public:
    void open(keyed_state<std::string>& state) { seen_ = state.value<std::uint64_t>("seen"); }
    void process(const reading&, keyed_process_context<std::string, std::string>& context) {
      context.emit(context.key() + ":" + std::to_string(++seen_.value()));
    }

  private:
    value_state<std::uint64_t> seen_;
  };
  const auto refusal = go_on_with([](environment& env) {
    readings(env)
        .key_by([](const reading& each) { return std::to_string(each.key); })
        .process<std::string>(text_numbering{})
        .uid("number")
        .sink(file_sink("/out/numbers"))
        .uid("out");
  });
  EXPECT_NE(refusal.find("u64 cannot become string: a key must stay as it is encoded"),
            std::string::npos)
      << refusal;
}

TEST_F(ChangedCode, IsToldThatMaxParallelismCannotChange) {
  options_.max_parallelism = 128;
  EXPECT_EQ(go_on_with(original),
            "restore " + options_.restore +
                ": its state is divided into 64 key groups, and pipeline.max-parallelism is 128; "
                "the number is fixed for the life of the state: set it to 64");
}

TEST_F(ChangedCode, IsToldThatTheSavepointIsOfAnotherJob) {
  environment env{"another story"};
  original(env);
  ASSERT_TRUE(env.check(options_));
  options_.checkpoint_directory = "/elsewhere";
  const auto outcome = run_simulated(env.graph(), options_, {.seed = 2, .files = disk_});
  ASSERT_TRUE(outcome.job.cause);
  EXPECT_EQ(outcome.job.cause->message,
            "restore " + options_.restore +
                ": it is of the job \"story\", and this one is \"another story\"; give each job an "
                "execution.checkpointing.dir of its own");
}

}  // namespace
}  // namespace weir
