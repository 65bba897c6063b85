// SPDX-License-Identifier: Apache-2.0
// Digests that the standard gives, whatever the pieces; what a digest looks like.
#include "network/sha256.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

std::string digest_of(std::initializer_list<std::string_view> pieces) {
  sha256 sum;
  for (const auto each : pieces) sum.update(each);
  return std::move(sum).finish();
}

// FIPS 180-4, examples.
TEST(Sha256, IsTheStandards) {
  EXPECT_EQ(digest_of({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest_of({"abc"}), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, DoesNotDependOnThePieces) {
  EXPECT_EQ(digest_of({"a", "", "bc"}), digest_of({"abc"}));
  EXPECT_NE(digest_of({"acb"}), digest_of({"abc"}));
}

TEST(Sha256, KnowsADigestWhenItSeesOne) {
  const auto digest = digest_of({"abc"});
  EXPECT_TRUE(is_sha256(digest));
  EXPECT_FALSE(is_sha256(digest.substr(1)));
  EXPECT_FALSE(is_sha256(""));
  EXPECT_FALSE(is_sha256(std::string(64, 'A')));
  EXPECT_FALSE(is_sha256("../" + digest.substr(3)));
}

}  // namespace
}  // namespace weir
