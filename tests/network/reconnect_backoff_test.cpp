// SPDX-License-Identifier: Apache-2.0
// Attempts become rarer, up to a limit, and processes do not attempt in step.
#include "network/reconnect_backoff.hpp"

#include <limits>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

using std::chrono::milliseconds;

constexpr reconnect_settings settings{.first = milliseconds{20}, .longest = milliseconds{100}};

TEST(ReconnectBackoff, DoublesUpToTheLongest) {
  reconnect_backoff backoff{settings};
  for (const int expected : {20, 40, 80, 100, 100}) {
    EXPECT_EQ(backoff.next(0), milliseconds{expected});
  }
  backoff.on_connected();
  EXPECT_EQ(backoff.next(0), milliseconds{20});
}

TEST(ReconnectBackoff, DrawsHalfOfTheDelay) {
  random_numbers random{1};
  std::set<duration> drawn;
  for (int i = 0; i < 1'000; ++i) {
    reconnect_backoff backoff{settings};
    const auto delay = backoff.next(random.next());
    EXPECT_GE(delay, milliseconds{10});
    EXPECT_LE(delay, milliseconds{20});
    drawn.insert(delay);
  }
  EXPECT_GT(drawn.size(), 500U);
  reconnect_backoff backoff{settings};
  EXPECT_EQ(backoff.next(std::numeric_limits<std::uint64_t>::max()), milliseconds{10});
}

TEST(ReconnectBackoff, NeedsDelaysInOrder) {
  EXPECT_TRUE(validate(settings));
  EXPECT_FALSE(validate(reconnect_settings{.first = duration::zero()}));
  const auto wrong =
      validate(reconnect_settings{.first = milliseconds{200}, .longest = milliseconds{100}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.failure().message,
            "take the settings of reconnecting: the first delay (200ms) must be longer than 0 and "
            "at most the longest (100ms)");
}

}  // namespace
}  // namespace weir
