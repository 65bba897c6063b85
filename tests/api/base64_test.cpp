// SPDX-License-Identifier: Apache-2.0
// The examples of RFC 4648, and what is no base64.
#include "api/base64.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Base64, IsThatOfTheRfc) {
  const auto base64 = [](std::string_view bytes) {
    std::string out;
    append_base64(out, bytes);
    return out;
  };
  // RFC 4648, section 10.
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, IsUnderstood) {
  EXPECT_EQ(bytes_of_base64("/w=="), "\xff");
  EXPECT_EQ(bytes_of_base64("CAE="), "\x08\1");
  EXPECT_EQ(bytes_of_base64("YWJj"), "abc");
  EXPECT_EQ(bytes_of_base64(""), "");
  for (const char* none : {"a", "====", "a===", "YW=j", "YW!j"}) {
    EXPECT_FALSE(bytes_of_base64(none).has_value()) << none;
  }
}

}  // namespace
}  // namespace weir
