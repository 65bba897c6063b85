// SPDX-License-Identifier: Apache-2.0
// What every high-availability store does, tried with each: a directory, znodes in memory, and a
// real ZooKeeper.
#include "coordination/high_availability_store.hpp"

#include <functional>
#include <memory>
#include <ostream>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "coordination/directory_store.hpp"
#include "coordination/simulation/simulated_file_system.hpp"
#include "coordination/zookeeper_store.hpp"
#include "state/posix_file_system.hpp"
#include "tests/support/simulated_znodes.hpp"
#include "tests/support/temporary_directory.hpp"
#if WEIR_HAS_ZOOKEEPER
#include "coordination/zookeeper_client.hpp"
#include "tests/support/zookeeper_server.hpp"
#endif

namespace weir {
namespace {

using texts = std::map<std::string, std::string>;

// Where the participants of one test meet.
class meeting_place {
public:
  virtual ~meeting_place() = default;
  virtual std::unique_ptr<high_availability_store> join() = 0;
};

class directory_place final : public meeting_place {
public:
  std::unique_ptr<high_availability_store> join() override {
    return std::make_unique<directory_store>(disk_, "/ha");
  }

private:
  simulated_file_system disk_;
};

class real_directory_place final : public meeting_place {
public:
  std::unique_ptr<high_availability_store> join() override {
    return std::make_unique<directory_store>(disk_, directory_ / "ha");
  }

private:
  temporary_directory directory_;
  posix_file_system disk_;
};

class simulated_znodes_place final : public meeting_place {
public:
  std::unique_ptr<high_availability_store> join() override {
    return std::make_unique<zookeeper_store>(std::make_unique<simulated_znode_tree>(nodes_),
                                             "/prod/weir");
  }

private:
  simulated_znodes nodes_;
};

#if WEIR_HAS_ZOOKEEPER
class zookeeper_place final : public meeting_place {
public:
  std::unique_ptr<high_availability_store> join() override {
    // The first waits until the server has started.
    return std::make_unique<zookeeper_store>(
        std::make_unique<zookeeper_client>(
            server_.servers(), zookeeper_options{.call_timeout = std::chrono::seconds{30}}),
        path_);
  }

private:
  zookeeper_server& server_ = zookeeper_server::running();
  std::string path_ = server_.new_path();
};
#endif

struct kind_of_store {
  std::string missing;  // Why it cannot be tried; empty if it can.
  std::function<std::unique_ptr<meeting_place>()> make;
};

// GoogleTest would print its bytes.
void PrintTo(const kind_of_store&, std::ostream* to) { *to << "a kind of store"; }

class HighAvailabilityStore : public ::testing::TestWithParam<kind_of_store> {
protected:
  void SetUp() override {
    if (!GetParam().missing.empty()) GTEST_SKIP() << GetParam().missing;
    place_ = GetParam().make();
    one_ = place_->join();
    other_ = place_->join();
  }
  leadership look(high_availability_store& by) {
    const auto seen = by.look();
    EXPECT_TRUE(seen.ok()) << seen.failure().message;
    return seen ? *seen : leadership{};
  }
  bool take(high_availability_store& by, const std::string& holder) {
    return take(by, look(by), holder);
  }
  bool take(high_availability_store& by, const leadership& seen, const std::string& holder) {
    const auto taken = by.take(seen, holder);
    EXPECT_TRUE(taken.ok()) << taken.failure().message;
    return taken && *taken;
  }
  texts entries(high_availability_store& by) {
    const auto found = by.entries();
    EXPECT_TRUE(found.ok()) << found.failure().message;
    return found ? *found : texts{};
  }

