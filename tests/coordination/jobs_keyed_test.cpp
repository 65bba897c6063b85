// SPDX-License-Identifier: Apache-2.0
// Whole jobs with rolling aggregates by key: reduce, sum, min, max, min_by, max_by, and every form
// of key. One subtask reads the input where the order of a key's records decides what comes out.
#include <map>

#include <gtest/gtest.h>

#include "tests/support/job_runner.hpp"
#include "tests/support/sales.hpp"

namespace weir {
namespace {

constexpr std::uint64_t count = 2500;

stream<sale> sales_in_order(environment& env) {
  return from_sales(env, make_sales(count)).parallelism(1);
}

// What `next(so far or null, sale)` makes of the sales of each shop, one after the other.
template <class R, class Next>
std::vector<keyed<std::string, R>> rolled(Next next) {
  std::map<std::string, R> so_far;
  std::vector<keyed<std::string, R>> results;
  for (const auto& each : make_sales(count)) {
    const auto found = so_far.find(each.shop);
    R value = next(found == so_far.end() ? nullptr : &found->second, each);
    so_far.insert_or_assign(each.shop, value);
    results.push_back({each.shop, value});
  }
  return results;
}

TEST(KeyedJobs, SumUpByPointerToMember) {
  const auto expected = rolled<std::int64_t>([](const std::int64_t* so_far, const sale& each) {
    return (so_far ? *so_far : 0) + each.amount;
  });
  expect_results(expected, [](environment& env) {
    return sales_in_order(env).key_by(&sale::shop).sum(&sale::amount);
  });
}

TEST(KeyedJobs, FindTheLeastByLambda) {
  const auto expected = rolled<std::int64_t>([](const std::int64_t* so_far, const sale& each) {
    return so_far ? std::min(*so_far, each.amount) : each.amount;
  });
  expect_results(expected, [](environment& env) {
    return sales_in_order(env).key_by([](const sale& s) { return s.shop; }).min(&sale::amount);
  });
}

struct shop_of {
  const std::string& operator()(const sale& each) const { return each.shop; }
};

TEST(KeyedJobs, FindTheGreatestByFunctor) {
  const auto expected = rolled<std::int64_t>([](const std::int64_t* so_far, const sale& each) {
    return so_far ? std::max(*so_far, each.amount) : each.amount;
  });
  expect_results(expected, [](environment& env) {
    return sales_in_order(env).key_by(shop_of{}).max(&sale::amount);
  });
}

// The records of `results` without their keys.
std::vector<sale> values_of(const std::vector<keyed<std::string, sale>>& results) {
  std::vector<sale> values;
  for (const auto& each : results) values.push_back(each.value);
  return values;
}

TEST(KeyedJobs, KeepTheRecordWithTheLeast) {
  const auto expected = values_of(rolled<sale>([](const sale* so_far, const sale& each) {
    return so_far && so_far->amount <= each.amount ? *so_far : each;
  }));
  expect_results(expected, [](environment& env) {
    return sales_in_order(env).key_by(&sale::shop).min_by(&sale::amount);
  });
}

TEST(KeyedJobs, KeepTheRecordWithTheGreatest) {
  const auto expected = values_of(rolled<sale>([](const sale* so_far, const sale& each) {
    return so_far && so_far->amount >= each.amount ? *so_far : each;
  }));
  expect_results(expected, [](environment& env) {
    return sales_in_order(env).key_by(&sale::shop).max_by(&sale::amount);
  });
}

TEST(KeyedJobs, Reduce) {
  const auto join = [](const sale& so_far, const sale& each) {
    return sale{so_far.shop, so_far.amount + each.amount, std::max(so_far.number, each.number),
                std::max(so_far.at, each.at)};
  };
  const auto expected = values_of(rolled<sale>(
      [&](const sale* so_far, const sale& each) { return so_far ? join(*so_far, each) : each; }));
  expect_results(expected, [&](environment& env) {
    return sales_in_order(env).key_by(&sale::shop).reduce(join);
  });
}

TEST(KeyedJobs, ReachTheSameTotalsInWhateverOrderManySubtasksRead) {
  std::map<std::string, std::int64_t> totals;
  for (const auto& each : make_sales(count)) totals[each.shop] += each.amount;
  in_every_way([&](job_run& run) {
    std::vector<keyed<std::string, std::int64_t>> results;
    from_sales(run.env(), make_sales(count))
        .key_by(&sale::shop)
        .sum(&sale::amount)
        .sink(collect_into(results));
    finish(run);
    std::map<std::string, std::int64_t> greatest;
    for (const auto& [shop, sum] : results) greatest[shop] = std::max(greatest[shop], sum);
    EXPECT_EQ(results.size(), count);
    EXPECT_EQ(greatest, totals);
  });
}

struct place {
  std::string shop;
  std::uint32_t shelf = 0;
  friend bool operator==(const place&, const place&) = default;
};
WEIR_FIELDS(place, shop, shelf)

// How many records there were of each key, counted by a job and by the test.
template <class KeyOf>
void expect_counts_by(KeyOf key_of) {
  std::map<std::string, int> expected;
  for (const auto& each : make_sales(count)) ++expected[to_text(std::invoke(key_of, each))];
  in_every_way([&](job_run& run) {
    using key = std::remove_cvref_t<std::invoke_result_t<KeyOf&, const sale&>>;
    std::vector<keyed<key, std::int64_t>> results;
    from_sales(run.env(), make_sales(count))
        .key_by(key_of)
        .sum([](const sale&) { return 1; })
        .sink(collect_into(results));
    finish(run);
    std::map<std::string, int> counted;
    for (const auto& each : results) ++counted[to_text(each.key)];
    EXPECT_EQ(counted, expected);
  });
}

TEST(KeyedJobs, GroupByPairs) {
  expect_counts_by([](const sale& s) { return std::pair{s.shop, s.number % 3}; });
}

TEST(KeyedJobs, GroupByTuples) {
  expect_counts_by([](const sale& s) { return std::tuple{s.number % 7, s.amount % 2 == 0}; });
}

TEST(KeyedJobs, GroupByStructs) {
  expect_counts_by([](const sale& s) { return place{s.shop, s.number % 4}; });
}

TEST(KeyedJobs, GroupByTimes) { expect_counts_by(&sale::at); }

TEST(KeyedJobs, GroupByASingleKey) {
  expect_counts_by([](const sale&) { return true; });
}

TEST(KeyedJobs, GroupByOneKeyAndThenByAnother) {
  std::map<std::int64_t, std::int64_t> expected;
  for (const auto& each : rolled<std::int64_t>(
           [](const std::int64_t*so_far, const sale&) { return (so_far ? *so_far : 0) + 1; })) {
    ++expected[each.value];
  }
  in_every_way([&](job_run& run) {
    std::vector<keyed<std::int64_t, std::int64_t>> results;
    const auto one = [](const auto&) { return std::int64_t{1}; };
    from_sales(run.env(), make_sales(count))
        .key_by(&sale::shop)
        .sum(one)
        .key_by(&keyed<std::string, std::int64_t>::value)
        .sum(one)
        .sink(collect_into(results));
    finish(run);
    std::map<std::int64_t, std::int64_t> greatest;
    for (const auto& each : results) greatest[each.key] = std::max(greatest[each.key], each.value);
    EXPECT_EQ(greatest, expected);
  });
}

}  // namespace
}  // namespace weir
