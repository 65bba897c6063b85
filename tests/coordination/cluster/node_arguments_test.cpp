// SPDX-License-Identifier: Apache-2.0
// What a node is told, and what is said to what it cannot be told.
#include "coordination/cluster/node_arguments.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using words = std::vector<std::string>;

result<std::string> some_file(const std::string& path) {
  if (path == "node.yaml") return std::string{"listen: 10.0.0.1:6123\nslots: 4\ndir: /weir\n"};
  if (path == "wrong.yaml") return std::string{"port: 6123\n"};
  if (path == "tls.yaml") return std::string{"tls-cert: c\ntls-key: k\ntls-ca: a\n"};
  if (path == "group.yaml") return std::string{"control-group: own\n"};
  return error{error_code::not_found, "open " + path + ": no such file"};
}
node_request asked(const words& given) {
  const auto request = parse_node_arguments(given, some_file);
  EXPECT_TRUE(request.ok()) << (request ? "" : request.failure().message);
  return request ? *request : node_request{};
}
std::string problem_of(words given, bool is_complete = true) {
  if (is_complete) given.insert(given.begin(), {"--dir", "/weir"});
  const auto request = parse_node_arguments(given, some_file);
  EXPECT_FALSE(request.ok());
  return request ? "" : request.failure().message;
}

TEST(NodeArguments, SayWhereANodeListensAndWhatItOffers) {
  const auto node = asked({"--listen", "localhost:6123", "--slots=4", "--dir", "/weir", "--join",
                           "10.0.0.1:6123", "--secret-file", "s"});
  EXPECT_EQ(node.listen, "127.0.0.1:6123");
  EXPECT_EQ(node.slots, 4U);
  EXPECT_EQ(node.directory, "/weir");
  EXPECT_EQ(node.join, "10.0.0.1:6123");
  EXPECT_EQ(node.secret_file, "s");
  EXPECT_TRUE(asked({"--slots", "x", "-h"}).help);
}

TEST(NodeArguments, MayStandInAFileOverWhichOptionsWin) {
  const auto node = asked({"--config", "node.yaml", "--slots", "8"});
  EXPECT_EQ(node.listen, "10.0.0.1:6123");
  EXPECT_EQ(node.slots, 8U);
  EXPECT_EQ(node.join, "");
  EXPECT_EQ(problem_of({"--config", "wrong.yaml"}), "wrong.yaml: line 1: unknown key 'port'");
  EXPECT_EQ(problem_of({"--config", "none"}), "read the configuration: open none: no such file");
}

TEST(NodeArguments, SayWhereALeaderIsAgreedOn) {
  const std::vector<std::string> node{"--listen", "10.0.0.1:6123", "--slots",
                                      "4",        "--dir",         "/weir"};
  EXPECT_EQ(asked(node).high_availability, "");
  auto elected = node;
  elected.emplace_back("--high-availability=zookeeper://zk:2181/weir");
  EXPECT_EQ(asked(elected).high_availability, "zookeeper://zk:2181/weir");
}

TEST(NodeArguments, NameTheFilesOfTlsTogether) {
  const words node{"--listen", "10.0.0.1:6123", "--slots", "4", "--dir", "/weir"};
  const auto with = [&](words more) {
    more.insert(more.end(), node.begin(), node.end());
    return more;
  };
  EXPECT_FALSE(asked(node).tls.are_given());
  EXPECT_EQ(asked(with({"--tls-cert", "c", "--tls-key=k", "--tls-ca", "a"})).tls,
            (tls_paths{"c", "k", "a"}));
  EXPECT_EQ(asked(with({"--config", "tls.yaml", "--tls-ca", "b"})).tls, (tls_paths{"c", "k", "b"}));
  EXPECT_EQ(problem_of(with({"--tls-cert", "c", "--tls-key", "k"}), false),
            "weir node: --tls-cert, --tls-key and --tls-ca belong together; there is no --tls-ca. "
            "See weir node --help");
  EXPECT_EQ(problem_of(with({"--tls-cret", "c"}), false),
            "weir node: unknown option --tls-cret; did you mean --tls-cert? See weir node --help");
}

TEST(NodeArguments, NameAControlGroup) {
  const words node{"--listen", "10.0.0.1:6123", "--slots", "4", "--dir", "/weir"};
  const auto with = [&](words more) {
    more.insert(more.end(), node.begin(), node.end());
    return more;
  };
  EXPECT_EQ(asked(node).control_group, "");
  EXPECT_EQ(asked(with({"--control-group", "services/weir"})).control_group, "services/weir");
  EXPECT_EQ(asked(with({"--control-group=own"})).control_group, "own");
  EXPECT_EQ(asked(with({"--config", "group.yaml"})).control_group, "own");
  EXPECT_EQ(asked(with({"--config", "group.yaml", "--control-group", "weir"})).control_group,
            "weir");
  for (const std::string wrong : {"/weir", "", "weir/../.."}) {
    EXPECT_EQ(problem_of(with({"--control-group", wrong}), false),
              "weir node: --control-group: '" + wrong +
                  "' is neither own nor a path below the root of the cgroup file system, such as "
                  "weir or services/weir. See weir node --help");
  }
}

TEST(NodeArguments, AreRefusedOneByOne) {
  EXPECT_EQ(problem_of({"--slot", "4"}),
            "weir node: unknown option --slot; did you mean --slots? See weir node --help");
  EXPECT_EQ(problem_of({"--slots"}),
            "weir node: option --slots needs a value. See weir node --help");
  EXPECT_EQ(problem_of({"--slots", "4", "--slots", "5"}),
            "weir node: option --slots was given more than once. See weir node --help");
  EXPECT_EQ(problem_of({"6123"}),
            "weir node: expected nothing but options, got 1 word. See weir node --help");
  EXPECT_EQ(problem_of({"--slots", "4"}), "weir node: say --listen. See weir node --help");
  EXPECT_EQ(problem_of({"--listen", "h", "--slots", "4"}, false),
            "weir node: say --dir. See weir node --help");
  const words listens{"--listen", "10.0.0.1:6123"};
  const auto with = [&](words more) {
    more.insert(more.end(), listens.begin(), listens.end());
    return problem_of(more);
  };
  for (const auto* wrong : {"0", "1025", "4x", "-1"}) {
    EXPECT_EQ(with({"--slots", wrong}), "weir node: --slots: '" + std::string{wrong} +
                                            "' is not an integer between 1 and 1024. "
                                            "See weir node --help");
  }
  EXPECT_NE(problem_of({"--listen", "there", "--slots", "4"}).find("--listen: 'there' is not"),
            std::string::npos);
  EXPECT_NE(problem_of({"--listen", "0.0.0.0:1", "--slots", "4"}).find("name the address"),
            std::string::npos);
  EXPECT_NE(problem_of({"--listen", "10.0.0.1:0", "--slots", "4"}).find("its own port"),
            std::string::npos);
  EXPECT_NE(with({"--slots", "4", "--join", "10.0.0.1:6123"}).find("does not join itself"),
            std::string::npos);
  EXPECT_NE(with({"--slots", "4", "--join", "there"}).find("--join: 'there' is not"),
            std::string::npos);
}

}  // namespace
}  // namespace weir
