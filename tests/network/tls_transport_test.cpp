// SPDX-License-Identifier: Apache-2.0
// Connections over real sockets with mutual TLS, and what a peer is told that does not belong.
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "network/tcp_transport.hpp"
#include "tests/network/certificate_authority.hpp"
#include "tests/network/tcp_pair.hpp"
#include "tests/network/transport_party.hpp"

namespace weir {
namespace {

tcp_transport_settings encrypted(std::uint32_t process, const certificate_authority& authority) {
  auto settings = transport_settings(member(process));
  settings.tls = authority.credentials();
  return settings;
}

TEST(TlsTransport, CarriesFramesBothWays) {
  const certificate_authority authority;
  transport_party one{encrypted(1, authority)};
  transport_party two{encrypted(2, authority)};
  one.dial(2, two);
  one.wait_for("up 2");
  two.wait_for("up 1");
  for (const std::size_t size : {0U, 1U, 16'384U, 65'536U, 1'000'000U}) {
    one.send(2, std::string(size, 'x'));
    two.wait_for(std::string(size, 'x'));
    two.send(1, std::string(size, 'y'));
    one.wait_for(std::string(size, 'y'));
  }
}

// Encrypting and queueing are one step, or the other side could not decrypt.
TEST(TlsTransport, CarriesEveryFrameOfManySendersInTheirOrder) {
  const certificate_authority authority;
  transport_party one{encrypted(1, authority)};
  transport_party two{encrypted(2, authority)};
  one.dial(2, two);
  one.wait_for("up 2");
  two.wait_for("up 1");
  constexpr int threads = 4;
  constexpr int frames = 500;
  std::vector<std::thread> senders;
  for (int t = 0; t < threads; ++t) {
    senders.emplace_back([&, t] {
      for (int i = 0; i < frames; ++i) {
        one.send(2, std::to_string(t) + " " + std::to_string(i));
        if (t == 0) two.send(1, "back " + std::to_string(i));
      }
    });
  }
  for (auto& each : senders) each.join();
  for (int t = 0; t < threads; ++t) two.wait_for(std::to_string(t) + " 499");
  one.wait_for("back 499");
  std::vector<int> next(threads);
  for (const auto& each : two.log()) {
    if (each == "up 1") continue;
    std::size_t end = 0;
    const auto thread = static_cast<std::size_t>(std::stoi(each, &end));
    EXPECT_EQ(std::stoi(each.substr(end)), next[thread]++);
  }
  EXPECT_EQ(next, std::vector<int>(threads, frames));
}

TEST(TlsTransport, SaysGoodbyeBehindEverythingThatWasSent) {
  const certificate_authority authority;
  transport_party two{encrypted(2, authority)};
  {
    transport_party one{encrypted(1, authority)};
    one.dial(2, two);
    one.wait_for("up 2");
    for (int i = 0; i < 1'000; ++i) one.send(2, "frame" + std::string(1'000, 'x'));
  }
  two.wait_for("down 1");
  EXPECT_EQ(two.count("frame" + std::string(1'000, 'x')), 1'000U);
  two.wait_for_failure("the other side ended the connection: process 1 ends");
}

TEST(TlsTransport, TellsBothSidesWhyACertificateIsNotAccepted) {
  const certificate_authority ours{"ours"};
  const certificate_authority theirs{"theirs"};
  transport_party one{encrypted(1, theirs)};
  transport_party two{encrypted(2, ours)};
  one.dial(2, two);
  one.wait_for_failure("TLS: the certificate of the other side is not accepted");
  two.wait_for_failure("TLS: the other side does not accept this one: unknown CA");
  EXPECT_EQ(one.count("up 2"), 0U);
}

TEST(TlsTransport, TellsBothSidesThatOneHasNoTls) {
  const certificate_authority authority;
  transport_party one{transport_settings(member(1))};
  transport_party two{encrypted(2, authority)};
  one.dial(2, two);
  one.wait_for_failure("this process takes connections with TLS only");
  two.wait_for_failure("the other side speaks without TLS");

  transport_party three{encrypted(3, authority)};
  transport_party four{transport_settings(member(4))};
  three.dial(4, four);
  three.wait_for_failure("the other side speaks without TLS");
  four.wait_for_failure("the other side speaks TLS, and this one does not");
}

TEST(TlsTransport, EndsAPeerThatStopsInItsHandshake) {
  const certificate_authority authority;
  auto settings = encrypted(2, authority);
  settings.connections.greeting_timeout = std::chrono::milliseconds{50};
  transport_party two{std::move(settings)};
  auto stranger = connect_to(two.transport().local());
  write_all(stranger, "\x16\x03\x01\x01");
  EXPECT_EQ(read_to_end(stranger), "");
  two.wait_for_failure("the greeting took longer than 50ms");
}

}  // namespace
}  // namespace weir
