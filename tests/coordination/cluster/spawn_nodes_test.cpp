// SPDX-License-Identifier: Apache-2.0
// What `weir spawn` does with its files, and when a step fails. That nodes run then is for
// tests/integration/spawn_test.sh, which has an ssh server.
#include "coordination/cluster/spawn_nodes.hpp"

#include <map>

#include <gtest/gtest.h>

namespace weir {
namespace {

class SpawnNodes : public ::testing::Test {
protected:
  status spawn() {
    return spawn_nodes(
        asked_,
        [this](const std::string& path) -> result<std::string> {
          const auto found = files_.find(path);
          if (found != files_.end()) return found->second;
          return error{error_code::not_found, "open " + path + ": No such file or directory"};
        },
        [this](std::string_view text) { said_ += text; });
  }

  std::map<std::string, std::string> files_{{"hosts", "10.0.0.1\n10.0.0.2\n"},
                                            {"secret", "sixteen bytes or more\n"}};
  spawn_request asked_{.hosts_file = "hosts",
                       .otherwise = {.listen = {.port = 6123}, .slots = 2, .directory = "d"},
                       .settings = {.secret_file = "secret"}};
  std::string said_;
};

TEST_F(SpawnNodes, PrintsAScriptWhenItIsDry) {
  asked_.is_dry = true;
  const auto done = spawn();
  ASSERT_TRUE(done) << done.failure().message;
  EXPECT_TRUE(said_.starts_with("# give 10.0.0.1:6123 the secret\nssh 10.0.0.1 'umask 077"));
  EXPECT_EQ(std::count(said_.begin(), said_.end(), '\n'), 8);
  EXPECT_NE(said_.find("--join 10.0.0.1:6123"), std::string::npos);
}

TEST_F(SpawnNodes, StopsAtTheFirstStepThatFails) {
  files_["hosts"] = "10.0.0.1\n";
  asked_.settings.ssh = "exit 3;";
  asked_.settings.secret_file = "/dev/null";
  files_["/dev/null"] = files_["secret"];
  const auto done = spawn();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.failure().message,
            "give 10.0.0.1:6123 the secret: it exited with 3: exit 3; 10.0.0.1 'umask 077 && "
            "mkdir -p d && cd d && cat >secret' </dev/null");
  EXPECT_EQ(said_, "give 10.0.0.1:6123 the secret\n");
}

TEST_F(SpawnNodes, SaysWhichFileIsWrong) {
  files_["secret"] = "short";
  EXPECT_TRUE(spawn().failure().message.starts_with("--secret-file: "));
  files_["hosts"] = "nobody";
  EXPECT_EQ(spawn().failure().message,
            "hosts: line 1: 'nobody' is no address at which others reach a host, such as "
            "10.0.0.1");
  files_.clear();
  EXPECT_EQ(spawn().failure().message, "--hosts: open hosts: No such file or directory");
  EXPECT_EQ(said_, "");
}

}  // namespace
}  // namespace weir
