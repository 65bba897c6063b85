// SPDX-License-Identifier: Apache-2.0
// Hosts and ports as people write them, and what is none.
#include "network/endpoint_text.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

endpoint parsed(std::string_view text) {
  const auto found = parse_endpoint(text);
  EXPECT_TRUE(found.ok()) << (found ? "" : found.failure().message);
  return found ? *found : endpoint{};
}

TEST(EndpointText, IsReadAsItIsWritten) {
  for (const std::string text : {"127.0.0.1:6123", "10.0.0.7:0", "[::1]:65535", "[fe80::1]:1"}) {
    EXPECT_EQ(to_string(parsed(text)), text);
  }
  EXPECT_EQ(parsed("localhost:6123"), (endpoint{"127.0.0.1", 6123}));
}

TEST(EndpointText, SaysWhatItShouldBe) {
  EXPECT_EQ(parse_endpoint("there").failure().message,
            "'there' is not HOST:PORT with a numeric address, such as 10.0.0.7:6123 or [::1]:6123");
  for (const char* text : {"", ":", "10.0.0.7", "10.0.0.7:", "10.0.0.7:x", "10.0.0.7:65536",
                           "10.0.0.7:-1", "10.0.0:1:2", "::1:6123", "[]:1", "[::1]", "host:1"}) {
    EXPECT_FALSE(parse_endpoint(text).ok()) << text;
  }
}

TEST(EndpointText, KnowsWhoCanReachAnAddress) {
  EXPECT_TRUE(is_loopback({"127.0.0.1", 1}));
  EXPECT_TRUE(is_loopback({"::1", 1}));
  EXPECT_FALSE(is_loopback({"10.0.0.1", 1}));
  EXPECT_TRUE(is_any_address({"0.0.0.0", 1}));
  EXPECT_TRUE(is_any_address({"::", 1}));
  EXPECT_FALSE(is_any_address({"127.0.0.1", 1}));
}

}  // namespace
}  // namespace weir
