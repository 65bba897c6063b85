// SPDX-License-Identifier: Apache-2.0
// What `weir spawn` understands, and what it says of the rest.
#include "coordination/cluster/spawn_arguments.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using words = std::vector<std::string>;

std::string problem_with(const words& said) {
  const auto read = parse_spawn_arguments(said);
  return read ? "none" : read.failure().message;
}

TEST(SpawnArguments, HaveDefaults) {
  const auto asked = parse_spawn_arguments(words{"--hosts", "h", "--secret-file", "s"});
  ASSERT_TRUE(asked) << asked.failure().message;
  EXPECT_EQ(asked->hosts_file, "h");
  EXPECT_EQ(asked->otherwise.listen.port, 6123);
  EXPECT_EQ(asked->otherwise.slots, 1U);
  EXPECT_EQ(asked->otherwise.directory, "weir-node");
  EXPECT_EQ(asked->settings.ssh, "ssh");
  EXPECT_EQ(asked->settings.program, "weir");
  EXPECT_EQ(asked->settings.secret_file, "s");
  EXPECT_FALSE(asked->settings.tls.are_given());
  EXPECT_FALSE(asked->is_dry);
  EXPECT_FALSE(asked->help);
}

TEST(SpawnArguments, AreUnderstood) {
  const auto asked = parse_spawn_arguments(words{"--hosts=h", "--secret-file=s", "--slots", "8",
                                                 "--port=7000", "--dir", "/d", "--program",
                                                 "/opt/weir", "--ssh", "ssh -p 2222", "--dry-run"});
  ASSERT_TRUE(asked) << asked.failure().message;
  EXPECT_EQ(asked->otherwise.listen.port, 7000);
  EXPECT_EQ(asked->otherwise.slots, 8U);
  EXPECT_EQ(asked->otherwise.directory, "/d");
  EXPECT_EQ(asked->settings.program, "/opt/weir");
  EXPECT_EQ(asked->settings.ssh, "ssh -p 2222");
  EXPECT_TRUE(asked->is_dry);
  EXPECT_TRUE(parse_spawn_arguments(words{"--nonsense", "-h"})->help);
}

TEST(SpawnArguments, NameTheFilesOfTlsTogether) {
  const auto asked = parse_spawn_arguments(words{"--hosts=h", "--secret-file=s", "--tls-cert",
                                                 "node.pem", "--tls-key=node.key", "--tls-ca=/a"});
  ASSERT_TRUE(asked) << asked.failure().message;
  EXPECT_EQ(asked->settings.tls, (tls_paths{"node.pem", "node.key", "/a"}));
  EXPECT_EQ(problem_with({"--hosts=h", "--secret-file=s", "--tls-cert=c", "--tls-key=k"}),
            "weir spawn: --tls-cert, --tls-key and --tls-ca belong together; there is no "
            "--tls-ca. See weir spawn --help");
}

TEST(SpawnArguments, NameTheElectionAndTheControlGroup) {
  const auto asked = parse_spawn_arguments(words{"--hosts=h", "--secret-file=s",
                                                 "--high-availability=/shared/weir",
                                                 "--control-group", "services/weir"});
  ASSERT_TRUE(asked) << asked.failure().message;
  EXPECT_EQ(asked->settings.high_availability, "/shared/weir");
  EXPECT_EQ(asked->settings.control_group, "services/weir");
  EXPECT_EQ(problem_with({"--hosts=h", "--secret-file=s",
                          "--high-availability=zookeeper://10.0.0.1:2181/weir"}),
            "none");
  EXPECT_EQ(problem_with({"--hosts=h", "--secret-file=s", "--high-availability=shared"}),
            "weir spawn: --high-availability shared: name a directory that all hosts share by its "
            "absolute path, or zookeeper://HOST:2181/PATH. See weir spawn --help");
  EXPECT_EQ(problem_with({"--hosts=h", "--secret-file=s", "--high-availability=zookeeper://here"}),
            "weir spawn: --high-availability: the address \"zookeeper://here\" of a ZooKeeper: "
            "names no znode below which Weir may write; it must be like "
            "zookeeper://host:2181,host2:2181/weir. See weir spawn --help");
  const auto said = problem_with({"--hosts=h", "--secret-file=s", "--control-group=a/../b"});
  EXPECT_TRUE(said.starts_with("weir spawn: --control-group: ")) << said;
}

TEST(SpawnArguments, SayWhatIsWrong) {
  EXPECT_EQ(problem_with({"--secret-file", "s"}), "weir spawn: say --hosts. See weir spawn --help");
  EXPECT_EQ(problem_with({"--hosts", "h"}), "weir spawn: say --secret-file. See weir spawn --help");
  EXPECT_EQ(problem_with({"--host", "h"}),
            "weir spawn: unknown option --host; did you mean --hosts? See weir spawn --help");
  EXPECT_EQ(problem_with({"--hosts"}),
            "weir spawn: option --hosts needs a value. See weir spawn --help");
  EXPECT_EQ(problem_with({"--hosts="}),
            "weir spawn: option --hosts needs a value. See weir spawn --help");
  EXPECT_EQ(problem_with({"--hosts=a", "--hosts=b"}),
            "weir spawn: option --hosts was given more than once. See weir spawn --help");
  EXPECT_EQ(problem_with({"--dry-run=yes"}),
            "weir spawn: option --dry-run does not take a value. See weir spawn --help");
  EXPECT_EQ(problem_with({"--hosts=h", "--secret-file=s", "--slots=0"}),
            "weir spawn: --slots: '0' is not an integer between 1 and 1024. See weir spawn --help");
  EXPECT_EQ(problem_with({"--hosts=h", "--secret-file=s", "--port=x"}),
            "weir spawn: --port: 'x' is not an integer between 1 and 65535. See weir spawn --help");
}

TEST(SpawnArguments, AreAllInTheHelp) {
  for (const auto* option :
       {"--hosts FILE", "--secret-file FILE", "--slots N", "--port PORT", "--dir DIRECTORY",
        "--program PATH", "--ssh COMMAND", "--tls-cert FILE", "--tls-key FILE", "--tls-ca FILE",
        "--high-availability WHERE", "--control-group NAME", "--dry-run"}) {
    EXPECT_NE(spawn_help().find(option), std::string_view::npos) << option;
  }
}

}  // namespace
}  // namespace weir
