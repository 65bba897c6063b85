// SPDX-License-Identifier: Apache-2.0
// Where a secret comes from, and what is said when it does not.
#include "coordination/given_secret.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace weir {
namespace {

const secret_reader one_file = [](const std::string& path) -> result<std::string> {
  if (path == "secret") return std::string{"what all of us know\r\n\n"};
  return error{error_code::not_found, "open " + path + ": No such file or directory"};
};

class GivenSecret : public ::testing::Test {
protected:
  void SetUp() override { ::unsetenv(secret_variable); }
  void TearDown() override { ::unsetenv(secret_variable); }
};

TEST_F(GivenSecret, IsTheTextOfItsFileWithoutTheLinesEnd) {
  ::setenv(secret_variable, "that of the variable", 1);
  EXPECT_EQ(*given_secret("secret", one_file), "what all of us know");
  EXPECT_TRUE(secret_of("secret", one_file).ok());
}

TEST_F(GivenSecret, IsThatOfTheVariableIfNoFileIsNamed) {
  EXPECT_EQ(*given_secret("", one_file), "");
  ::setenv(secret_variable, "that of the variable", 1);
  EXPECT_EQ(*given_secret("", one_file), "that of the variable");
}

TEST_F(GivenSecret, SaysWhichFileIsNotThere) {
  for (const auto& failure :
       {given_secret("gone", one_file).failure(), secret_of("gone", one_file).failure()}) {
    EXPECT_EQ(failure.message, "--secret-file: open gone: No such file or directory");
  }
}

TEST_F(GivenSecret, SaysHowToMakeOne) {
  const auto none = secret_of("", one_file);
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.failure().message.find("head -c 24 /dev/urandom | base64 > FILE"),
            std::string::npos);
}

TEST_F(GivenSecret, RefusesOneThatIsTooShort) {
  ::setenv(secret_variable, "x", 1);
  const auto refused = secret_of("", one_file);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().message.find("--secret-file: "), 0U);
}

}  // namespace
}  // namespace weir
