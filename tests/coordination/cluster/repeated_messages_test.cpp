// SPDX-License-Identifier: Apache-2.0
// Each text is logged once a minute, and none is lost: the rest is counted.
#include "coordination/cluster/repeated_messages.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::chrono_literals;
using lines = std::vector<std::string>;

class RepeatedMessages : public ::testing::Test {
protected:
  // What is logged when somebody says so a while later.
  lines say(const std::string& text, duration later = 1s) {
    now_ += later;
    return messages_.on_message(text, now_);
  }

  processing_time now_{1h};
  repeated_messages messages_;
};

TEST_F(RepeatedMessages, AreLoggedOnceAMinuteHoweverTheyAlternate) {
  EXPECT_EQ(say("a is away"), lines{"a is away"});
  EXPECT_EQ(say("b is away"), lines{"b is away"});
  for (int n = 0; n < 11; ++n) {
    EXPECT_EQ(say("a is away"), lines{});
    EXPECT_EQ(say("b is away"), lines{});
  }
  EXPECT_EQ(say("a is away", 37s), lines{"a is away (12 times more)"});
  EXPECT_EQ(say("a is away"), lines{"b is away (11 times more)"});
  EXPECT_EQ(say("a is away", 59s), lines{"a is away (2 times more)"});
}

TEST_F(RepeatedMessages, AreNewsAfterAMinute) {
  EXPECT_EQ(say("leads"), lines{"leads"});
  EXPECT_EQ(say("leads", 59s), lines{});
  EXPECT_EQ(say("leads", 1s), lines{"leads (2 times more)"});
  EXPECT_EQ(say("leads", 60s), lines{"leads"});
  EXPECT_EQ(say("leads", 60s), lines{"leads"});
}

TEST_F(RepeatedMessages, AreCountedWhenSomethingElseIsSaid) {
  say("a is away");
  say("a is away");
  EXPECT_EQ(say("node c has joined", 2min), (lines{"a is away (once more)", "node c has joined"}));
  EXPECT_EQ(say("node c has left"), lines{"node c has left"});
}

TEST_F(RepeatedMessages, AreNewsAfterAChange) {
  say("a is away");
  say("b is away");
  say("a is away");
  const auto change = [&] { return messages_.on_change("leads"); };
  EXPECT_EQ(change(), (lines{"a is away (once more)", "leads"}));
  EXPECT_EQ(change(), lines{"leads"}) << "told each time";
  EXPECT_EQ(say("a is away", 0s), lines{"a is away"});
  EXPECT_EQ(say("a is away", 0s), lines{});
}

TEST_F(RepeatedMessages, AreForgottenWhenThereAreTooManyButNotTheirCount) {
  say("first");
  say("first", 0s);
  for (std::size_t n = 1; n < repeated_messages::most_texts; ++n) {
    EXPECT_EQ(say(std::to_string(n), 1ms), lines{std::to_string(n)});
  }
  EXPECT_EQ(say("last", 1ms), (lines{"last", "first (once more)"}));
  EXPECT_EQ(say("first", 1ms), lines{"first"});
}

}  // namespace
}  // namespace weir
