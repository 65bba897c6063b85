// SPDX-License-Identifier: Apache-2.0
// What is said about a checkpoint by a program whose types, states and operators have changed
// since.
#include "coordination/restore_check.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/environment.hpp"
#include "connectors/collect_sink.hpp"
#include "coordination/simulation/simulated_cluster.hpp"
#include "state/map_store.hpp"
#include "tests/support/sales.hpp"

namespace restore_checking {

struct last_sale {
  std::int32_t number = 0;
  std::string note;
};
WEIR_FIELDS(last_sale, number, note)

struct last_sale_now {
  std::int64_t count = 0;
  double fee = 0.1;
};
WEIR_FIELDS(last_sale_now, (count, number), fee)

struct unlike_last_sale {
  std::string number;
};
WEIR_FIELDS(unlike_last_sale, number)

}  // namespace restore_checking

namespace weir {
namespace {

using restore_checking::last_sale;
using restore_checking::last_sale_now;
using restore_checking::unlike_last_sale;
using kind = state_verdict::kind;

// Remembers one Last for each shop, and a list of Waiting.
template <class Last, class Waiting>
struct remembering {
  bool opens_total = true;
  value_state<Last> last{};
  value_state<std::int64_t> total{};
  operator_list<Waiting> waiting{};

  void open(keyed_state<std::string>& state) {
    last = state.value<Last>("last");
    if (opens_total) total = state.value<std::int64_t>("total");
  }
  void open(operator_state& state) { waiting = state.list<Waiting>("waiting"); }
  void process(const sale& each, keyed_process_context<std::string, std::int64_t>&) {
    last.value();
    if (opens_total) total.value() += each.amount;
    waiting.add({});
  }
};

using before = remembering<last_sale, std::int32_t>;

class RestoreCheck : public testing::Test {
protected:
  RestoreCheck() {
    options_.checkpoint_directory = "/disk/ck";
    options_.checkpoint_interval = std::chrono::hours{1};
    options_.parallelism = 2;
    environment env{"job"};
    define(env, before{});
    simulated_cluster cluster{env.graph(), options_, {.seed = 7}};
    EXPECT_EQ(cluster.run().job.state, job_state::finished);
    disk_ = cluster.world().files();
    options_.parallelism = 3;
  }

  template <class Function>
  void define(environment& env, Function function, const std::string& uid = "remember") {
    from_sales(env, make_sales(200))
        .key_by(&sale::shop)
        .template process<std::int64_t>(function)
        .uid(uid)
        .sink(collect_into(results_));
  }

  restore_report check(environment& env, const std::string& path = "latest") {
    const auto report = check_restore(std::make_shared<execution_graph>(env.graph(), options_),
                                      disk_, stores_, path);
    EXPECT_TRUE(report.ok()) << (report ? "" : report.failure().message);
    return report ? *report : restore_report{};
  }
  template <class Function>
  restore_report check(Function function) {
    environment env{"job"};
    define(env, function);
    return check(env);
  }

  static const state_verdict& of(const restore_report& report, const std::string& state) {
    static const state_verdict none;
    for (const auto& each : report.states) {
      if (each.state == state) return each;
    }
    ADD_FAILURE() << "nothing about " << state;
    return none;
  }

