// SPDX-License-Identifier: Apache-2.0
// The names of drained nodes come back all or not at all.
#include "coordination/cluster/drained_nodes.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

const std::set<std::string> some_nodes{"10.0.0.1:6123", "10.0.0.2:6123"};

TEST(DrainedNodes, ComeBackAsTheyWereStored) {
  for (const auto& each : {std::set<std::string>{}, some_nodes}) {
    const auto read = read_drained(stored_drained(each));
    ASSERT_TRUE(read.ok()) << read.failure().message;
    EXPECT_EQ(*read, each);
  }
}

// docs/formats/drained_nodes.md.
TEST(DrainedNodes, AreWrittenAsTheFormatSays) {
  const std::string_view expected{"weir drained nodes 1\n\xb5\xf6\x52\x3e\1\0\0\0\3\0\0\0a:1", 36};
  EXPECT_EQ(stored_drained({"a:1"}), expected);
}

TEST(DrainedNodes, AreRefusedWhenTheyAreDamagedOrOfAnotherVersion) {
  const auto text = stored_drained(some_nodes);
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(read_drained(damaged).ok()) << i;
    EXPECT_EQ(read_drained(text.substr(0, i)).failure().code, error_code::corrupt_data) << i;
  }
  EXPECT_EQ(read_drained(text + "x").failure().message,
            "read which nodes are drained: checksum mismatch");
  EXPECT_EQ(read_drained("weir drained nodes 2\n").failure().message,
            "read which nodes are drained: it is not of version 1");
}

}  // namespace
}  // namespace weir
