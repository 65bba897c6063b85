// SPDX-License-Identifier: Apache-2.0
// Nobody leads while another does, and nothing that a leader was told to be written is lost: tried
// with clocks that differ, on a disk that fails and on znodes whose connections are lost, with
// participants that stop between any two requests.
#include "coordination/leader_election.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "coordination/directory_store.hpp"
#include "coordination/simulation/simulated_file_system.hpp"
#include "coordination/zookeeper_store.hpp"
#include "tests/support/interrupting_file_system.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/simulated_znodes.hpp"

namespace weir {
namespace {

constexpr duration lease = std::chrono::seconds{3};

processing_time at(std::int64_t millis) {
  return processing_time{std::chrono::milliseconds{millis}};
}

class LeaderElection : public ::testing::Test {
protected:
  // At that time.
  void step(leader_election& who, std::int64_t millis) {
    const auto done = who.step(store_, [millis] { return at(millis); });
    ASSERT_TRUE(done.ok()) << done.failure().message;
  }

  simulated_file_system disk_;
  directory_store store_{disk_, "/ha"};
  leader_election one_{{"one", lease}};
  leader_election other_{{"other", lease}};
};

TEST_F(LeaderElection, TakesALeadThatNobodyHas) {
  EXPECT_FALSE(one_.leads(at(0)));
  step(one_, 0);
  EXPECT_TRUE(one_.leads(at(0)));
  EXPECT_EQ(one_.term(), 1U);
  step(other_, 1);
  EXPECT_FALSE(other_.leads(at(1)));
  EXPECT_EQ(other_.seen().holder, "one");
}

TEST_F(LeaderElection, LeadsForTwoThirdsOfALeaseWithoutABeat) {
  step(one_, 0);
  EXPECT_TRUE(one_.leads(at(1'999)));
  EXPECT_FALSE(one_.leads(at(2'000)));
  step(one_, 1'000);
  EXPECT_TRUE(one_.leads(at(2'999)));
}

TEST_F(LeaderElection, TakesOverWhenTheBeatStoodStillForALease) {
  step(one_, 0);
  step(one_, 500);
  step(other_, 1'000);
  step(other_, 3'999);
  EXPECT_FALSE(other_.leads(at(3'999)));
  step(other_, 4'000);
  EXPECT_TRUE(other_.leads(at(4'000)));
  EXPECT_EQ(other_.term(), 2U);
  step(one_, 4'100);
  EXPECT_FALSE(one_.leads(at(4'100)));
  EXPECT_EQ(one_.seen().holder, "other");
}

TEST_F(LeaderElection, TakesOverAtOnceFromOneThatHasResigned) {
  step(one_, 0);
  ASSERT_TRUE(one_.resign(store_, at(10)).ok());
  EXPECT_FALSE(one_.leads(at(10)));
  step(other_, 20);
  EXPECT_TRUE(other_.leads(at(20)));
}

TEST_F(LeaderElection, FindsOutThatALaterTermHasBegun) {
  step(one_, 0);
  ASSERT_TRUE(*store_.take({.term = 1}, "third"));
  step(one_, 100);
  EXPECT_FALSE(one_.leads(at(100)));
}

TEST_F(LeaderElection, ReportsADiskThatCannotBeAskedAndLeadsAsLongAsItMay) {
  step(one_, 0);
  disk_.faults().set({.rename = {1'000'000}});
  const auto failed = one_.step(store_, [] { return at(100); });
  EXPECT_FALSE(failed.ok());
  EXPECT_TRUE(one_.leads(at(1'999)));
  EXPECT_FALSE(one_.leads(at(2'000)));
}

// --- Under every kind of fault -------------------------------------------------------------------

enum class kept_in : std::uint8_t { directory, znodes };

// What is deliberately broken.
struct flaw {
  bool checks_no_versions = false;
  bool takes_refusal_for_success = false;
  double slowest_clock = 0.9;  // Of the world's time.
};

class contest {
public:
  contest(std::uint64_t seed, kept_in where, flaw with)
      : random_{seed}, where_{where}, flaw_{with}, disk_{seed} {
    znodes_.checks_versions = !with.checks_no_versions;
    constexpr per_million chance{5'000};
    disk_.faults().set({.append = chance,
                        .sync = chance,
                        .create = chance,
                        .open = chance,
                        .read = chance,
                        .rename = chance,
                        .remove = chance});
    for (int i = 0; i < 3; ++i) add();
  }

  // What is wrong; empty if nothing is.
  std::string run() {
    for (int n = 0; n < 400 && wrong_.empty(); ++n) {
      if (random_.below(50) == 0) restart(random_.below(players_.size()));
      pass(random_.below(600'000));
      act();
    }
    if (most_leaders_ == 0) return "nobody ever led";
    return wrong_;
  }
  std::uint64_t written() const { return acknowledged_; }

private:
  struct player {
    std::unique_ptr<interrupting_file_system> files;
    std::unique_ptr<high_availability_store> store;
    std::unique_ptr<leader_election> election;
    double rate = 1;
    std::int64_t ahead = 0;
    bool is_busy = false;  // Stopped in the middle of something.
  };

  void add() {
    auto& made = players_.emplace_back();
    made.rate = flaw_.slowest_clock +
                (1.1 - flaw_.slowest_clock) * static_cast<double>(random_.below(1'000)) / 1'000;
    made.ahead = static_cast<std::int64_t>(random_.below(10'000'000));
    made.files = std::make_unique<interrupting_file_system>(disk_, [this] { interrupt(); });
    restart(players_.size() - 1);
  }
  void restart(std::size_t which) {
    auto& who = players_[which];
    if (who.is_busy) return;
    who.store = store_of(who);
    who.election = std::make_unique<leader_election>(
        election_options{"player-" + std::to_string(++lives_), lease});
  }
  std::unique_ptr<high_availability_store> store_of(player& who) {
    if (where_ == kept_in::directory) return std::make_unique<directory_store>(*who.files, "/ha");
    return std::make_unique<zookeeper_store>(
        std::make_unique<simulated_znode_tree>(znodes_, &random_, [this] { interrupt(); }), "/ha");
  }
  processing_time clock_of(const player& who) const {
    return processing_time{
        duration{who.ahead + static_cast<std::int64_t>(who.rate * static_cast<double>(now_))}};
  }
  void pass(std::uint64_t micros) {
    now_ += static_cast<std::int64_t>(micros);
    std::uint64_t leaders = 0;
    for (const auto& each : players_) leaders += each.election->leads(clock_of(each)) ? 1 : 0;
    most_leaders_ = std::max(most_leaders_, leaders);
    if (leaders > 1) wrong_ = "two lead";
  }
  // The disk, or the server, takes its time; sometimes so long that others do much meanwhile.
  void interrupt() {
    pass(random_.below(20'000));
    if (depth_ >= 2 || random_.below(40) != 0) return;
    ++depth_;
    for (auto n = random_.below(30); n > 0; --n) {
      pass(random_.below(600'000));
      act();
    }
    --depth_;
  }
  void act() {
    auto& who = players_[random_.below(players_.size())];
    if (who.is_busy) return;
    who.is_busy = true;
    const bool leads = who.election->leads(clock_of(who));
    switch (random_.below(3)) {
      case 0:
        if (leads) write(who);
        break;
      case 1:
        read(who);
        break;
      default:
        static_cast<void>(who.election->step(*who.store, [&] { return clock_of(who); }));
    }
    who.is_busy = false;
  }
  void write(player& who) {
    const auto attempt = ++attempts_;
    const auto term = who.election->term();
    const auto put =
        who.store->put(term, "counter", std::to_string(attempt) + " " + std::to_string(term));
    const bool taken =
        put || (flaw_.takes_refusal_for_success && put.failure().code == error_code::in_use);
    if (taken) acknowledge(attempt, term);
  }
  void acknowledge(std::uint64_t attempt, leader_term term) {
    if (attempt < acknowledged_ || term < acknowledged_term_) return;
    acknowledged_ = attempt;
    acknowledged_term_ = term;
  }
  // What is read is not older than what had been written when the reading began.
  void read(player& who) {
    const auto written = acknowledged_;
    const auto written_term = acknowledged_term_;
    const auto found = who.store->entries();
    if (!found) return;
    std::uint64_t attempt = 0;
    leader_term term = 0;
    if (const auto counter = found->find("counter"); counter != found->end()) {
      attempt = std::stoull(counter->second);
      term = std::stoull(counter->second.substr(counter->second.find(' ')));
    }
    if (term < written_term || (term == written_term && attempt < written)) {
      wrong_ = "read attempt " + std::to_string(attempt) + " of term " + std::to_string(term) +
               " after attempt " + std::to_string(written) + " of term " +
               std::to_string(written_term) + " had been written";
    }
  }

  random_numbers random_;
  kept_in where_;
  flaw flaw_;
  simulated_file_system disk_;
  simulated_znodes znodes_;
  std::deque<player> players_;
  std::int64_t now_ = 0;
  int depth_ = 0;
  std::uint64_t lives_ = 0;
  std::uint64_t attempts_ = 0;
  std::uint64_t acknowledged_ = 0;
  leader_term acknowledged_term_ = 0;
  std::uint64_t most_leaders_ = 0;
  std::string wrong_;
};

void expect_one_leader_and_no_loss(kept_in where) {
  std::uint64_t written = 0;
  for (const auto seed : seeds_for(300)) {
    contest tried{seed, where, {}};
    ASSERT_EQ(tried.run(), "") << "WEIR_TEST_SEED=" << seed;
    written += tried.written();
  }
  EXPECT_GT(written, 0U);
}

TEST(LeaderElectionOnABrokenDisk, HasOneLeaderAtMostAndLosesNothing) {
  expect_one_leader_and_no_loss(kept_in::directory);
}

TEST(LeaderElectionOnLostConnections, HasOneLeaderAtMostAndLosesNothing) {
  expect_one_leader_and_no_loss(kept_in::znodes);
}

// Two led: one took over between a beat's being due and its being shown (1175 to 5215). Entries
// were lost: they were removed while a reader (858545390) or the next leader (858561788) was at
// them.
TEST(LeaderElectionOnABrokenDisk, HasMendedWhatThoseSeedsHadFound) {
  for (const std::uint64_t seed : {1175, 2004, 4015, 5215, 858545390, 858561788}) {
    EXPECT_EQ((contest{seed, kept_in::directory, {}}.run()), "") << seed;
  }
}

// The first of 1,000 seeds that finds it.
std::string caught(kept_in where, flaw with) {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    if (auto wrong = contest{seed, where, with}.run(); !wrong.empty()) return wrong;
  }
  return "";
}

TEST(LeaderElectionOnABrokenDisk, IsSeenToLoseWhatAFormerLeaderTakesForWritten) {
  for (const auto where : {kept_in::directory, kept_in::znodes}) {
    EXPECT_NE(caught(where, {.takes_refusal_for_success = true}).find("had been written"),
              std::string::npos);
  }
}

TEST(LeaderElectionOnLostConnections, IsSeenToFailWithoutVersions) {
  const auto wrong = caught(kept_in::znodes, {.checks_no_versions = true});
  EXPECT_TRUE(wrong == "two lead" || wrong.find("had been written") != std::string::npos) << wrong;
}

TEST(LeaderElectionOnABrokenDisk, IsSeenToHaveTwoLeadersIfAClockIsTooSlow) {
  for (const auto where : {kept_in::directory, kept_in::znodes}) {
    EXPECT_EQ(caught(where, {.slowest_clock = 0.3}), "two lead");
  }
}

}  // namespace
}  // namespace weir
