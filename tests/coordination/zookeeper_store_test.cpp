// SPDX-License-Identifier: Apache-2.0
// High availability on znodes: what is made of znodes that are not ours, and of a store that was
// emptied.
#include "coordination/zookeeper_store.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "tests/support/simulated_znodes.hpp"

namespace weir {
namespace {

using texts = std::map<std::string, std::string>;

class ZookeeperStore : public ::testing::Test {
protected:
  std::unique_ptr<znode_tree> tree() { return std::make_unique<simulated_znode_tree>(znodes_); }
  bool take(zookeeper_store& by, const std::string& holder) {
    const auto seen = by.look();
    return seen && *by.take(*seen, holder);
  }

  simulated_znodes znodes_;
  zookeeper_store one_{tree(), "/prod/weir"};
  zookeeper_store other_{tree(), "/prod/weir"};
};

TEST_F(ZookeeperStore, WritesBelowItsPathOnly) {
  EXPECT_EQ(*one_.look(), leadership{});
  EXPECT_TRUE(znodes_.nodes().empty()) << "looking changes nothing";
  ASSERT_TRUE(take(one_, "one"));
  ASSERT_TRUE(one_.put(1, "job-a", "alpha").ok());
  std::vector<std::string> paths;
  for (const auto& [path, node] : znodes_.nodes()) paths.push_back(path);
  EXPECT_EQ(paths, (std::vector<std::string>{"/prod", "/prod/weir", "/prod/weir/entries",
                                             "/prod/weir/entries/job-a", "/prod/weir/leader"}));
  EXPECT_EQ(znodes_.nodes()["/prod/weir/leader"].text,
            "weir leadership 1\nterm 1\nbeat 0\nleads\none");
}

TEST_F(ZookeeperStore, KeepsTwoPathsApart) {
  zookeeper_store elsewhere{tree(), "/prod/other"};
  ASSERT_TRUE(take(one_, "one"));
  ASSERT_TRUE(take(elsewhere, "two"));
  ASSERT_TRUE(one_.put(1, "job-a", "alpha").ok());
  EXPECT_EQ(*elsewhere.entries(), texts{});
  EXPECT_EQ(elsewhere.look()->holder, "two");
}

TEST_F(ZookeeperStore, DoesNotLeadOverAZnodeThatIsNotItsOwn) {
  ASSERT_TRUE(take(one_, "one"));
  znodes_.nodes()["/prod/weir/leader"].text = "broker-17";
  const auto seen = one_.look();
  ASSERT_FALSE(seen.ok());
  EXPECT_EQ(seen.failure().code, error_code::corrupt_data);
  EXPECT_EQ(seen.failure().message,
            "znode /prod/weir/leader: no leadership that Weir has written: it does not begin with "
            "\"weir leadership 1\"; give Weir a path of its own, or delete that znode if nobody "
            "leads");
  EXPECT_EQ(one_.take({.term = 1}, "one").failure().code, error_code::corrupt_data);
  EXPECT_EQ(one_.renew(1).failure().code, error_code::corrupt_data);
  EXPECT_EQ(one_.resign(1).failure().code, error_code::corrupt_data);
  EXPECT_EQ(one_.put(1, "job-a", "x").failure().code, error_code::corrupt_data);
  EXPECT_EQ(znodes_.nodes()["/prod/weir/leader"].text, "broker-17") << "it is left alone";
}

TEST_F(ZookeeperStore, PassesOverEntriesThatAreNotItsOwn) {
  ASSERT_TRUE(take(one_, "one"));
  ASSERT_TRUE(one_.put(1, "job-a", "alpha").ok());
  znodes_.nodes()["/prod/weir/entries/Someone Else"].text = "?";
  EXPECT_EQ(*one_.entries(), (texts{{"job-a", "alpha"}}));
}

TEST_F(ZookeeperStore, TellsALeaderThatTheStoreWasEmptied) {
  ASSERT_TRUE(take(one_, "one"));
  znodes_.nodes().clear();
  const auto renewed = one_.renew(1);
  ASSERT_FALSE(renewed.ok());
  EXPECT_EQ(renewed.failure().code, error_code::corrupt_data);
  EXPECT_EQ(renewed.failure().message,
            "term 1 is not known in /prod/weir, only term 0: it was emptied, or begun anew from an "
            "old copy");
  const auto taken = one_.take({.term = 1, .holder = "one"}, "one-again");
  ASSERT_TRUE(taken.ok());
  EXPECT_FALSE(*taken) << "what was seen is not what is there";
}

TEST_F(ZookeeperStore, RefusesEntriesThatZooKeeperWouldNotTake) {
  ASSERT_TRUE(take(one_, "one"));
  const auto refused = one_.put(1, "job-a", std::string(1'000'001, 'x'));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, error_code::invalid_argument);
  EXPECT_EQ(refused.failure().message,
            "write the entry job-a: it has 1000001 bytes, but an entry in ZooKeeper has at most "
            "1000000");
}

// A tree that does something else first, or instead, when something is to be changed.
class hooked_tree final : public znode_tree {
public:
  using hook = std::function<result<bool>(const std::vector<znode_change>&)>;

