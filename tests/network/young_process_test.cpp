// SPDX-License-Identifier: Apache-2.0
// A process that has just been started is connected to nobody before its root can hear them:
// nothing is lost that is sent to a root over a connection.
#include <string>

#include <gtest/gtest.h>

#include "tests/network/fabric_process.hpp"

namespace weir {
namespace {

class YoungProcess : public ::testing::Test {
protected:
  // Asks the root of process 2 as soon as there is a connection to it.
  std::string answer_of_root() {
    near_.await_up(2);
    std::string answer;
    (*near_)
        ->request(one_.fabric().resolve({{2}, 0}), patience, 21)
        .receive([&](int doubled) { answer = std::to_string(doubled); },
                 [&](const caf::error& failure) { answer = caf::to_string(failure); });
    return answer;
  }
  void connect(process& young) {
    one_.fabric().watch_peers(near_.handle());
    one_.dial(2, young);
  }

  process one_{1};
  watcher near_{one_};
};

TEST_F(YoungProcess, IsHeardAndHearsOnlyWhenItsRootIsThere) {
  process young{2, 1, {}, false};
  connect(young);
  const auto root = young.doubler();
  young.fabric().publish_root(root);
  EXPECT_EQ(answer_of_root(), "42");
}

TEST_F(YoungProcess, DialsNobodyBeforeItsRootIsThere) {
  process young{2, 1, {}, false};
  one_.fabric().watch_peers(near_.handle());
  young.dial(1, one_);
  const auto root = young.doubler();
  young.fabric().publish_root(root);
  EXPECT_EQ(answer_of_root(), "42");
}

// What the two above would see if a process listened first and had its root later.
TEST_F(YoungProcess, LosesWhatIsSentToARootThatIsNotThere) {
  process young{2, 1, {}, false};
  connect(young);
  young.fabric().listen();
  EXPECT_NE(answer_of_root(), "42");
}

}  // namespace
}  // namespace weir