  std::unique_ptr<meeting_place> place_;
  std::unique_ptr<high_availability_store> one_;
  std::unique_ptr<high_availability_store> other_;
};

TEST_P(HighAvailabilityStore, HasNoLeaderAtFirst) {
  EXPECT_EQ(look(*one_), leadership{});
  EXPECT_EQ(entries(*one_), texts{});
}

TEST_P(HighAvailabilityStore, LetsTheFirstTakeATerm) {
  const auto seen = look(*other_);
  EXPECT_TRUE(take(*one_, "one"));
  EXPECT_EQ(look(*other_), (leadership{.term = 1, .holder = "one"}));
  EXPECT_FALSE(take(*other_, seen, "other"));
  EXPECT_EQ(look(*other_).holder, "one");
}

TEST_P(HighAvailabilityStore, ShowsTheLeadersBeatAndItsResignation) {
  ASSERT_TRUE(take(*one_, "one"));
  const auto before = look(*other_);
  ASSERT_TRUE(*one_->renew(1));
  const auto after = look(*other_);
  EXPECT_NE(after.beat, before.beat);
  ASSERT_TRUE(*one_->renew(1));
  EXPECT_NE(look(*other_).beat, after.beat);
  EXPECT_FALSE(look(*other_).has_resigned);
  ASSERT_TRUE(one_->resign(1).ok());
  EXPECT_TRUE(look(*other_).has_resigned);
  ASSERT_TRUE(take(*other_, "other"));
  EXPECT_FALSE(look(*one_).has_resigned);
}

TEST_P(HighAvailabilityStore, LeavesALeaderThatHasShownABeatSince) {
  ASSERT_TRUE(take(*one_, "one"));
  const auto seen = look(*other_);
  ASSERT_TRUE(*one_->renew(1));
  EXPECT_FALSE(take(*other_, seen, "other"));
}

TEST_P(HighAvailabilityStore, BeginsATermWithTheEntriesOfTheFormer) {
  ASSERT_TRUE(take(*one_, "one"));
  ASSERT_TRUE(one_->put(1, "job-a", "alpha").ok());
  ASSERT_TRUE(one_->put(1, "job-b", "beta").ok());
  ASSERT_TRUE(one_->put(1, "job-b", "beta 2").ok());
  ASSERT_TRUE(one_->put(1, "job-c", {}).ok());
  ASSERT_TRUE(one_->erase(1, "job-a").ok());
  ASSERT_TRUE(one_->erase(1, "job-a").ok());
  ASSERT_TRUE(take(*other_, "other"));
  EXPECT_EQ(entries(*other_), (texts{{"job-b", "beta 2"}, {"job-c", ""}}));
  EXPECT_EQ(look(*one_), (leadership{.term = 2, .holder = "other"}));
  ASSERT_TRUE(other_->put(2, "job-a", "alpha again").ok());
  EXPECT_EQ(entries(*one_), (texts{{"job-a", "alpha again"}, {"job-b", "beta 2"}, {"job-c", ""}}));
}

TEST_P(HighAvailabilityStore, RefusesAFormerLeader) {
  ASSERT_TRUE(take(*one_, "one"));
  ASSERT_TRUE(one_->put(1, "job-b", "beta").ok());
  ASSERT_TRUE(take(*other_, "other"));
  const auto renewed = one_->renew(1);
  ASSERT_TRUE(renewed.ok());
  EXPECT_FALSE(*renewed);
  const auto refused = one_->put(1, "job-a", "alpha");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, error_code::in_use);
  EXPECT_EQ(refused.failure().message.find(
                "write the entry job-a: term 1 is over, term 2 has begun in /"),
            0U);
  EXPECT_EQ(one_->put(1, "job-b", "alpha").failure().code, error_code::in_use);
  EXPECT_EQ(one_->erase(1, "job-b").failure().code, error_code::in_use);
  EXPECT_EQ(one_->erase(1, "job-z").failure().code, error_code::in_use);
  EXPECT_TRUE(one_->resign(1).ok());
  EXPECT_EQ(entries(*one_), (texts{{"job-b", "beta"}}));
  EXPECT_EQ(look(*one_), (leadership{.term = 2, .holder = "other"}));
}

TEST_P(HighAvailabilityStore, RefusesNamesThatAreNone) {
  ASSERT_TRUE(take(*one_, "one"));
  const std::vector<std::string> none{"", ".hidden", "../x", "a/b", "Job", std::string(101, 'a')};
  for (const auto& name : none) {
    const auto refused = one_->put(1, name, "x");
    ASSERT_FALSE(refused.ok()) << name;
    EXPECT_EQ(refused.failure().code, error_code::invalid_argument) << name;
    EXPECT_EQ(one_->erase(1, name).failure().code, error_code::invalid_argument) << name;
  }
  EXPECT_EQ(one_->put(1, "a/b", "x").failure().message,
            "the entry \"a/b\" of a high-availability store: its name must be 1 to 100 of the "
            "characters a-z, 0-9, '-', '_', '.', and not begin with '.'");
}

TEST_P(HighAvailabilityStore, KeepsTextsOfAnyBytes) {
  ASSERT_TRUE(take(*one_, "one"));
  const std::string text{"\0\n\xff", 3};
  const std::string large(900'000, 'x');
  ASSERT_TRUE(one_->put(1, "bytes", text).ok());
  ASSERT_TRUE(one_->put(1, "large", large).ok());
  EXPECT_EQ(entries(*other_), (texts{{"bytes", text}, {"large", large}}));
}

const auto by_index = [](const auto& of) { return std::to_string(of.index); };

INSTANTIATE_TEST_SUITE_P(InADirectory, HighAvailabilityStore,
                         ::testing::Values(kind_of_store{
                             {}, [] { return std::make_unique<directory_place>(); }}),
                         by_index);
INSTANTIATE_TEST_SUITE_P(InSimulatedZnodes, HighAvailabilityStore,
                         ::testing::Values(kind_of_store{
                             {}, [] { return std::make_unique<simulated_znodes_place>(); }}),
                         by_index);

// Each of a few threads takes a term whenever it sees that it is free. What both were told to have
// got is counted twice.
class HighAvailabilityRace : public HighAvailabilityStore {};

TEST_P(HighAvailabilityRace, GivesEachTermToOneParticipant) {
  constexpr std::size_t racers = 3;
  constexpr leader_term terms = 20;
  std::vector<std::unique_ptr<high_availability_store>> stores;
  for (std::size_t i = 0; i < racers; ++i) stores.push_back(place_->join());
  std::vector<std::vector<leader_term>> taken(racers);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < racers; ++i) {
    threads.emplace_back([&store = *stores[i], &mine = taken[i], i] {
      for (int tries = 0; tries < 100'000; ++tries) {
        const auto seen = store.look();
        if (!seen) continue;
        if (seen->term >= terms) return;
        const auto won = store.take(*seen, "racer-" + std::to_string(i));
        if (won && *won) mine.push_back(seen->term + 1);
      }
    });
  }
  for (auto& each : threads) each.join();
  std::vector<int> winners(terms + 1);
  for (const auto& each : taken) {
    for (const auto term : each) ++winners.at(term);
  }
  for (leader_term term = 1; term <= terms; ++term) EXPECT_LE(winners[term], 1) << term;
  EXPECT_EQ(look(*one_).term, terms);
  EXPECT_GT(std::count(winners.begin(), winners.end(), 1), 0);
}

INSTANTIATE_TEST_SUITE_P(InADirectory, HighAvailabilityRace,
                         ::testing::Values(kind_of_store{
                             {}, [] { return std::make_unique<real_directory_place>(); }}),
                         by_index);

#if WEIR_HAS_ZOOKEEPER
const kind_of_store on_zookeeper{zookeeper_server::missing(),
                                 [] { return std::make_unique<zookeeper_place>(); }};
INSTANTIATE_TEST_SUITE_P(OnZooKeeper, HighAvailabilityStore, ::testing::Values(on_zookeeper),
                         by_index);
INSTANTIATE_TEST_SUITE_P(OnZooKeeper, HighAvailabilityRace, ::testing::Values(on_zookeeper),
                         by_index);
#endif

}  // namespace
}  // namespace weir
