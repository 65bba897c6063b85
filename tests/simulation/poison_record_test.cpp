// SPDX-License-Identifier: Apache-2.0
// Jobs that one record fails again and again, on a simulated cluster: they are not restarted for
// ever, say where the record comes from, and go on without it if they are told to - with all the
// rest of their output exactly once, whatever crashes meanwhile.
#include <stdexcept>

#include <gtest/gtest.h>

#include "connectors/csv_source.hpp"
#include "connectors/discard_sink.hpp"
#include "tests/support/long_story.hpp"

namespace weir {
namespace {

constexpr std::uint64_t cursed_number = 500;

bool is_cursed(const reading& each) { return each.time == at_milliseconds(cursed_number); }

reading blessed(const reading& each) {
  if (is_cursed(each)) throw std::runtime_error{"cursed"};
  return each;
}

// Fails before it has counted anything.
class wary_numbering {
public:
  void open(keyed_state<std::uint64_t>& state) { numbers_.open(state); }
  void process(const reading& each, keyed_process_context<std::uint64_t, std::string>& context) {
    if (is_cursed(each)) throw std::runtime_error{"cursed"};
    numbers_.process(each, context);
  }

private:
  numbering numbers_;
};

lines numbers_without(std::uint64_t left_out) {
  lines expected;
  std::map<std::uint64_t, int> seen;
  for (std::uint64_t i = 0; i < story_records; ++i) {
    if (i == left_out) continue;
    const auto key = reading_number(i).key;
    ++expected["numbers: " + std::to_string(key) + ":" + std::to_string(++seen[key])];
  }
  return expected;
}

lines only_nothing() { return {}; }

template <class Numbering, class Readings>
void number(const Readings& readings) {
  readings.key_by(&reading::key)
      .template process<std::string>(Numbering{})
      .uid("number")
      .sink(file_sink("/out/numbers"));
}

auto readings_of_one_subtask(environment& env) {
  return env.from(story_source(reading_number), monotonous(&reading::time)).parallelism(1);
}

const story_job cursed_at_the_source{
    [](environment& env) {
      number<numbering>(readings_of_one_subtask(env).map(blessed).name("bless").parallelism(1));
    },
    [] { return numbers_without(cursed_number); }};

const story_job cursed_behind_an_exchange{
    [](environment& env) {
      number<wary_numbering>(env.from(story_source(reading_number), monotonous(&reading::time)));
    },
    [] { return numbers_without(cursed_number); }};

const story_job with_dead_letters{
    [](environment& env) {
      const auto blessed_ones =
          readings_of_one_subtask(env).map(blessed).name("bless").parallelism(1);
      blessed_ones.on_error(retry_then(dead_letters_to(file_sink("/out/dead"))));
      number<numbering>(blessed_ones);
    },
    [] {
      auto expected = numbers_without(cursed_number);
      const dead_letter letter{to_text(reading_number(cursed_number)), "cursed", "bless",
                               "generator: index 500"};
      ++expected["dead: " + to_text(letter)];
      return expected;
    }};

std::string outcome_of(const story_job& job, const std::function<void(long_story&)>& prepare) {
  long_story story{1, job};
  prepare(story);
  return story.finish();
}

TEST(PoisonRecord, FailsTheJobForGoodAndSaysWhereItComesFrom) {
  const auto outcome = outcome_of(cursed_at_the_source, [](long_story&) {});
  EXPECT_TRUE(outcome.starts_with(
      "the job is failed: poison record: generator: index 500 has failed the job 3 times in "
      "operator bless: operator bless: the function threw at record "))
      << outcome;
}

TEST(PoisonRecord, BehindAnExchangeIsToldByWhatItIs) {
  const auto outcome = outcome_of(cursed_behind_an_exchange, [](long_story&) {});
  const auto expected = "poison record: a place that is not known behind an exchange, event time " +
                        to_string(at_milliseconds(cursed_number)) + ", " +
                        to_text(reading_number(cursed_number)) + " has failed the job 3 times";
  EXPECT_NE(outcome.find(expected), std::string::npos) << outcome;
}

TEST(PoisonRecord, OfAnOperatorFartherBehindTheSourceIsOneOfWhatWasReadTogether) {
  const story_job job{[](environment& env) {
                        number<numbering>(readings_of_one_subtask(env)
                                              .filter([](const reading&) { return true; })
                                              .parallelism(1)
                                              .map(blessed)
                                              .parallelism(1));
                      },
                      only_nothing};
  const auto outcome = outcome_of(job, [](long_story&) {});
  EXPECT_NE(outcome.find("poison record: one of generator: index "), std::string::npos) << outcome;
  EXPECT_NE(outcome.find("has failed the job 3 times in operator map"), std::string::npos)
      << outcome;
}

TEST(PoisonRecord, ThatCannotBeReadFailsTheJobForGood) {
  const story_job job{
      [](environment& env) {
        env.from(csv_of<reading>("/in/readings.csv")).parallelism(1).sink(discard());
      },
      only_nothing};
  const auto outcome = outcome_of(job, [](long_story& story) {
    story.options().poison_records = poison_record_policy::skip;
    story.disk().put("/in/readings.csv", "key,time\n1,2001-01-01T00:00:00Z\nx,y\n");
  });
  EXPECT_TRUE(
      outcome.starts_with("the job is failed: poison record: malformed input has failed the "
                          "job 3 times in operator csv_of"))
      << outcome;
  EXPECT_NE(outcome.find("/in/readings.csv: line 3: "), std::string::npos) << outcome;
}

// Throws in five attempts, each time on another record.
TEST(PoisonRecord, IsNoneIfTheJobFailsElsewhereEachTime) {
  static int failures;
  failures = 0;
  const story_job job{
      [](environment& env) {
        number<numbering>(readings_of_one_subtask(env)
                              .map([](const reading& each) {
                                if (failures < 5 && each.time >= at_milliseconds(100 * failures)) {
                                  ++failures;
                                  throw std::runtime_error{"not now"};
                                }
                                return each;
                              })
                              .parallelism(1));
      },
      [] { return numbers_without(story_records); }};
  EXPECT_EQ(outcome_of(job, [](long_story&) {}), "");
  EXPECT_EQ(failures, 5);
}

void expect_to_go_on(const story_job& job, poison_record_policy policy) {
  const auto count = number_from_environment("WEIR_SIMULATION_SEEDS", 300) / 6;
  for (const auto seed : seeds_for(count)) {
    long_story story{seed, job};
    story.options().poison_records = policy;
    const auto wrong = seed % 2 == 0 ? tell_of_crashes(story, seed) : tell_of_power_failures(story);
    ASSERT_EQ(wrong, "") << "seed " << seed;
  }
}

TEST(PoisonRecord, IsSkippedAndAllElseIsThereOnceWhateverCrashes) {
  expect_to_go_on(cursed_at_the_source, poison_record_policy::skip);
}

TEST(PoisonRecord, IsSkippedBehindAnExchangeAndAllElseIsThereOnceWhateverCrashes) {
  expect_to_go_on(cursed_behind_an_exchange, poison_record_policy::skip);
}

TEST(PoisonRecord, BecomesOneDeadLetterAndAllElseIsThereOnceWhateverCrashes) {
  expect_to_go_on(with_dead_letters, poison_record_policy::fail);
}

}  // namespace
}  // namespace weir
