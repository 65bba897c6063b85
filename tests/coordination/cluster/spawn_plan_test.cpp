// SPDX-License-Identifier: Apache-2.0
// The lines that start nodes, and that a shell reads them as they are meant.
#include "coordination/cluster/spawn_plan.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "coordination/child_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

TEST(SpawnPlan, GivesEachHostTheSecretAndStartsItsNode) {
  const auto steps = plan_spawn({{{"10.0.0.1", 6123}, 4, "10.0.0.1", "weir-node"},
                                 {{"10.0.0.2", 7000}, 8, "weir@rack7", "/mnt/a node"}},
                                {.ssh = "ssh -p 2222", .program = "weir", .secret_file = "a key"});
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_EQ(steps[0].what, "give 10.0.0.1:6123 the secret");
  EXPECT_EQ(steps[0].line,
            "ssh -p 2222 10.0.0.1 'umask 077 && mkdir -p weir-node && cd weir-node && cat >secret'"
            " <'a key'");
  EXPECT_EQ(steps[1].what, "start the node of 10.0.0.1:6123");
  EXPECT_EQ(steps[1].line,
            "ssh -p 2222 10.0.0.1 'umask 077 && mkdir -p weir-node && cd weir-node && "
            "{ setsid weir node --listen 10.0.0.1:6123 --slots 4 --dir . --secret-file secret "
            ">>node.log 2>&1 </dev/null & } && node=$! && sleep 1 && "
            "{ kill -0 $node 2>/dev/null || { tail -n 5 node.log; exit 1; }; }'");
  EXPECT_EQ(steps[2].what, "give 10.0.0.2:7000 the secret");
  EXPECT_NE(steps[3].line.find("mkdir -p '\\''/mnt/a node'\\'' && cd"), std::string::npos);
  EXPECT_NE(steps[3].line.find("--listen 10.0.0.2:7000 --slots 8 --dir . --secret-file secret "
                               "--join 10.0.0.1:6123 >>node.log"),
            std::string::npos)
      << steps[3].line;
}

TEST(SpawnPlan, TellsEachNodeItsFilesOfTls) {
  const auto steps = plan_spawn({{{"10.0.0.1", 6123}, 4, "10.0.0.1", "weir-node"},
                                 {{"10.0.0.2", 6123}, 4, "10.0.0.2", "weir-node"}},
                                {.secret_file = "s", .tls = {"node.pem", "a key", "/etc/ca.pem"}});
  for (const auto& node : {steps[1], steps[3]}) {
    EXPECT_NE(node.line.find("--secret-file secret --tls-cert node.pem --tls-key '\\''a key'\\'' "
                             "--tls-ca /etc/ca.pem "),
              std::string::npos)
        << node.line;
  }
}

TEST(SpawnPlan, LetsNodesElectTheirLeaderInsteadOfJoiningOne) {
  const auto steps = plan_spawn(
      {{{"10.0.0.1", 6123}, 4, "10.0.0.1", "weir-node"},
       {{"10.0.0.2", 6123}, 4, "10.0.0.2", "weir-node"}},
      {.secret_file = "s", .high_availability = "/shared/a cluster", .control_group = "weir"});
  for (const auto& node : {steps[1], steps[3]}) {
    EXPECT_NE(node.line.find("--secret-file secret --control-group weir "
                             "--high-availability '\\''/shared/a cluster'\\'' >>node.log"),
              std::string::npos)
        << node.line;
    EXPECT_EQ(node.line.find("--join"), std::string::npos) << node.line;
  }
}

TEST(SpawnPlan, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_word("weir@rack7.example:22"), "weir@rack7.example:22");
  EXPECT_EQ(shell_word(""), "''");
  const temporary_directory place;
  const auto file = place.path() + "/words";
  for (const std::string text : {"", "a b", "it's", "$HOME `id` \"q\" \\ * ; & |", "line\nline"}) {
    const auto line = "printf %s " + shell_word(text) + " >" + shell_word(file);
    auto shell = child_process::start("/bin/sh", {"sh", "-c", line}, {});
    ASSERT_TRUE(shell);
    ASSERT_TRUE(shell->end_within(std::chrono::seconds{20}));
    std::stringstream said;
    said << std::ifstream{file}.rdbuf();
    EXPECT_EQ(said.str(), text);
  }
}

}  // namespace
}  // namespace weir
