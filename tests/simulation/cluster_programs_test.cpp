// SPDX-License-Identifier: Apache-2.0
// Which programs nodes look for, and when they leave off: nothing that anybody asks for is kept in
// mind for ever.
#include <algorithm>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "network/sha256.hpp"
#include "state/whole_file.hpp"
#include "tests/support/simulated_nodes.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

TEST(ClusterPrograms, AreNotKeptInMindIfTheyCannotBe) {
  simulated_nodes nodes{{.seed = 1, .nodes = 2}};
  nodes.run(2s);
  const auto first = *nodes.leader();
  const auto was_said = [&](std::uint32_t node, const std::string& what) {
    const auto said = nodes.said(nodes.name_of(node));
    return std::find(said.begin(), said.end(), what) != said.end();
  };
  nodes.tell(first, want_blob{std::string(1000, 'x'), 0});
  nodes.tell(1 - first, keep_programs{{std::string(1000, 'x')}});
  nodes.run(1s);
  EXPECT_TRUE(was_said(first, "send a program: what was asked for is no SHA-256"));
  EXPECT_TRUE(was_said(1 - first, "keep a program: its name is no SHA-256"));
}

// Whatever a leader looked for and nobody had is not looked for when somebody has it later.
TEST(ClusterPrograms, AreLookedForAsLongAsSomebodyWaits) {
  const std::string program = "#!imagined";
  sha256 sum;
  sum.update(program);
  const auto hash = std::move(sum).finish();
  for (const auto waited : {1s, 20s}) {
    simulated_nodes nodes{{.seed = 1, .nodes = 2}};
    nodes.run(2s);
    const auto first = *nodes.leader();
    const auto other = 1 - first;
    nodes.crash(other);
    nodes.tell(first, want_blob{hash, 0});
    nodes.run(waited);
    auto& files = nodes.world().files();
    ASSERT_TRUE(files.make_directories("/" + nodes.name_of(other)));
    ASSERT_TRUE(write_whole_file(files, "/" + nodes.name_of(other) + "/" + hash, program));
    nodes.start(other);
    nodes.run(5s);
    EXPECT_EQ(files.stat("/" + nodes.name_of(first) + "/" + hash).ok(), waited == 1s);
  }
}

}  // namespace
}  // namespace weir