  hooked_tree(simulated_znodes& of, hook on_commit) : tree_{of}, on_commit_{std::move(on_commit)} {}
  void begin_call() override {}
  status synchronise() override { return {}; }
  result<std::optional<znode>> read(const std::string& path) override { return tree_.read(path); }
  result<std::vector<std::string>> children(const std::string& path) override {
    return tree_.children(path);
  }
  result<bool> commit(const std::vector<znode_change>& changes) override {
    return on_commit_(changes);
  }

private:
  simulated_znode_tree tree_;
  hook on_commit_;
};

TEST_F(ZookeeperStore, GivesUpWhereSomebodyElseKeepsWriting) {
  ASSERT_TRUE(take(one_, "one"));
  zookeeper_store restless{
      std::make_unique<hooked_tree>(znodes_,
                                    [this](const auto& changes) {
                                      ++znodes_.nodes()["/prod/weir/leader"].version;
                                      return result<bool>{znodes_.commit(changes)};
                                    }),
      "/prod/weir"};
  const auto put = restless.put(1, "job-a", "alpha");
  ASSERT_FALSE(put.ok());
  EXPECT_EQ(put.failure().message,
            "write the entry job-a: change /prod/weir: somebody else changed it each of 10 times; "
            "nobody but the leader may write there");
  EXPECT_EQ(*one_.entries(), texts{});
  EXPECT_FALSE(*restless.take({.term = 1}, "other"));
}

// A request is on its way when its connection is lost, and comes after the next one.
TEST_F(ZookeeperStore, IsNotChangedByARequestThatComesAfterALaterOne) {
  ASSERT_TRUE(take(one_, "one"));
  std::vector<std::vector<znode_change>> late;
  zookeeper_store losing{std::make_unique<hooked_tree>(
                             znodes_,
                             [&late](const auto& changes) -> result<bool> {
                               late.push_back(changes);
                               return error{error_code::io_failure, "the connection was lost"};
                             }),
                         "/prod/weir"};
  EXPECT_FALSE(losing.put(1, "job-a", "first").ok());
  EXPECT_FALSE(losing.put(1, "job-b", "first").ok());
  EXPECT_FALSE(losing.erase(1, "job-c").ok());
  EXPECT_FALSE(losing.renew(1).ok());
  ASSERT_TRUE(one_.put(1, "job-a", "second").ok());
  ASSERT_EQ(late.size(), 4U);
  for (const auto& each : late) EXPECT_FALSE(znodes_.commit(each));
  EXPECT_EQ(*one_.entries(), (texts{{"job-a", "second"}}));
}

}  // namespace
}  // namespace weir
