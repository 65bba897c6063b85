// SPDX-License-Identifier: Apache-2.0
// Actors of processes that are connected by real sockets of this machine: send, request, monitor
// and link mean what they mean within one process.
#include "network/tcp_fabric.hpp"

#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include "actors/caf_messages.hpp"
#include "network/actor_frames.hpp"
#include "tests/network/fabric_process.hpp"
#include "tests/network/greeting_parties.hpp"
#include "tests/network/plain_codec.hpp"
#include "tests/network/tcp_pair.hpp"

namespace weir {
namespace {

class TcpFabric : public ::testing::Test {
protected:
  TcpFabric() {
    one_.fabric().watch_peers(near_.handle());
    one_.dial(2, *two_);
    near_.await_up(2);
  }
  // A handle of process 1 to an actor of process 2.
  caf::actor far(const caf::actor& actor) {
    return one_.fabric().resolve(two_->fabric().publish(actor));
  }
  // Returns the answer. What was sent to there before has arrived by then.
  int ask(const caf::actor& asked, int number) {
    int answer = 0;
    (*near_)
        ->request(asked, patience, number)
        .receive([&](int doubled) { answer = doubled; },
                 [](const caf::error& failure) { FAIL() << failure.code(); });
    return answer;
  }

  process one_{1};
  std::optional<process> two_{std::in_place, 2};
  watcher near_{one_};
};

TEST_F(TcpFabric, ResolvesItsOwnAddressesToTheActorsThemselves) {
  const auto actor = one_.doubler();
  EXPECT_EQ(one_.fabric().resolve(one_.fabric().publish(actor)), actor);
  EXPECT_FALSE(one_.fabric().resolve({{1}, 999'999}));
}

TEST_F(TcpFabric, ResolvesAnAddressToOneHandle) {
  const auto address = two_->fabric().publish(two_->doubler());
  EXPECT_EQ(one_.fabric().resolve(address), one_.fabric().resolve(address));
}

TEST_F(TcpFabric, SendsInOrder) {
  watcher receiver{*two_};
  const auto handle = far(receiver.handle());
  for (int i = 0; i < 1'000; ++i) near_->send(handle, i);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(receiver.next<int>(), i);
}

TEST_F(TcpFabric, AnswersRequestsOfActorsThatNobodyPublished) {
  EXPECT_EQ(ask(far(two_->doubler()), 21), 42);
}

TEST_F(TcpFabric, AnswersRequestsWithErrors) {
  caf::error answer;
  (*near_)
      ->request(far(two_->doubler()), patience, std::string{"text"})
      .receive([](int) { FAIL(); }, [&](const caf::error& failure) { answer = failure; });
  EXPECT_EQ(answer, caf::sec::invalid_argument);
}

TEST_F(TcpFabric, BouncesRequestsToWhatIsNotThere) {
  const auto nobody = one_.fabric().resolve({{2}, 999'999});
  ASSERT_TRUE(nobody);
  caf::error answer;
  // The handle may have ended already: then nobody answers, as everywhere.
  (*near_)
      ->request(nobody, std::chrono::seconds{1}, 1)
      .receive([](int) { FAIL(); }, [&](const caf::error& failure) { answer = failure; });
  EXPECT_TRUE(answer == caf::sec::request_receiver_down || answer == caf::sec::request_timeout);
}

TEST_F(TcpFabric, KnowsWhoHasSent) {
  const auto echo =
      two_->keep(two_->system().spawn([](caf::event_based_actor* self) -> caf::behavior {
        return {[self](int number) {
          self->send(caf::actor_cast<caf::actor>(self->current_sender()), number + 1);
        }};
      }));
  near_->send(far(echo), 1);
  EXPECT_EQ(near_.next<int>(), 2);
}

TEST_F(TcpFabric, ReportsTheEndOfAMonitoredActorWithItsReason) {
  const auto actor = two_->doubler();
  const auto handle = far(actor);
  (*near_)->monitor(handle);
  ask(handle, 1);
  const auto reason =
      caf::make_error(caf::sec::runtime_error, std::uint8_t{5}, std::string{"disk full"});
  caf::anon_send(actor, caf::exit_msg{actor.address(), reason});
  const auto down = near_.next<caf::down_msg>();
  EXPECT_EQ(down.source, handle.address());
  EXPECT_EQ(down.reason, caf::sec::runtime_error);
  EXPECT_EQ(down.reason.context().get_as<std::string>(1), "disk full");
}

TEST_F(TcpFabric, ReportsThatAMonitoredActorWasNeverThere) {
  (*near_)->monitor(one_.fabric().resolve({{2}, 999'999}));
  EXPECT_EQ(near_.next<caf::down_msg>().reason, caf::exit_reason::unknown);
}

TEST_F(TcpFabric, EndsAnActorFromFar) {
  const auto actor = two_->doubler();
  const auto handle = far(actor);
  (*near_)->monitor(handle);
  caf::anon_send_exit(handle, caf::exit_reason::user_shutdown);
  EXPECT_EQ(near_.next<caf::down_msg>().reason, caf::exit_reason::user_shutdown);
}

TEST_F(TcpFabric, EndsEveryHandleOnceBeforeThePeerIsDown) {
  const auto first = far(two_->doubler());
  const auto second = far(two_->doubler());
  (*near_)->monitor(first);
  (*near_)->monitor(second);
  two_.reset();
  std::string order;
  for (int i = 0; i < 3; ++i) {
    near_->receive([&](const caf::down_msg&) { order += 'd'; },
                   [&](const peer_down&) { order += 'p'; }, caf::after(patience) >> [] {});
  }
  EXPECT_EQ(order, "ddp");
  EXPECT_TRUE((*near_)->mailbox().empty());
  // One of a connection that has ended is dead at once.
  (*near_)->monitor(one_.fabric().resolve({{2}, 17}));
  EXPECT_EQ(near_.next<caf::down_msg>().reason, caf::exit_reason::remote_link_unreachable);
}

TEST_F(TcpFabric, ConnectsAgainWithNewHandles) {
  const auto former = far(two_->doubler());
  const auto where = two_->fabric().local();
  two_.reset();
  near_.next<peer_down>();
  two_.emplace(2, 2, where);
  near_.await_up(2);
  const auto actor = two_->doubler();
  const auto fresh = far(actor);
  EXPECT_NE(fresh, former);
  int answer = 0;
  (*near_)
      ->request(fresh, patience, 4)
      .receive([&](int doubled) { answer = doubled; }, [](const caf::error&) { FAIL(); });
  EXPECT_EQ(answer, 8);
}

TEST_F(TcpFabric, TellsANewListenerOfThePeersThatAreUp) {
  watcher late{one_};
  one_.fabric().watch_peers(late.handle());
  late.await_up(2);
  EXPECT_TRUE(one_.fabric().is_writable({2}));
  EXPECT_FALSE(one_.fabric().is_writable({3}));
}

// --- Links ---------------------------------------------------------------------------------------

// Ends with the handle it is linked to, and says so by its own end.
caf::actor spawn_linked(process& in, const caf::actor& to) {
  return in.keep(in.system().spawn([to](caf::event_based_actor* self) -> caf::behavior {
    self->link_to(to);
    return {[](int number) { return number; }};
  }));
}

TEST_F(TcpFabric, EndsALinkedActorWithTheFarOne) {
  const auto actor = two_->doubler();
  const auto handle = far(actor);
  const auto linked = spawn_linked(one_, handle);
  (*near_)->monitor(linked);
  ask(linked, 1);
  ask(handle, 1);
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  EXPECT_EQ(near_.next<caf::down_msg>().reason, caf::exit_reason::kill);
}

TEST_F(TcpFabric, EndsTheFarActorWithTheLinkedOne) {
  const auto actor = two_->doubler();
  const auto handle = far(actor);
  const auto linked = spawn_linked(one_, handle);
  ask(linked, 1);
  (*near_)->monitor(handle);
  caf::anon_send_exit(linked, caf::exit_reason::kill);
  const auto reason = near_.next<caf::down_msg>().reason;
  // It may have ended before the link got there; then nobody knows why.
  EXPECT_TRUE(reason == caf::exit_reason::kill || reason == caf::exit_reason::unknown);
}

TEST_F(TcpFabric, EndsBothLinkedActorsWithTheConnection) {
  watcher there{*two_};
  const auto actor = two_->doubler();
  const auto handle = far(actor);
  const auto linked = spawn_linked(one_, handle);
  (*near_)->monitor(linked);
  there->monitor(actor);
  // The link has arrived when what was sent behind it has.
  ask(linked, 1);
  ask(handle, 1);
  ask(handle, 1);
  auto stranger = process{2, 2};  // A later life takes the connection away.
  stranger.dial(1, one_);
  EXPECT_EQ(near_.next<caf::down_msg>().reason, caf::exit_reason::remote_link_unreachable);
  EXPECT_EQ(there.next<caf::down_msg>().reason, caf::exit_reason::remote_link_unreachable);
}

// --- What may not happen -------------------------------------------------------------------------

TEST_F(TcpFabric, RefusesMessagesThatMayNotLeave) {
  caf::error answer;
  (*near_)
      ->request(far(two_->doubler()), patience, 1.5)
      .receive([](int) { FAIL(); }, [&](const caf::error& failure) { answer = failure; });
  EXPECT_EQ(answer, caf::sec::runtime_error);
  EXPECT_NE(one_.reports().find("a message of this type may not leave its process"),
            std::string::npos);
}

TEST_F(TcpFabric, EndsAHandleThatCouldNotSendSomething) {
  const auto actor = two_->doubler();
  const auto handle = far(actor);
  (*near_)->monitor(handle);
  near_->send(handle, std::string(9'000'000, 'x'));
  const auto down = near_.next<caf::down_msg>();
  EXPECT_EQ(down.reason, caf::exit_reason::remote_link_unreachable);
  EXPECT_NE(one_.reports().find("are more than the 8388608 that a frame may have"),
            std::string::npos);
  // The connection goes on, with a new handle.
  const auto fresh = far(actor);
  EXPECT_EQ(ask(fresh, 4), 8);
  (*near_)->monitor(fresh);
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  EXPECT_EQ(near_.next<caf::down_msg>().reason, caf::exit_reason::kill);
}

TEST_F(TcpFabric, CarriesHandlesOfThirdProcesses) {
  process three{3};
  watcher there{three};
  three.fabric().watch_peers(there.handle());
  three.dial(2, *two_);
  there.await_up(2);
  three.dial(1, one_);
  there.await_up(1);
  // Process 1 passes a request on, in the name of process 3: the answer goes there directly.
  const auto doubler = far(two_->doubler());
  const auto delegate =
      one_.keep(one_.system().spawn([doubler](caf::event_based_actor* self) -> caf::behavior {
        return {[self, doubler](int number) { return self->delegate(doubler, number); }};
      }));
  const auto handle = three.fabric().resolve(one_.fabric().publish(delegate));
  int answer = 0;
  (*there)
      ->request(handle, patience, 21)
      .receive([&](int doubled) { answer = doubled; }, [](const caf::error&) { FAIL(); });
  EXPECT_EQ(answer, 42);
}

TEST(TcpFabricStart, TellsWhichPeerItDoesNotReach) {
  process one{1};
  std::promise<std::string> first;
  std::promise<std::string> second;
  tcp_fabric_settings settings{.transport = {.self = member(2),
                                             .secret = secret_of("the secret of others"),
                                             .connections = patient_connections(),
                                             .chance = [] { return std::uint64_t{0}; }},
                               .codec = std::make_shared<plain_codec>(),
                               .report = [](const error&) {}};
  std::map<process_id, std::promise<std::string>*> waiting{{{1}, &first}, {{3}, &second}};
  settings.on_not_reached = [&](process_id peer, const error& why) {
    if (auto* const each = std::exchange(waiting[peer], nullptr)) each->set_value(why.message);
  };
  auto two = tcp_fabric::bind(one.system(), std::move(settings));
  ASSERT_TRUE(two);
  (*two)->listen();
  const auto nobody = tcp_socket::listen({})->local();
  ASSERT_TRUE((*two)->dial({1}, one.fabric().local()));
  ASSERT_TRUE((*two)->dial({3}, nobody));
  EXPECT_NE(first.get_future().get().find("different cluster secrets"), std::string::npos);
  EXPECT_NE(second.get_future().get().find("Connection refused"), std::string::npos);
}

TEST(TcpFabricStart, FailsWhereItCannotListen) {
  process one{1};
  tcp_fabric_settings settings{.transport = {.self = member(2),
                                             .secret = secret_of(),
                                             .listen = one.fabric().local(),
                                             .chance = [] { return std::uint64_t{0}; }},
                               .codec = std::make_shared<plain_codec>(),
                               .report = [](const error&) {}};
  const auto started = tcp_fabric::bind(one.system(), std::move(settings));
  ASSERT_FALSE(started);
  EXPECT_NE(started.failure().message.find("Address already in use"), std::string::npos);
}

}  // namespace
}  // namespace weir
