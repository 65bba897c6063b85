// SPDX-License-Identifier: Apache-2.0
// A proof is HMAC-SHA-256, is of one secret and one statement, and a secret has a length.
#include "network/cluster_secret.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

std::string hexadecimal(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

// RFC 4231, test case 1.
TEST(ClusterSecret, ProvesByHmacSha256) {
  const auto secret = cluster_secret::make(std::string(20, '\x0b'));
  ASSERT_TRUE(secret);
  EXPECT_EQ(hexadecimal(secret->prove("Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST(ClusterSecret, TellsAProofFromAnother) {
  const auto secret = cluster_secret::make("the secret of a test");
  const auto other = cluster_secret::make("the secret of others");
  ASSERT_TRUE(secret && other);
  const auto proof = secret->prove("statement");
  EXPECT_TRUE(secret->is_proof(proof, "statement"));
  EXPECT_FALSE(secret->is_proof(proof, "another statement"));
  EXPECT_FALSE(other->is_proof(proof, "statement"));
  EXPECT_FALSE(secret->is_proof(proof.substr(1), "statement"));
  EXPECT_FALSE(secret->is_proof("", "statement"));
}

TEST(ClusterSecret, MustNotBeShort) {
  const auto secret = cluster_secret::make("password");
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.failure().message,
            "take a cluster secret of 8 bytes: it needs at least 16; `openssl rand -hex 32` makes "
            "a good one");
}

TEST(ClusterSecret, ChallengesDiffer) {
  EXPECT_EQ(fresh_challenge().size(), challenge_size);
  EXPECT_NE(fresh_challenge(), fresh_challenge());
}

}  // namespace
}  // namespace weir
