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
  const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb,
               cc, dd, ee, ff, gg, hh, ii, jj, kk, ll, mm, nn, oo, pp, qq, rr, ss, tt, uu] =
      job_options{};
  const auto field_count =
      std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb,
               cc, dd, ee, ff, gg, hh, ii, jj, kk, ll, mm, nn, oo, pp, qq, rr, ss, tt, uu);
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

TEST(Settings, TakeOneDirectoryForLocalBackups) {
  job_options options;
  options.local_backup_directory = "/fast";
  EXPECT_TRUE(check(options).ok());
  options.local_backup_directory = "/fast,/large";
  EXPECT_EQ(check(options).failure().message,
            "execution.checkpointing.local-backup.dirs /fast,/large: name one directory, on the "
            "fastest disk of the host; Weir does not spread copies over several");
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

TEST(Settings, SetFieldsOfEveryKind) {
  job_options options;
  const auto set = [&](std::string_view key, std::string_view text) {
    EXPECT_TRUE(assign(*find_setting(key), text, options).ok()) << key;
    return value_text(*find_setting(key), options);
  };
  EXPECT_EQ(set("execution.checkpointing.dir", "file:///tmp/checkpoints"),
            "file:///tmp/checkpoints");
  EXPECT_EQ(options.checkpoint_directory, "file:///tmp/checkpoints");
  EXPECT_EQ(set("execution.checkpointing.dir", "none"), "none");
  EXPECT_EQ(options.checkpoint_directory, "");
  EXPECT_EQ(set("execution.checkpointing.mode", "at-least-once"), "at-least-once");
  EXPECT_EQ(options.checkpoint_mode, delivery_guarantee::at_least_once);
  EXPECT_EQ(set("restart-strategy.exponential-delay.backoff-multiplier", "2.50"), "2.5");
  EXPECT_EQ(options.backoff_multiplier, 2.5);
  EXPECT_EQ(set("restart-strategy.exponential-delay.attempts-before-reset-backoff", "3"), "3");
  EXPECT_EQ(options.attempts_before_reset_backoff, 3U);
}

TEST(Settings, KnowEveryRestartStrategy) {
  job_options options;
  const setting& type = *find_setting("restart-strategy.type");
  for (const auto& [text, value] :
       {std::pair{"automatic", restart_strategy_type::automatic},
        std::pair{"none", restart_strategy_type::none},
        std::pair{"fixed-delay", restart_strategy_type::fixed_delay},
        std::pair{"failure-rate", restart_strategy_type::failure_rate},
        std::pair{"exponential-delay", restart_strategy_type::exponential_delay}}) {
    ASSERT_TRUE(assign(type, text, options).ok());
    EXPECT_EQ(options.restart, value);
    EXPECT_EQ(value_text(type, options), text);
  }
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

TEST(Settings, SayWhichTextsAndFractionsTheyTake) {
  EXPECT_EQ(failure_of("execution.checkpointing.dir", ""), "'' is not none or a directory");
  EXPECT_EQ(failure_of("execution.state-recovery.path", ""),
            "'' is not none, latest or a checkpoint's path");
  EXPECT_EQ(failure_of("execution.checkpointing.mode", "exactly_once"),
            "'exactly_once' is not exactly-once or at-least-once");
  EXPECT_EQ(failure_of("restart-strategy.type", "always"),
            "'always' is not automatic, none, fixed-delay, failure-rate or exponential-delay");
  for (const std::string text : {"1.5", "-0.1", "nan", "half", ""}) {
    EXPECT_EQ(failure_of("restart-strategy.exponential-delay.jitter-factor", text),
              "'" + text + "' is not a number between 0 and 1");
  }
  EXPECT_EQ(failure_of("execution.checkpointing.num-retained", "0"),
            "'0' is not an integer between 1 and 1000");
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
  options.backoff_jitter = 2;
  EXPECT_EQ(check(options).failure().message,
            "restart-strategy.exponential-delay.jitter-factor 2: must be between 0 and 1");
  options = {};
  options.progress_interval = duration::zero();
  EXPECT_TRUE(check(options).failure().message.ends_with(": must be between 10ms and 1h"));
}

TEST(Check, WantsADirectoryInWhichToLookForTheLatestCheckpoint) {
  job_options options;
  options.restore = "latest";
  EXPECT_EQ(check(options).failure().message,
            "execution.state-recovery.path latest: set execution.checkpointing.dir, the directory "
            "in which to look for the latest checkpoint");
  options.checkpoint_directory = "checkpoints";
  EXPECT_TRUE(check(options).ok());
  options = {};
  options.restore = "elsewhere/17";
  EXPECT_TRUE(check(options).ok());
}

}  // namespace
}  // namespace weir