  job_options options_;
  simulated_file_system disk_;
  map_stores stores_{disk_};
  std::vector<std::int64_t> results_;
};

TEST_F(RestoreCheck, FindsTheProgramThatWroteIt) {
  const auto report = check(before{});
  EXPECT_TRUE(report.fits());
  EXPECT_EQ(report.checkpoint, 1U);
  EXPECT_EQ(report.max_parallelism, 1024U);
  const auto& last = of(report, "last");
  EXPECT_EQ(last.operator_name, "remember");
  EXPECT_EQ(last.what, kind::same);
  EXPECT_EQ(last.entries, 10U);
  EXPECT_EQ(of(report, "total").what, kind::same);
  EXPECT_EQ(of(report, "waiting").what, kind::same);
  EXPECT_EQ(of(report, "splits").what, kind::not_checked);
  EXPECT_EQ(of(report, "splits").entries, 0U);  // All of them have ended.
}

TEST_F(RestoreCheck, SaysHowTypesEvolve) {
  const auto report = check(remembering<last_sale_now, std::int64_t>{});
  EXPECT_TRUE(report.fits());
  EXPECT_EQ(of(report, "last").what, kind::evolves);
  EXPECT_EQ(of(report, "last").note, "number->count, count i32->i64, -note, +fee");
  EXPECT_EQ(of(report, "last").entries, 10U);
  EXPECT_EQ(of(report, "waiting").what, kind::evolves);
  EXPECT_EQ(of(report, "waiting").note, "[] i32->i64");
}

TEST_F(RestoreCheck, TellsEverythingThatIsWrongWithTablesAtOnce) {
  const auto report = check(remembering<unlike_last_sale, std::int32_t>{.opens_total = false});
  EXPECT_FALSE(report.fits());
  EXPECT_EQ(of(report, "last").what, kind::fails);
  EXPECT_NE(of(report, "last").note.find("number: i32 cannot become string"), std::string::npos);
  EXPECT_EQ(of(report, "total").what, kind::fails);
}

TEST_F(RestoreCheck, SaysWhyAnOperatorDoesNotOpen) {
  const auto report = check(remembering<last_sale, std::string>{});
  EXPECT_FALSE(report.fits());
  EXPECT_EQ(of(report, "").what, kind::fails);
  EXPECT_EQ(of(report, "").note,
            "state \"waiting\" was saved as vector<i32> but is now vector<string>: []: i32 cannot "
            "become string; give it its former type back, or another name, with which it starts "
            "empty; what it opens after that was not looked at");
}

TEST_F(RestoreCheck, FindsStateThatIsNotOpenedAnyMore) {
  const auto unlike = check(before{.opens_total = false});
  EXPECT_FALSE(unlike.fits());
  EXPECT_EQ(of(unlike, "total").what, kind::fails);
  EXPECT_TRUE(of(unlike, "total").note.starts_with("the checkpoint holds its state \"total\""));
  options_.allow_non_restored_state = true;
  const auto allowed = check(before{.opens_total = false});
  EXPECT_TRUE(allowed.fits());
  EXPECT_EQ(of(allowed, "total").what, kind::is_left_behind);
}

TEST_F(RestoreCheck, FindsOperatorsThatAreGoneAndThoseThatAreNew) {
  environment env{"job"};
  define(env, before{}, "renamed");
  const auto report = check(env);
  EXPECT_FALSE(report.fits());
  ASSERT_FALSE(report.states.empty());
  EXPECT_EQ(report.states.front().operator_name, "remember");
  EXPECT_EQ(report.states.front().what, kind::fails);
  EXPECT_TRUE(report.problems.empty());
  EXPECT_EQ(of(report, "last").what, kind::starts_empty);
  EXPECT_EQ(of(report, "last").operator_name, "renamed");
  options_.allow_non_restored_state = true;
  EXPECT_TRUE(check(env).fits());
}

TEST_F(RestoreCheck, RefusesTheCheckpointOfAnotherJobAndOtherKeyGroups) {
  environment env{"other"};
  define(env, before{});
  const auto other = check(env);
  EXPECT_FALSE(other.fits());
  ASSERT_EQ(other.problems.size(), 1U);
  EXPECT_TRUE(other.problems.front().message.starts_with("it is of the job \"job\""));
  options_.max_parallelism = 512;
  const auto groups = check(before{});
  ASSERT_EQ(groups.problems.size(), 1U);
  EXPECT_TRUE(groups.problems.front().message.starts_with("its state is divided into 1024"));
}

TEST_F(RestoreCheck, TouchesNothing) {
  const auto before_it = disk_.list("/disk/ck");
  check(before{});
  EXPECT_EQ(*disk_.list("/disk/ck"), *before_it);
  EXPECT_TRUE(results_.size() == 0);
}

TEST_F(RestoreCheck, SaysThatThereIsNoCheckpoint) {
  environment env{"job"};
  define(env, before{});
  const auto graph = std::make_shared<execution_graph>(env.graph(), options_);
  const auto report = check_restore(graph, disk_, stores_, "/disk/nothing");
  ASSERT_FALSE(report.ok());
  EXPECT_TRUE(report.failure().message.starts_with("check /disk/nothing: "));
  options_.checkpoint_directory = "/disk/empty";
  EXPECT_FALSE(check_restore(std::make_shared<execution_graph>(env.graph(), options_), disk_,
                             stores_, "latest")
                   .ok());
}

}  // namespace
}  // namespace weir
