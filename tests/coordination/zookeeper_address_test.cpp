// SPDX-License-Identifier: Apache-2.0
// Addresses of ZooKeeper, and what is none.
#include "coordination/zookeeper_address.hpp"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(ZookeeperAddress, HasServersAndAPath) {
  const auto one = parse_zookeeper_address("zookeeper://localhost/weir");
  ASSERT_TRUE(one.ok()) << one.failure().message;
  EXPECT_EQ(*one, (zookeeper_address{.servers = "localhost:2181", .path = "/weir"}));
  const auto three =
      parse_zookeeper_address("zookeeper://zk-1:2182,10.0.0.2,[::1]:2183/prod/weir_2.x");
  ASSERT_TRUE(three.ok()) << three.failure().message;
  EXPECT_EQ(three->servers, "zk-1:2182,10.0.0.2:2181,[::1]:2183");
  EXPECT_EQ(three->path, "/prod/weir_2.x");
  EXPECT_EQ(parse_zookeeper_address("zookeeper://[fe80::1]/w")->servers, "[fe80::1]:2181");
}

TEST(ZookeeperAddress, SaysWhatIsWrongWithOne) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"localhost:2181/weir", "does not begin with zookeeper://"},
      {"zookeeper://localhost:2181", "names no znode below which Weir may write"},
      {"zookeeper://localhost:2181/", "names no znode below which Weir may write"},
      {"zookeeper://localhost/a//b", "\"/a//b\" is no path of a znode"},
      {"zookeeper://localhost/a/", "\"/a/\" is no path of a znode"},
      {"zookeeper://localhost/a/../b", "\"/a/../b\" is no path of a znode"},
      {"zookeeper://localhost/a b", "\"/a b\" is no path of a znode"},
      {"zookeeper:///weir", "\"\" is not HOST or HOST:PORT"},
      {"zookeeper://a,,b/weir", "\"\" is not HOST or HOST:PORT"},
      {"zookeeper://a,/weir", "\"\" is not HOST or HOST:PORT"},
      {"zookeeper://a:0/weir", "\"a:0\" is not HOST or HOST:PORT"},
      {"zookeeper://a:65536/weir", "\"a:65536\" is not HOST or HOST:PORT"},
      {"zookeeper://a:/weir", "\"a:\" is not HOST or HOST:PORT"},
      {"zookeeper://::1/weir", "\"::1\" is not HOST or HOST:PORT"},
      {"zookeeper://user@host/weir", "\"user@host\" is not HOST or HOST:PORT"}};
  for (const auto& [text, why] : wrong) {
    const auto parsed = parse_zookeeper_address(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.failure().code, error_code::invalid_argument) << text;
    EXPECT_EQ(parsed.failure().message,
              "the address \"" + text + "\" of a ZooKeeper: " + why +
                  "; it must be like zookeeper://host:2181,host2:2181/weir");
  }
}

}  // namespace
}  // namespace weir
