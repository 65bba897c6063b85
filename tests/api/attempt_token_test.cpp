// SPDX-License-Identifier: Apache-2.0
// Tokens as texts, there and back, and which of two is later.
#include "api/attempt_token.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr attempt_token some{
    .directory = 0x0123456789abcdef, .life = 4, .attempt = {18}, .claim = 0xfeedf00d};

TEST(AttemptToken, HasDigitsOfFixedWidth) {
  EXPECT_EQ(to_string(some), "0123456789abcdef0000000400000012feedf00d");
  EXPECT_EQ(to_string(attempt_token{}), std::string(40, '0'));
}

TEST(AttemptToken, IsReadAsItWasWritten) {
  EXPECT_EQ(parse_attempt_token(to_string(some)), some);
  constexpr attempt_token highest{~std::uint64_t{0}, ~std::uint32_t{0}, {~std::uint32_t{0}}, 1};
  EXPECT_EQ(parse_attempt_token(to_string(highest)), highest);
}

TEST(AttemptToken, IsNotReadFromAnythingElse) {
  const auto text = to_string(some);
  EXPECT_FALSE(parse_attempt_token(""));
  EXPECT_FALSE(parse_attempt_token(text.substr(1)));
  EXPECT_FALSE(parse_attempt_token(text + "0"));
  EXPECT_FALSE(parse_attempt_token("A" + text.substr(1)));
  EXPECT_FALSE(parse_attempt_token("-" + text.substr(1)));
  EXPECT_FALSE(parse_attempt_token(" " + text.substr(1)));
  EXPECT_FALSE(parse_attempt_token(std::string(32, '0'))) << "of Weir 0.1";
}

TEST(AttemptToken, IsLaterByLifeFirstAndThenByAttempt) {
  const auto with = [](std::uint32_t life, std::uint32_t attempt) {
    return attempt_token{.directory = 7, .life = life, .attempt = {attempt}, .claim = life * 31};
  };
  EXPECT_TRUE(is_later(with(2, 1), with(1, 9)));
  EXPECT_TRUE(is_later(with(2, 3), with(2, 2)));
  EXPECT_FALSE(is_later(with(2, 2), with(2, 2)));
  EXPECT_FALSE(is_later(with(1, 9), with(2, 1)));
  EXPECT_FALSE(is_later(with(2, 1), with(2, 2)));
}

TEST(AttemptToken, IsNotLaterThanOneOfAnotherDirectory) {
  auto elsewhere = some;
  elsewhere.directory ^= 1;
  elsewhere.life += 10;
  EXPECT_FALSE(is_later(elsewhere, some));
  EXPECT_FALSE(is_later(some, elsewhere));
}

}  // namespace
}  // namespace weir
