// SPDX-License-Identifier: Apache-2.0
// A real ZooKeeper that is not there, stands still, is killed and begins again, and does not let
// everybody in.
#include "coordination/zookeeper_client.hpp"

#include <string>

#include <gtest/gtest.h>

#if WEIR_HAS_ZOOKEEPER
#include "coordination/leader_election.hpp"
#include "coordination/zookeeper_store.hpp"
#include "tests/support/zookeeper_server.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;
using texts = std::map<std::string, std::string>;
using kind = znode_change::kind;

constexpr duration patient = 30s;  // Until a server has started.
constexpr duration brief = 1s;

TEST(ZookeeperClient, SaysThatNobodyAnswersAtAnAddress) {
  zookeeper_client client{"127.0.0.1:1", {.call_timeout = brief}};
  client.begin_call();
  const auto read = client.read("/weir");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.failure().code, error_code::io_failure);
  EXPECT_EQ(read.failure().message,
            "read /weir in ZooKeeper at 127.0.0.1:1: no connection within 1000 ms, nothing was "
            "changed; is it running, and are hosts and ports right?");
}

class ZookeeperClientOnZooKeeper : public ::testing::Test {
protected:
  void SetUp() override {
    if (const auto why = zookeeper_server::missing(); !why.empty()) GTEST_SKIP() << why;
    server_ = &zookeeper_server::running();
    path_ = server_->new_path();
    await_server();
  }
  std::unique_ptr<zookeeper_client> client(duration call, const std::string& digest = {}) {
    return std::make_unique<zookeeper_client>(
        server_->servers(),
        zookeeper_options{.digest = digest, .session_timeout = 500ms, .call_timeout = call});
  }
  std::unique_ptr<zookeeper_store> store(duration call, const std::string& digest = {}) {
    return std::make_unique<zookeeper_store>(client(call, digest), path_);
  }
  void await_server() {
    const auto patiently = client(patient);
    patiently->begin_call();
    const auto there = patiently->synchronise();
    ASSERT_TRUE(there.ok()) << there.failure().message;
  }

  // However long the server takes for its first answer.
  static void await_session(zookeeper_store& of) {
    auto seen = of.look();
    for (int tries = 0; tries < 60 && !seen; ++tries) seen = of.look();
    ASSERT_TRUE(seen.ok()) << seen.failure().message;
  }

  zookeeper_server* server_ = nullptr;
  std::string path_;
};

TEST_F(ZookeeperClientOnZooKeeper, MakesChangesTogetherOrNotAtAll) {
  const auto tree = client(patient);
  const auto commit = [&tree](const std::vector<znode_change>& changes) {
    tree->begin_call();
    const auto made = tree->commit(changes);
    EXPECT_TRUE(made.ok()) << made.failure().message;
    return made && *made;
  };
  const std::string top = "/together";
  ASSERT_TRUE(commit({{.what = kind::create, .path = top, .text = "a"}}));
  EXPECT_FALSE(commit({{.what = kind::create, .path = top, .text = "b"}}));
  EXPECT_TRUE(commit({{.path = top, .version = 0},
                      {.what = kind::set, .path = top, .text = "b", .version = 0},
                      {.what = kind::create, .path = top + "/x"}}));
  EXPECT_FALSE(commit({{.path = top, .version = 0}, {.what = kind::remove, .path = top + "/x"}}));
  EXPECT_FALSE(commit(
      {{.what = kind::create, .path = top + "/y"}, {.what = kind::remove, .path = top + "/z"}}));
  EXPECT_EQ(*tree->children(top), std::vector<std::string>{"x"});
  const auto read = tree->read(top);
  ASSERT_TRUE(read.ok() && *read);
  EXPECT_EQ((*read)->text, "b");
  EXPECT_EQ((*read)->version, 1);
  EXPECT_FALSE(*tree->read("/nothing"));
  EXPECT_EQ(*tree->children("/nothing"), std::vector<std::string>{});
}

