// SPDX-License-Identifier: Apache-2.0
// With TLS a connection is what it is without, however its bytes are cut, delayed or damaged;
// nobody on the way reads or changes anything; and whoever has no right certificate is told so.
#include "network/tls_channel.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/network/byte_pipe.hpp"
#include "tests/network/certificate_authority.hpp"
#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class TlsChannel : public ::testing::Test {
protected:
  // Both ends with certificates of one authority.
  static byte_pipe::options encrypted(std::uint64_t seed = 0) {
    static const certificate_authority authority;
    static const auto credentials = authority.credentials();
    return {.seed = seed, .tls = {credentials, credentials}};
  }
  static std::string failure_at(byte_pipe& pipe, std::size_t side) {
    return pipe.end(side).is_closed() ? pipe.end(side).failure().message : "it is not closed";
  }
  static std::string what_to_do() {
    return ": give --tls-cert, --tls-key and --tls-ca to the processes of both sides, or of "
           "neither";
  }
};

TEST_F(TlsChannel, OpensAConnectionOnBothSides) {
  byte_pipe pipe{encrypted()};
  pipe.run(milliseconds{100});
  for (const std::size_t side : {0U, 1U}) {
    EXPECT_TRUE(pipe.tls(side).is_established());
    EXPECT_TRUE(pipe.end(side).is_open());
    EXPECT_EQ(pipe.end(side).peer().process.value, 2 - side);
  }
}

TEST_F(TlsChannel, CarriesEverythingInOrderBothWays) {
  for (const auto seed : seeds_for(30)) {
    auto options = encrypted(seed);
    options.largest_piece = seed % 2 == 0 ? 400 : 40'000;
    // So that keys change in the middle of it.
    options.records_per_key = 1 + seed % 20;
    byte_pipe pipe{options};
    random_numbers random{seed};
    std::vector<std::string> sent[2];
    pipe.run(milliseconds{100});
    for (int i = 0; i < 100; ++i) {
      const auto side = random.below(2);
      const std::uint64_t most = random.below(10) == 0 ? 100'000 : 3'000;
      sent[side].emplace_back(random.below(most), static_cast<char>('a' + random.below(26)));
      pipe.send(side, sent[side].back());
      if (random.below(4) == 0) pipe.run(milliseconds{random.below(200)});
    }
    pipe.run(milliseconds{200});
    EXPECT_EQ(pipe.received(0), sent[1]) << "seed " << seed;
    EXPECT_EQ(pipe.received(1), sent[0]) << "seed " << seed;
    EXPECT_GT(pipe.tls(0).key_changes(), 0U) << "seed " << seed;
  }
}

TEST_F(TlsChannel, KeepsAKeyForAsLongAsItMay) {
  byte_pipe pipe{encrypted()};
  pipe.run(seconds{10});
  pipe.send(0, std::string(1'000'000, 'x'));
  pipe.run(milliseconds{100});
  EXPECT_EQ(pipe.received(1).size(), 1U);
  EXPECT_EQ(pipe.tls(0).key_changes(), 0U);
}

TEST_F(TlsChannel, SurvivesAnyDamageWithoutDeliveringIt) {
  for (const auto seed : seeds_for(50)) {
    byte_pipe pipe{encrypted(seed)};
    random_numbers random{seed};
    // Sometimes the handshake is hit.
    if (seed % 2 == 0) pipe.run(milliseconds{100});
    bool is_damaged = false;
    pipe.tamper(0, [&](std::string& piece) {
      if (is_damaged || random.below(10) != 0) return;
      is_damaged = true;
      auto& byte = piece[random.below(piece.size())];
      byte = static_cast<char>(byte ^ (1 << random.below(8)));
    });
    if (seed % 2 != 0) pipe.run(milliseconds{100});
    std::vector<std::string> sent;
    for (int i = 0; i < 100 && pipe.end(0).is_open(); ++i) {
      sent.push_back(std::to_string(i) + std::string(random.below(500), 'x'));
      pipe.send(0, sent.back());
    }
    pipe.run(seconds{3});
    const auto& received = pipe.received(1);
    ASSERT_LE(received.size(), sent.size());
    EXPECT_TRUE(std::equal(received.begin(), received.end(), sent.begin())) << "seed " << seed;
    // A few bytes of the first message have no meaning, and are not protected.
    const bool does_not_matter = seed % 2 != 0 && received.size() == sent.size();
    EXPECT_TRUE(does_not_matter || is_damaged == pipe.end(1).is_closed()) << "seed " << seed;
  }
}

