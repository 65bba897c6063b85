// SPDX-License-Identifier: Apache-2.0
// The table of settings: that it is complete, and what each kind of value accepts.
#include "coordination/setting.hpp"

#include <set>
#include <tuple>

#include <gtest/gtest.h>

namespace weir {
namespace {

std::string failure_of(std::string_view key, std::string_view text) {
  job_options options;
  const auto assigned = assign(*find_setting(key), text, options);
  return assigned ? "no failure" : assigned.failure().message;
}

TEST(Settings, CoverEveryFieldOfTheJobOptions) {
  // Stops compiling when a field is added: give it a setting, and both lines below a name more.
  const auto& [a, b, c, d, e, f, g, h, i, j, k] = job_options{};
  const auto field_count = std::tie(a, b, c, d, e, f, g, h, i, j, k);
  EXPECT_EQ(settings().size(), std::tuple_size_v<decltype(field_count)>);
}

TEST(Settings, HaveDifferentKeys) {
  std::set<std::string_view> keys;
  for (const setting& each : settings()) keys.insert(each.key);
  EXPECT_EQ(keys.size(), settings().size());
}

TEST(Settings, AreFoundByTheirWholeKey) {
  ASSERT_NE(find_setting("execution.seed"), nullptr);
  EXPECT_EQ(find_setting("execution.seed")->key, "execution.seed");
  EXPECT_EQ(find_setting("execution"), nullptr);
  EXPECT_EQ(find_setting(""), nullptr);
}

TEST(Settings, AcceptTheTextOfTheirDefaults) {
  for (const setting& each : settings()) {
    job_options options;
    const std::string text = value_text(each, options);
    EXPECT_TRUE(assign(each, text, options).ok()) << each.key << " " << text;
    EXPECT_EQ(value_text(each, options), text) << each.key;
  }
}

TEST(Settings, SetTheirFields) {
  job_options options;
  ASSERT_TRUE(assign(*find_setting("parallelism.default"), "4", options).ok());
  ASSERT_TRUE(assign(*find_setting("pipeline.operator-chaining"), "false", options).ok());
  ASSERT_TRUE(assign(*find_setting("execution.seed"), "18446744073709551615", options).ok());
  ASSERT_TRUE(assign(*find_setting("progress.interval"), "10s", options).ok());
  EXPECT_EQ(options.parallelism, 4U);
  EXPECT_FALSE(options.operator_chaining);
  EXPECT_EQ(options.seed, 18446744073709551615U);
  EXPECT_EQ(options.progress_interval, std::chrono::seconds{10});
  ASSERT_TRUE(assign(*find_setting("execution.seed"), "none", options).ok());
  EXPECT_EQ(options.seed, std::nullopt);
}

TEST(Settings, SayWhichNumbersTheyTake) {
  EXPECT_EQ(failure_of("parallelism.default", "four"),
            "'four' is not an integer between 1 and 32768");
  EXPECT_EQ(failure_of("parallelism.default", "4x"), "'4x' is not an integer between 1 and 32768");
  EXPECT_EQ(failure_of("parallelism.default", ""), "'' is not an integer between 1 and 32768");
  EXPECT_EQ(failure_of("parallelism.default", "4294967296"),
            "'4294967296' is not an integer between 1 and 32768");
  EXPECT_EQ(failure_of("taskmanager.network.credits", "1"),
            "'1' is not an integer between 2 and 64");
  EXPECT_EQ(failure_of("taskmanager.network.credits", "65"),
            "'65' is not an integer between 2 and 64");
  EXPECT_EQ(failure_of("taskmanager.count", "-1"), "'-1' is not an integer between 1 and 1024");
}

TEST(Settings, SayWhichOtherValuesTheyTake) {
  EXPECT_EQ(failure_of("progress.enabled", "yes"), "'yes' is not true or false");
  EXPECT_EQ(failure_of("execution.seed", "dice"), "'dice' is not none or an integer from 0");
  EXPECT_EQ(failure_of("progress.interval", "soon"),
            "'soon' is not a duration such as 500ms between 10ms and 1h");
  EXPECT_EQ(failure_of("progress.interval", "9ms"),
            "'9ms' is not a duration such as 500ms between 10ms and 1h");
  EXPECT_EQ(failure_of("progress.interval", "2h"),
            "'2h' is not a duration such as 500ms between 10ms and 1h");
}

TEST(Settings, LeaveTheOptionsAloneWhenTheyFail) {
  job_options options;
  EXPECT_FALSE(assign(*find_setting("taskmanager.network.credits"), "65", options).ok());
  EXPECT_EQ(options.credit_window, job_options{}.credit_window);
}

TEST(Settings, ProposeAKeyOrPointToTheList) {
  EXPECT_EQ(key_proposal("paralelism.default", "'"), "; did you mean 'parallelism.default'?");
  EXPECT_EQ(key_proposal("xyzzy", "'"), "; --help lists the keys");
}

TEST(Check, AcceptsTheDefaults) { EXPECT_TRUE(check(job_options{}).ok()); }

TEST(Check, KeepsTheParallelismWithinTheKeyGroups) {
  job_options options;
  options.max_parallelism = 128;
  options.parallelism = 128;
  EXPECT_TRUE(check(options).ok());
  options.parallelism = 129;
  EXPECT_EQ(check(options).failure().message,
            "parallelism 129: must be between 1 and 128 (pipeline.max-parallelism)");
  options.parallelism = 0;
  EXPECT_EQ(check(options).failure().message,
            "parallelism 0: must be between 1 and 128 (pipeline.max-parallelism)");
}

TEST(Check, FindsWhatAProgramHasSetOutOfRange) {
  job_options options;
  options.credit_window = 1;
  EXPECT_EQ(check(options).failure().message,
            "taskmanager.network.credits 1: must be between 2 and 64");
  options = {};
  options.max_parallelism = 0;
  EXPECT_EQ(check(options).failure().message,
            "pipeline.max-parallelism 0: must be between 1 and 32768");
  options = {};
  options.progress_interval = duration::zero();
  EXPECT_TRUE(check(options).failure().message.ends_with(": must be between 10ms and 1h"));
}

}  // namespace
}  // namespace weir