// Its clock goes on while the server stands still: nobody leads two thirds of a lease later, and
// somebody else afterwards. Whatever became of what it had sent, it does not count.
TEST_F(ZookeeperClientOnZooKeeper, EndsTheLeadOfALeaderWhoseServerStandsStill) {
  const auto at = [](std::int64_t millis) {
    return [millis] { return processing_time{std::chrono::milliseconds{millis}}; };
  };
  constexpr duration lease = 3s;
  const auto store_of_one = store(brief);
  const auto store_of_other = store(patient);
  await_session(*store_of_one);
  leader_election one{{"one", lease}};
  leader_election other{{"other", lease}};
  ASSERT_TRUE(one.step(*store_of_one, at(0)).ok());
  ASSERT_TRUE(one.leads(at(0)()));
  ASSERT_TRUE(store_of_one->put(1, "job", "kept").ok());
  ASSERT_TRUE(other.step(*store_of_other, at(10)).ok());

  server_->stop();
  const auto failed = one.step(*store_of_one, at(500));
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.failure().code, error_code::io_failure);
  // Which of them comes first is the machine's business.
  const auto& why = failed.failure().message;
  EXPECT_TRUE(why.find("no answer within 1000 ms") != std::string::npos ||
              why.find("no connection within 1000 ms") != std::string::npos ||
              why.find("the connection was lost") != std::string::npos)
      << why;
  const auto put = store_of_one->put(1, "job", "unknown");
  EXPECT_FALSE(put.ok());
  EXPECT_TRUE(one.leads(at(1'999)()));
  EXPECT_FALSE(one.step(*store_of_one, at(1'999)).ok());
  EXPECT_FALSE(one.leads(at(2'000)()));
  server_->go_on();

  // What was on its way may count as a beat: whoever watches waits for another lease then.
  for (std::int64_t now = 4'000; now <= 12'000 && !other.leads(at(now)()); now += 500) {
    ASSERT_TRUE(other.step(*store_of_other, at(now)).ok());
  }
  EXPECT_EQ(other.term(), 2U);
  const auto patiently = store(patient);
  EXPECT_EQ(patiently->put(1, "job", "late").failure().code, error_code::in_use);
  const auto entries = patiently->entries();
  ASSERT_TRUE(entries.ok());
  EXPECT_EQ(*entries, (texts{{"job", "kept"}}));
}

// Long enough for the session to expire, as far as the server is concerned.
TEST_F(ZookeeperClientOnZooKeeper, BeginsANewSessionWhenTheFormerHasExpired) {
  const auto mine = store(brief);
  await_session(*mine);
  const auto taken = mine->take({}, "one");
  ASSERT_TRUE(taken.ok() && *taken);
  server_->stop();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(mine->look().ok());
  server_->go_on();
  await_server();
  result<leadership> seen = mine->look();
  for (int tries = 0; tries < 100 && !seen; ++tries) seen = mine->look();
  ASSERT_TRUE(seen.ok()) << seen.failure().message;
  EXPECT_EQ(*seen, (leadership{.term = 1, .holder = "one"}));
}

TEST_F(ZookeeperClientOnZooKeeper, KeepsTermsAndEntriesWhenTheServerIsKilled) {
  const auto mine = store(patient);
  const auto taken = mine->take({}, "one");
  ASSERT_TRUE(taken.ok() && *taken);
  ASSERT_TRUE(mine->put(1, "job", "kept").ok());
  server_->kill();
  const auto hasty = store(brief);
  const auto failed = hasty->put(1, "job", "lost");
  ASSERT_FALSE(failed.ok());
  EXPECT_NE(failed.failure().message.find("nothing was changed"), std::string::npos);
  zookeeper_server::running();  // Starts it again.
  await_server();
  const auto seen = mine->look();
  ASSERT_TRUE(seen.ok()) << seen.failure().message;
  EXPECT_EQ(*seen, (leadership{.term = 1, .holder = "one"}));
  EXPECT_EQ(*mine->entries(), (texts{{"job", "kept"}}));
  EXPECT_TRUE(*mine->renew(1));
}

TEST_F(ZookeeperClientOnZooKeeper, KeepsOtherUsersOut) {
  const auto mine = store(patient, "weir:secret");
  const auto taken = mine->take({}, "one");
  ASSERT_TRUE(taken.ok() && *taken);
  ASSERT_TRUE(mine->put(1, "job", "kept").ok());
  for (const std::string other : {"", "weir:guessed"}) {
    const auto theirs = store(patient, other);
    const auto seen = theirs->look();
    ASSERT_FALSE(seen.ok());
    EXPECT_EQ(seen.failure().code, error_code::permission_denied);
    EXPECT_EQ(seen.failure().message,
              "read " + path_ + "/leader in ZooKeeper at " + server_->servers() +
                  ": not allowed: the znodes belong to another user; give this one's name and "
                  "password (scheme digest), or another path");
    EXPECT_EQ(theirs->put(1, "job", "x").failure().code, error_code::permission_denied);
  }
  EXPECT_EQ(*mine->entries(), (texts{{"job", "kept"}}));
}

TEST_F(ZookeeperClientOnZooKeeper, LeavesAZnodeAloneThatIsNotItsOwn) {
  const auto tree = client(patient);
  tree->begin_call();
  ASSERT_TRUE(*tree->commit({{.what = kind::create, .path = "/foreign"}}));
  ASSERT_TRUE(
      *tree->commit({{.what = kind::create, .path = "/foreign/leader", .text = "broker-17"}}));
  zookeeper_store mine{client(patient), "/foreign"};
  EXPECT_EQ(mine.look().failure().code, error_code::corrupt_data);
  EXPECT_EQ(mine.take({}, "one").failure().code, error_code::corrupt_data);
  const auto still = tree->read("/foreign/leader");
  ASSERT_TRUE(still.ok() && *still);
  EXPECT_EQ((*still)->text, "broker-17");
}

}  // namespace
}  // namespace weir
#endif
