// SPDX-License-Identifier: Apache-2.0
// In a single process, an address leads to the actor itself for as long as the actor is there.
#include "network/local_fabric.hpp"

#include <caf/all.hpp>
#include <gtest/gtest.h>

namespace weir {
namespace {

class LocalFabric : public ::testing::Test {
protected:
  caf::actor spawn_idle() {
    return system_.spawn([]() -> caf::behavior { return {[](int) {}}; });
  }

  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  local_fabric fabric_{process_id{3}};
};

TEST_F(LocalFabric, ResolvesAnAddressToTheActorItself) {
  const auto published = spawn_idle();
  const auto address = fabric_.publish(published);
  EXPECT_EQ(address.process, process_id{3});
  EXPECT_EQ(fabric_.resolve(address), published);
  caf::anon_send_exit(published, caf::exit_reason::user_shutdown);
}

TEST_F(LocalFabric, GivesOneActorOneAddress) {
  const auto published = spawn_idle();
  EXPECT_EQ(fabric_.publish(published), fabric_.publish(published));
  caf::anon_send_exit(published, caf::exit_reason::user_shutdown);
}

TEST_F(LocalFabric, KnowsNobodyWhoWasNotPublished) {
  EXPECT_FALSE(fabric_.resolve({process_id{3}, 17}));
}

TEST_F(LocalFabric, KnowsNobodyOfAnotherProcess) {
  const auto published = spawn_idle();
  auto address = fabric_.publish(published);
  address.process = {4};
  EXPECT_FALSE(fabric_.resolve(address));
  caf::anon_send_exit(published, caf::exit_reason::user_shutdown);
}

TEST_F(LocalFabric, KeepsNobodyAlive) {
  auto published = spawn_idle();
  const auto address = fabric_.publish(published);
  caf::anon_send_exit(published, caf::exit_reason::user_shutdown);
  // The system counts an actor as done a moment before it has ended.
  caf::scoped_actor waiting{system_};
  waiting->wait_for(published);
  published = nullptr;
  EXPECT_FALSE(fabric_.resolve(address));
}

TEST_F(LocalFabric, HasNoPeers) {
  caf::scoped_actor listener{system_};
  fabric_.watch_peers(caf::actor_cast<caf::actor>(listener));
  EXPECT_TRUE(listener->mailbox().empty());
}

}  // namespace
}  // namespace weir
