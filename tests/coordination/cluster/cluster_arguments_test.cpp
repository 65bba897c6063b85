// SPDX-License-Identifier: Apache-2.0
// Which words ask what of a cluster, and what is said about words that ask nothing.
#include "coordination/cluster/cluster_arguments.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using words = std::vector<std::string>;
using kind = cluster_request::kind;

cluster_request asked(const words& given, const std::string& cluster = "") {
  const auto request = parse_cluster_arguments(given, cluster);
  EXPECT_TRUE(request.ok()) << (request ? "" : request.failure().message);
  return request ? *request : cluster_request{};
}
std::string problem_of(const words& given) {
  const auto request = parse_cluster_arguments(given, "");
  EXPECT_FALSE(request.ok());
  return request ? "" : request.failure().message;
}

TEST(ClusterArguments, SayWhatIsWanted) {
  EXPECT_EQ(asked({"jobs"}).what, kind::jobs);
  EXPECT_TRUE(asked({"jobs", "--json"}).as_json);
  EXPECT_EQ(asked({"job", "4f"}).subject, "4f");
  EXPECT_EQ(asked({"nodes"}).what, kind::nodes);
  EXPECT_EQ(asked({"cancel", "4f"}).what, kind::cancel);
  EXPECT_EQ(asked({"savepoint", "4f"}).what, kind::savepoint);
  EXPECT_EQ(asked({"savepoint", "4f"}).directory, "");
  EXPECT_EQ(asked({"savepoint", "4f", "/mine/"}).directory, "/mine");
  EXPECT_EQ(asked({"stop", "4f"}).what, kind::stop);
  EXPECT_EQ(asked({"stop", "--savepoint", "/mine", "4f"}).directory, "/mine");
  EXPECT_EQ(asked({"stop", "4f", "--savepoint=/"}).directory, "/");
  EXPECT_EQ(asked({"restart", "4f"}).from, "latest");
  EXPECT_EQ(asked({"restart", "4f", "--from=/s/1"}).from, "/s/1");
  EXPECT_EQ(asked({"rescale", "4f", "6"}).parallelism, 6U);
  EXPECT_EQ(asked({"drain", "10.0.0.1:6123"}).subject, "10.0.0.1:6123");
  EXPECT_EQ(asked({"undrain", "10.0.0.1:6123"}).what, kind::undrain);
  EXPECT_EQ(asked({"undrain", "10.0.0.1:6123"}).subject, "10.0.0.1:6123");
  EXPECT_TRUE(asked({"logs", "4f", "--follow"}).follows);
  EXPECT_EQ(asked({"logs", "-h"}).what, kind::help);
}

TEST(ClusterArguments, SayWhoIsAsked) {
  EXPECT_EQ(asked({"jobs"}).cluster, "127.0.0.1:6123");
  EXPECT_EQ(asked({"jobs"}, "10.0.0.1:7").cluster, "10.0.0.1:7");
  EXPECT_EQ(asked({"jobs", "--cluster", "localhost:8"}, "10.0.0.1:7").cluster, "127.0.0.1:8");
  EXPECT_EQ(asked({"jobs", "--secret-file", "s"}).secret_file, "s");
  EXPECT_NE(problem_of({"jobs", "--cluster", "there"}).find("'there' is not HOST:PORT"),
            std::string::npos);
}

TEST(ClusterArguments, NameTheFilesOfTlsTogether) {
  EXPECT_FALSE(asked({"jobs"}).tls.are_given());
  const words files{"--tls-cert", "c", "--tls-key=k", "--tls-ca", "a"};
  for (const words& command :
       {words{"jobs"}, words{"job", "4f"}, words{"nodes"}, words{"cancel", "4f"},
        words{"savepoint", "4f"}, words{"stop", "4f"}, words{"restart", "4f"},
        words{"rescale", "4f", "6"}, words{"drain", "10.0.0.1:1"}, words{"logs", "4f"}}) {
    auto given = command;
    given.insert(given.end(), files.begin(), files.end());
    EXPECT_EQ(asked(given).tls, (tls_paths{"c", "k", "a"})) << command.front();
  }
  EXPECT_EQ(problem_of({"jobs", "--tls-cert", "c", "--tls-ca", "a"}),
            "weir jobs: --tls-cert, --tls-key and --tls-ca belong together; there is no --tls-key. "
            "See weir jobs --help");
  EXPECT_EQ(problem_of({"jobs", "--tls-cert"}),
            "weir jobs: option --tls-cert needs a value. See weir jobs --help");
}

TEST(ClusterArguments, AreRefusedOneByOne) {
  EXPECT_EQ(problem_of({"job"}), "weir job: expected ID, got nothing. See weir job --help");
  EXPECT_EQ(problem_of({"jobs", "4f"}),
            "weir jobs: expected nothing, got 1 word. See weir jobs --help");
  EXPECT_EQ(problem_of({"savepoint"}),
            "weir savepoint: expected ID [DIRECTORY], got nothing. See weir savepoint --help");
  EXPECT_EQ(problem_of({"savepoint", "4f", "/a", "/b"}),
            "weir savepoint: expected ID [DIRECTORY], got 3 words. See weir savepoint --help");
  EXPECT_EQ(problem_of({"savepoint", "4f", "mine"}),
            "weir savepoint: the directory for a savepoint, 'mine', is no absolute path: it is one "
            "on the hosts of the job, not here. See weir savepoint --help");
  EXPECT_EQ(problem_of({"stop", "4f", "--savepoint"}),
            "weir stop: option --savepoint needs a value. See weir stop --help");
  EXPECT_NE(problem_of({"stop", "4f", "--savepoint="}).find("'', is no absolute path"),
            std::string::npos);
  EXPECT_EQ(problem_of({"jobs", "--jsn"}),
            "weir jobs: unknown option --jsn; did you mean --json? See weir jobs --help");
  EXPECT_EQ(problem_of({"cancel", "4f", "--json"}),
            "weir cancel: unknown option --json. See weir cancel --help");
  EXPECT_EQ(problem_of({"jobs", "--json=yes"}),
            "weir jobs: option --json does not take a value. See weir jobs --help");
  EXPECT_EQ(problem_of({"restart", "4f", "--from"}),
            "weir restart: option --from needs a value. See weir restart --help");
  for (const auto* wrong : {"0", "x", "40000", "-1"}) {
    EXPECT_FALSE(parse_cluster_arguments(words{"rescale", "4f", wrong}, "").ok()) << wrong;
  }
  EXPECT_EQ(problem_of({"rescale", "4f", "x"}),
            "weir rescale: 'x' is not an integer between 1 and 32768. See weir rescale --help");
}

TEST(ClusterArguments, HaveCommandsThatTheHelpShows) {
  for (const auto* name : {"jobs", "job", "nodes", "cancel", "savepoint", "stop", "restart",
                           "rescale", "drain", "undrain", "logs"}) {
    EXPECT_TRUE(is_cluster_command(name)) << name;
    EXPECT_NE(cluster_help().find("\n  " + std::string{name} + " "), std::string::npos) << name;
  }
  EXPECT_FALSE(is_cluster_command("state"));
  EXPECT_FALSE(is_cluster_command(""));
}

}  // namespace
}  // namespace weir