// Somebody on the way who sets checksums right gets through where there is no TLS.
TEST_F(TlsChannel, CannotBeChangedByWhoeverKnowsTheFormat) {
  const auto forged = [](byte_pipe::options options) {
    options.largest_delay = {};
    options.largest_piece = 100'000;  // Frames stay whole: with TLS, its records do.
    byte_pipe pipe{std::move(options)};
    pipe.run(milliseconds{100});
    pipe.tamper(0, [](std::string& piece) {
      if (piece.size() <= wire_header_size) return;  // A heartbeat.
      piece.clear();
      append_wire_frame(wire_kind::message, "pay the thief", piece);
    });
    pipe.send(0, "pay the baker");
    pipe.run(milliseconds{20});
    return pipe.received(1);
  };
  EXPECT_EQ(forged({}), std::vector<std::string>{"pay the thief"});
  EXPECT_EQ(forged(encrypted()), std::vector<std::string>{});
}

TEST_F(TlsChannel, HidesWhatIsSent) {
  const auto is_seen = [](byte_pipe::options options) {
    options.largest_piece = 100'000;
    byte_pipe pipe{std::move(options)};
    std::string seen;
    pipe.tamper(0, [&](const std::string& piece) { seen += piece; });
    pipe.run(milliseconds{100});
    pipe.send(0, "the number of an account");
    pipe.run(milliseconds{100});
    EXPECT_EQ(pipe.received(1).size(), 1U);
    return seen.find("number of an account") != std::string::npos ||
           seen.find("orders") != std::string::npos;  // The name of the cluster.
  };
  EXPECT_TRUE(is_seen({}));
  EXPECT_FALSE(is_seen(encrypted()));
}

TEST_F(TlsChannel, IsNotRepeatedByWhoeverHasListened) {
  auto options = encrypted();
  options.largest_piece = 100'000;
  byte_pipe pipe{options};
  pipe.run(milliseconds{100});
  pipe.tamper(0, [](std::string& piece) { piece += piece; });
  pipe.send(0, "once");
  pipe.run(milliseconds{100});
  EXPECT_EQ(pipe.received(1), std::vector<std::string>{"once"});
  EXPECT_TRUE(pipe.end(1).is_closed());
}

TEST_F(TlsChannel, RefusesACertificateOfAnotherAuthorityOnBothSides) {
  const certificate_authority others{"the authority of others"};
  auto options = encrypted();
  options.tls[0] = others.credentials();
  byte_pipe pipe{options};
  pipe.run(milliseconds{200});
  // The dialer is the first to see a certificate.
  EXPECT_EQ(failure_at(pipe, 0),
            "TLS: the certificate of the other side is not accepted: unable to get local issuer "
            "certificate: it needs one that is valid now, signed by the authority of this side");
  EXPECT_EQ(failure_at(pipe, 1),
            "TLS: the other side does not accept this one: unknown CA: compare the certificates "
            "and authorities of both");
}

TEST_F(TlsChannel, RefusesADialerOfAnotherAuthorityOnBothSides) {
  const certificate_authority ours{"ours"};
  const certificate_authority others{"theirs"};
  auto files = others.issue();
  // It trusts us, and we do not trust it.
  files.authority.text += ours.issue().authority.text;
  const auto theirs = tls_credentials::make(files);
  ASSERT_TRUE(theirs);
  byte_pipe pipe{{.tls = {*theirs, ours.credentials()}}};
  pipe.run(milliseconds{200});
  EXPECT_NE(failure_at(pipe, 1).find("the certificate of the other side is not accepted"),
            std::string::npos);
  EXPECT_NE(failure_at(pipe, 0).find("the other side does not accept this one: unknown CA"),
            std::string::npos);
  EXPECT_FALSE(pipe.has_opened(0));
}

