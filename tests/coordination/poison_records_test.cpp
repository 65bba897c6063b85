// SPDX-License-Identifier: Apache-2.0
// When a record that fails the job is called poison, what is said then, and what the next attempt
// does with it.
#include "coordination/poison_records.hpp"

#include <gtest/gtest.h>

#include "api/environment.hpp"
#include "connectors/collection_source.hpp"
#include "connectors/discard_sink.hpp"

namespace weir {
namespace {

const error thrown{error_code::user_function, "operator map: the function threw; fix it"};

class PoisonRecords : public ::testing::Test {
protected:
  // A source, a map and a sink.
  poison_records records(job_options options = {}) {
    const auto mapped = env_.from(collection(std::vector{1})).map([](int x) { return x; });
    if (says_for_itself_) mapped.on_error(retry_then(dead_letters_to(discard())));
    mapped.sink(discard());
    EXPECT_TRUE(env_.check(options));
    graph_ = std::make_shared<const execution_graph>(env_.graph(), options);
    return poison_records{graph_};
  }
  failed_record record(const std::string& place) const {
    return {.failed_in = graph_->id_of({1}),
            .operator_name = "map",
            .record = "1",
            .cause = "no",
            .place = place,
            .among = {}};
  }

  bool says_for_itself_ = false;
  environment env_{"job"};
  std::shared_ptr<const execution_graph> graph_;
};

TEST_F(PoisonRecords, FailTheJobForGoodInTheThirdAttempt) {
  auto poison = records();
  EXPECT_EQ(poison.on_failed({1}, record("a: line 7"), thrown), thrown);
  EXPECT_EQ(poison.on_failed({2}, record("a: line 7"), thrown), thrown);
  const auto failure = poison.on_failed({3}, record("a: line 7"), thrown);
  EXPECT_EQ(failure.code, error_code::poison_record);
  EXPECT_EQ(
      failure.message,
      "poison record: a: line 7 has failed the job 3 times in operator map: operator map: the "
      "function threw; fix it. Or have the job go on without it: .on_error(retry_then(...)), "
      "or restart-strategy.poison-records=skip");
  EXPECT_TRUE(poison.policies().empty());
}

TEST_F(PoisonRecords, AreNotThoseOfDifferentPlaces) {
  auto poison = records();
  for (std::uint32_t attempt = 1; attempt <= 20; ++attempt) {
    const auto place = "a: line " + std::to_string(attempt);
    EXPECT_EQ(poison.on_failed({attempt}, record(place), thrown), thrown);
  }
}

TEST_F(PoisonRecords, CountOnceInAnAttemptWhateverFailsInBetween) {
  auto poison = records();
  for (int subtask = 0; subtask < 5; ++subtask) {
    EXPECT_EQ(poison.on_failed({1}, record("a"), thrown), thrown);
  }
  EXPECT_EQ(poison.on_failed({4}, record("a"), thrown), thrown);
  EXPECT_EQ(poison.on_failed({5}, record("b"), thrown), thrown);
  EXPECT_EQ(poison.on_failed({9}, record("a"), thrown).code, error_code::poison_record);
}

TEST_F(PoisonRecords, AreSkippedByTheNextAttemptIfTheSettingSaysSo) {
  auto poison = records({.poison_records = poison_record_policy::skip});
  for (std::uint32_t attempt = 1; attempt < 3; ++attempt) {
    EXPECT_EQ(poison.on_failed({attempt}, record("a"), thrown), thrown);
    EXPECT_TRUE(poison.policies().empty());
  }
  const auto failure = poison.on_failed({3}, record("a"), thrown);
  EXPECT_EQ(failure.code, thrown.code);
  EXPECT_EQ(
      failure.message,
      "poison record: a has failed the job 3 times in operator map; from now on it is skipped: "
      "operator map: the function threw; fix it");
  EXPECT_EQ(poison.policies(), (poison_policies{{identity_of(record("a")), error_policy::skip}}));
}

TEST_F(PoisonRecords, GoWhereTheirOperatorSaysWhateverTheSettingSays) {
  says_for_itself_ = true;
  auto poison = records();
  for (std::uint32_t attempt = 1; attempt < 3; ++attempt) {
    EXPECT_EQ(poison.on_failed({attempt}, record("a"), thrown), thrown);
  }
  const auto failure = poison.on_failed({3}, record("a"), thrown);
  EXPECT_TRUE(
      failure.message.starts_with("poison record: a has failed the job 3 times in operator map; "
                                  "from now on it goes to the dead "
                                  "letters: "))
      << failure.message;
  EXPECT_EQ(poison.policies(),
            (poison_policies{{identity_of(record("a")), error_policy::dead_letter}}));
}

TEST_F(PoisonRecords, ThatASourceCannotReadFailTheJobWhateverTheSettingSays) {
  auto poison = records({.poison_records = poison_record_policy::skip});
  auto malformed = record("malformed input");
  malformed.can_be_left_out = false;
  const error cause{error_code::malformed_record, "a.csv: line 7: no comma; use on_malformed"};
  for (std::uint32_t attempt = 1; attempt < 3; ++attempt) {
    EXPECT_EQ(poison.on_failed({attempt}, malformed, cause), cause);
  }
  EXPECT_EQ(poison.on_failed({3}, malformed, cause),
            (error{error_code::poison_record,
                   "poison record: malformed input has failed the job 3 times in operator map: "
                   "a.csv: line 7: no comma; use on_malformed"}));
  EXPECT_TRUE(poison.policies().empty());
}

TEST_F(PoisonRecords, AreForgottenOnlyBehindAThousandOthers) {
  auto poison = records();
  const auto fail = [&](std::uint32_t attempt, const std::string& place) {
    return poison.on_failed({attempt}, record(place), thrown).code;
  };
  fail(1, "a");
  fail(2, "a");
  for (std::uint32_t i = 0; i + 1 < poison_records::most_records; ++i) {
    fail(3 + i, std::to_string(i));
  }
  EXPECT_EQ(fail(2000, "a"), error_code::poison_record);
  for (std::uint32_t i = 0; i < poison_records::most_records; ++i) {
    fail(3000 + i, "new " + std::to_string(i));
  }
  EXPECT_EQ(fail(9000, "a"), error_code::user_function);
}

}  // namespace
}  // namespace weir
