// SPDX-License-Identifier: Apache-2.0
// Who belongs together gets through, and nobody else; both sides learn why not.
#include "network/handshake.hpp"

#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "api/codec.hpp"
#include "tests/network/greeting_parties.hpp"

namespace weir {
namespace {

// One side, and what it has to say.
struct party {
  handshake greeting;
  std::string out{};
  std::optional<error> failure{};

  // Takes what the other side has said.
  void hear(const std::string& said) {
    for (const auto& each : frames_in(said)) {
      if (failure || greeting.step() != handshake_step::waiting) return;
      const auto step = greeting.on_frame(each, out);
      if (!step) failure = step.failure();
      if (greeting.step() == handshake_step::deciding) greeting.confirm(out);
    }
  }
  std::string say() { return std::exchange(out, {}); }
  bool is_done() const { return greeting.step() == handshake_step::done; }
};

party dialer(cluster_membership self, const cluster_secret& secret = secret_of(),
             process_id expected = {2}) {
  std::string out;
  auto greeting = handshake::dial(std::move(self), secret, expected, challenge_of('d'), out);
  return {std::move(greeting), out};
}
party acceptor(cluster_membership self, const cluster_secret& secret = secret_of()) {
  return {handshake::accept(std::move(self), secret, challenge_of('a'))};
}

void talk(party& one, party& other) {
  for (int i = 0; i < 4; ++i) {
    other.hear(one.say());
    one.hear(other.say());
  }
}

TEST(Handshake, LetsTwoProcessesOfAClusterThrough) {
  auto one = dialer(member(1, 7));
  auto two = acceptor(member(2, 9));
  talk(one, two);
  ASSERT_TRUE(one.is_done());
  ASSERT_TRUE(two.is_done());
  EXPECT_EQ(one.greeting.peer(), (peer_identity{{2}, 9}));
  EXPECT_EQ(two.greeting.peer(), (peer_identity{{1}, 7}));
}

TEST(Handshake, OpensAtNeitherSideBeforeBothHaveProved) {
  auto one = dialer(member(1));
  auto two = acceptor(member(2));
  two.hear(one.say());
  EXPECT_FALSE(two.is_done());
  one.hear(two.say());
  EXPECT_FALSE(one.is_done());
  two.hear(one.say());
  EXPECT_TRUE(two.is_done());
  EXPECT_FALSE(one.is_done());
  one.hear(two.say());
  EXPECT_TRUE(one.is_done());
}

// Both sides fail, and each says why.
void expect_refusal(party one, party two, const std::string& why) {
  talk(one, two);
  EXPECT_FALSE(one.is_done());
  EXPECT_FALSE(two.is_done());
  ASSERT_TRUE(one.failure);
  ASSERT_TRUE(two.failure);
  EXPECT_EQ(one.failure->code, error_code::permission_denied);
  EXPECT_EQ(two.failure->code, error_code::permission_denied);
  EXPECT_NE(one.failure->message.find(why), std::string::npos) << one.failure->message;
  EXPECT_NE(two.failure->message.find(why), std::string::npos) << two.failure->message;
}

TEST(Handshake, RefusesAnotherSecret) {
  expect_refusal(dialer(member(1), secret_of("the secret of others")), acceptor(member(2)),
                 "processes 1 and 2 have different cluster secrets: give all processes the same "
                 "one");
}

TEST(Handshake, RefusesAnotherCluster) {
  auto other = member(1);
  other.cluster = "payments";
  expect_refusal(dialer(other), acceptor(member(2)),
                 "process 1 belongs to cluster 'payments', process 2 to cluster 'orders': check "
                 "the addresses");
}

TEST(Handshake, RefusesAnotherProgram) {
  auto other = member(1);
  other.program = "beef";
  expect_refusal(dialer(other), acceptor(member(2)),
                 "process 1 runs program 'beef', process 2 runs 'f00d': all processes of a job run "
                 "the same build");
}

TEST(Handshake, RefusesItself) {
  expect_refusal(dialer(member(2)), acceptor(member(2)),
                 "both sides are process 2: give each process an id of its own");
}

TEST(Handshake, RefusesSomebodyElseAtTheAddress) {
  auto one = dialer(member(1), secret_of(), {3});
  auto two = acceptor(member(2));
  talk(one, two);
  ASSERT_TRUE(one.failure && two.failure);
  EXPECT_EQ(one.failure->message, "process 2 answers where process 3 should: check the addresses");
  EXPECT_EQ(two.failure->message,
            "the other side refused the connection: process 2 answers where process 3 should: "
            "check the addresses");
}

TEST(Handshake, RefusesAnotherVersionOfTheProtocolWhateverItsHelloHolds) {
  std::string hello;
  codec<std::uint32_t>::encode(9, hello);
  hello += "something new";
  auto two = acceptor(member(2));
  std::string said;
  append_wire_frame(wire_kind::hello, hello, said);
  two.hear(said);
  ASSERT_TRUE(two.failure);
  EXPECT_EQ(two.failure->message,
            "the other side speaks version 9 of the protocol, this side version 1: run the same "
            "version of Weir in all processes");
  EXPECT_EQ(frames_in(two.out).at(0).kind, wire_kind::refusal);
}

TEST(Handshake, DoesNotAnswerARefusal) {
  auto two = acceptor(member(2));
  std::string said;
  append_refusal("no\x1b[31m\n", said);
  two.hear(said);
  ASSERT_TRUE(two.failure);
  EXPECT_EQ(two.failure->message, "the other side refused the connection: no [31m ");
  EXPECT_TRUE(two.out.empty());
}

TEST(Handshake, CutsALongRefusal) {
  std::string said;
  append_refusal(std::string(5'000, 'x'), said);
  EXPECT_EQ(frames_in(said).at(0).payload.size(), 1024U);
}

// What a stranger could try who has listened to a greeting, or talks to both sides.
TEST(Handshake, TakesNoProofBackThatItHasGiven) {
  auto one = dialer(member(1));
  auto mirror = acceptor(member(2), secret_of("the secret of others"));
  mirror.hear(one.say());
  one.hear(mirror.say());
  one.hear(one.say());  // Its own proof.
  ASSERT_TRUE(one.failure);
  EXPECT_FALSE(one.is_done());
}

TEST(Handshake, TakesNoProofOfAnEarlierGreeting) {
  auto one = dialer(member(1));
  auto two = acceptor(member(2));
  const auto hello = one.say();
  two.hear(hello);
  one.hear(two.say());
  const auto proof = one.say();
  two.hear(proof);
  ASSERT_TRUE(two.is_done());
  auto later = party{handshake::accept(member(2), secret_of(), challenge_of('b'))};
  later.hear(hello);
  later.hear(proof);
  ASSERT_TRUE(later.failure);
  EXPECT_FALSE(later.is_done());
}

TEST(Handshake, TakesNoHelloThatWasChangedOnTheWay) {
  auto one = dialer(member(1));
  auto two = acceptor(member(2));
  auto changed = dialer(member(3));
  static_cast<void>(one.say());
  two.hear(changed.say());
  one.hear(two.say());
  two.hear(one.say());
  EXPECT_TRUE(two.failure);
}

TEST(Handshake, RefusesFramesThatDoNotBelongThere) {
  for (auto kind = wire_kind::proof; kind <= last_wire_kind;
       kind = static_cast<wire_kind>(static_cast<int>(kind) + 1)) {
    if (kind == wire_kind::refusal) continue;
    auto two = acceptor(member(2));
    std::string said;
    append_wire_frame(kind, "payload", said);
    two.hear(said);
    ASSERT_TRUE(two.failure);
    EXPECT_EQ(two.failure->message, "greet: a " + std::string{to_string(kind)} +
                                        " came where a hello belongs: the other side is no "
                                        "process of this version of Weir");
  }
}

TEST(Handshake, RefusesEveryTruncatedHello) {
  auto one = dialer(member(1));
  const auto said = one.say();
  const auto hello = frames_in(said).at(0).payload;
  for (std::size_t length = 0; length <= hello.size() + 1; ++length) {
    if (length == hello.size()) continue;
    std::string cut{hello.substr(0, length)};
    cut.resize(length, '\0');
    std::string bytes;
    append_wire_frame(wire_kind::hello, cut, bytes);
    auto two = acceptor(member(2));
    two.hear(bytes);
    EXPECT_TRUE(two.failure) << length;
  }
}

}  // namespace
}  // namespace weir
