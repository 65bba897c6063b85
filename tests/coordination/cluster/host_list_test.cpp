// SPDX-License-Identifier: Apache-2.0
// A file of hosts, and what can be wrong with it.
#include "coordination/cluster/host_list.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

const cluster_host otherwise{
    .listen = {.host = "", .port = 6123}, .slots = 4, .ssh = "", .directory = "weir-node"};

std::string problem_with(std::string_view text) {
  const auto read = parse_host_list(text, otherwise);
  return read ? "none" : read.failure().message;
}

TEST(HostList, HasAHostInEachLine) {
  const auto hosts = parse_host_list(
      "# the rack at the door\n"
      "10.0.0.1\n"
      "\n"
      "  10.0.0.2   slots=8 ssh=weir@rack7.example  # bigger\n"
      "[fd00::3] port=7000 dir=/mnt/weir\n"
      "10.0.0.1 port=6124",
      otherwise);
  ASSERT_TRUE(hosts) << hosts.failure().message;
  ASSERT_EQ(hosts->size(), 4U);
  EXPECT_EQ((*hosts)[0], (cluster_host{{"10.0.0.1", 6123}, 4, "10.0.0.1", "weir-node"}));
  EXPECT_EQ((*hosts)[1], (cluster_host{{"10.0.0.2", 6123}, 8, "weir@rack7.example", "weir-node"}));
  EXPECT_EQ((*hosts)[2], (cluster_host{{"fd00::3", 7000}, 4, "fd00::3", "/mnt/weir"}));
  EXPECT_EQ(to_string((*hosts)[3].listen), "10.0.0.1:6124");
}

TEST(HostList, SaysWhatIsWrongInWhichLine) {
  EXPECT_EQ(problem_with("# nobody\n"),
            "there is no host; write one address to a line, the leader's first");
  EXPECT_EQ(problem_with("10.0.0.1\nrack7\n"),
            "line 2: 'rack7' is no address at which others reach a host, such as 10.0.0.1");
  EXPECT_EQ(problem_with("0.0.0.0\n"),
            "line 1: '0.0.0.0' is no address at which others reach a host, such as 10.0.0.1");
  EXPECT_EQ(problem_with("10.0.0.1 slot=3\n"),
            "line 1: 'slot=3' is none of slots=, port=, ssh= and dir=; did you mean slots?");
  EXPECT_EQ(problem_with("10.0.0.1 8\n"), "line 1: '8' is none of slots=, port=, ssh= and dir=");
  EXPECT_EQ(problem_with("10.0.0.1 slots=0\n"),
            "line 1: slots: '0' is not an integer between 1 and 1024");
  EXPECT_EQ(problem_with("10.0.0.1 port=70000\n"),
            "line 1: port: '70000' is not an integer between 1 and 65535");
  EXPECT_EQ(problem_with("10.0.0.1 dir=\n"), "line 1: dir: there is no value");
  EXPECT_EQ(problem_with("10.0.0.1\n10.0.0.1 slots=2\n"), "line 2: 10.0.0.1:6123 was named before");
}

}  // namespace
}  // namespace weir