TEST_F(TlsChannel, TellsADialerWithoutTlsWhatIsMissing) {
  auto options = encrypted();
  options.tls[0].reset();
  byte_pipe pipe{options};
  pipe.run(milliseconds{100});
  EXPECT_EQ(failure_at(pipe, 1), "the other side speaks without TLS" + what_to_do());
  EXPECT_EQ(failure_at(pipe, 0),
            "the other side refused the connection: this process takes connections with TLS only" +
                what_to_do());
}

TEST_F(TlsChannel, IsToldByAnAcceptorWithoutTlsWhatIsMissing) {
  auto options = encrypted();
  options.tls[1].reset();
  byte_pipe pipe{options};
  pipe.run(milliseconds{100});
  EXPECT_EQ(failure_at(pipe, 0), "the other side speaks without TLS" + what_to_do());
  EXPECT_EQ(failure_at(pipe, 1),
            "read a frame: the other side speaks TLS, and this one does not" + what_to_do());
}

TEST_F(TlsChannel, StillNeedsTheSecret) {
  auto options = encrypted();
  options.acceptors_secret = secret_of("the secret of others");
  byte_pipe pipe{options};
  pipe.run(milliseconds{200});
  for (const std::size_t side : {0U, 1U}) {
    EXPECT_NE(failure_at(pipe, side).find("different cluster secrets"), std::string::npos);
  }
}

TEST_F(TlsChannel, IsBoundByTheDeadlineOfTheGreeting) {
  for (const std::size_t silent : {0U, 1U}) {
    byte_pipe pipe{encrypted()};
    pipe.block(silent, true);
    pipe.run(milliseconds{2'001});
    EXPECT_NE(failure_at(pipe, 1 - silent).find("the greeting took longer than 2s"),
              std::string::npos);
  }
}

// A record is given out when it is whole: until then its bytes are a sign of life, too.
TEST_F(TlsChannel, TakesEveryByteForLife) {
  auto options = encrypted();
  options.largest_piece = 100;
  options.settings.heartbeat_timeout = milliseconds{200};
  byte_pipe pipe{options};
  pipe.run(milliseconds{100});
  // A record of 16 KiB that takes 300 ms: every piece but the last is less than one.
  int pieces = 0;
  pipe.block(0, true);
  pipe.tamper(0, [&](const std::string&) { ++pieces; });
  pipe.send(0, std::string(16'000, 'x'));
  pipe.run(milliseconds{5});
  ASSERT_GT(pieces, 200);
  for (int i = 0; i < 100; ++i) {
    pipe.let_through(0, 1);
    pipe.run(milliseconds{10});
  }
  EXPECT_TRUE(pipe.end(1).is_open());
  EXPECT_TRUE(pipe.received(1).empty());
}

TEST_F(TlsChannel, FailsForEver) {
  const certificate_authority authority;
  tls_channel channel{authority.credentials(), tls_side::acceptor};
  std::string room(100, '\0');
  const std::string record = std::string{"\x16\x03\x03\0\5", 5} + "hello, and more";
  std::string_view garbage = record;
  const auto first = channel.decrypt(garbage, room);
  ASSERT_FALSE(first);
  EXPECT_TRUE(first.failure().message.starts_with("TLS: ")) << first.failure().message;
  EXPECT_FALSE(channel.take_output().empty());  // An alert.
  std::string_view nothing;
  EXPECT_EQ(channel.decrypt(nothing, room).failure(), first.failure());
  EXPECT_EQ(channel.encrypt("more").failure(), first.failure());
}

}  // namespace
}  // namespace weir
