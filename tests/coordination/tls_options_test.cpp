// SPDX-License-Identifier: Apache-2.0
// All of the three files or none, whoever asks for them, and one line for each that cannot be used.
#include "coordination/tls_options.hpp"

#include <gtest/gtest.h>

#include "tests/network/certificate_authority.hpp"

namespace weir {
namespace {

using options = std::map<std::string, std::string>;

TEST(TlsOptions, AreAllGivenOrNone) {
  const auto all = tls_paths_of({{"tls-cert", "c"}, {"tls-key", "k"}, {"tls-ca", "a"}});
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(*all, (tls_paths{"c", "k", "a"}));
  EXPECT_TRUE(all->are_given());
  const auto none = tls_paths_of({});
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->are_given());
}

TEST(TlsOptions, AreRefusedWithTheOneThatIsMissing) {
  const auto missing = [](const options& given) {
    const auto paths = tls_paths_of(given);
    return paths ? "none" : paths.failure().message;
  };
  const std::string together = "--tls-cert, --tls-key and --tls-ca belong together; there is no ";
  EXPECT_EQ(missing({{"tls-key", "k"}, {"tls-ca", "a"}}), together + "--tls-cert");
  EXPECT_EQ(missing({{"tls-cert", "c"}, {"tls-ca", "a"}}), together + "--tls-key");
  EXPECT_EQ(missing({{"tls-cert", "c"}, {"tls-key", "k"}}), together + "--tls-ca");
  EXPECT_EQ(missing({{"tls-ca", "a"}}), together + "--tls-cert");
  // A variable of a script that is not set must not be a connection without TLS.
  EXPECT_EQ(missing({{"tls-cert", ""}, {"tls-key", ""}, {"tls-ca", ""}}), together + "--tls-cert");
  EXPECT_EQ(missing({{"tls-cert", "c"}, {"tls-key", "k"}, {"tls-ca", ""}}), together + "--tls-ca");
}

TEST(TlsOptions, BecomeWordsAgain) {
  EXPECT_EQ(tls_arguments({"c", "k", "a"}),
            (std::vector<std::string>{"--tls-cert", "c", "--tls-key", "k", "--tls-ca", "a"}));
  EXPECT_TRUE(tls_arguments({}).empty());
}

class TlsCredentialFiles : public ::testing::Test {
protected:
  TlsCredentialFiles() {
    const auto own = authority_.issue();
    const auto other = authority_.issue();
    const auto foreign = certificate_authority{"others"}.issue();
    texts_ = {{"cert", own.certificate.text},
              {"key", own.key.text},
              {"ca", own.authority.text},
              {"other.key", other.key.text},
              {"others.ca", foreign.authority.text},
              {"notes", "no PEM"}};
  }

  std::string problem_with(const tls_paths& paths) const {
    const auto made =
        read_tls_credentials(paths, [this](const std::string& path) -> result<std::string> {
          const auto found = texts_.find(path);
          if (found != texts_.end()) return found->second;
          return error{error_code::not_found, "open " + path + ": no such file"};
        });
    if (!made) return made.failure().message;
    return made->has_value() ? "usable" : "no TLS";
  }

  certificate_authority authority_;
  options texts_;
};

TEST_F(TlsCredentialFiles, AreReadOnlyIfTheyAreNamed) {
  EXPECT_EQ(problem_with({"cert", "key", "ca"}), "usable");
  texts_.clear();
  EXPECT_EQ(problem_with({}), "no TLS");
}

TEST_F(TlsCredentialFiles, AreNamedWhenTheyCannotBeUsed) {
  EXPECT_EQ(problem_with({"x", "key", "ca"}), "--tls-cert: open x: no such file");
  EXPECT_EQ(problem_with({"cert", "x", "ca"}), "--tls-key: open x: no such file");
  EXPECT_EQ(problem_with({"cert", "key", "x"}), "--tls-ca: open x: no such file");
  const auto begins = [&](const tls_paths& paths, const std::string& with) {
    const auto problem = problem_with(paths);
    EXPECT_TRUE(problem.starts_with(with)) << problem;
    EXPECT_EQ(problem.find('\n'), std::string::npos) << problem;
  };
  begins({"notes", "key", "ca"}, "read the certificates in notes: there is none");
  begins({"cert", "notes", "ca"}, "read the key in notes: ");
  begins({"cert", "key", "notes"}, "read the certificates in notes: there is none");
  begins({"cert", "other.key", "ca"}, "use the key in other.key: ");
  begins({"cert", "key", "others.ca"}, "use the certificate in cert: ");
}

}  // namespace
}  // namespace weir
