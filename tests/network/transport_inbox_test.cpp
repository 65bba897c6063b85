// SPDX-License-Identifier: Apache-2.0
// What is posted is taken once and in order; a closed inbox takes nothing.
#include "network/transport_inbox.hpp"

#include <cstdint>
#include <poll.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

bool is_readable(const transport_inbox& inbox) {
  pollfd polled{.fd = inbox.descriptor(), .events = POLLIN, .revents = 0};
  return ::poll(&polled, 1, 0) == 1;
}

TEST(TransportInbox, GivesOutWhatWasPostedOnceAndInOrder) {
  transport_inbox inbox;
  ASSERT_TRUE(inbox.is_usable());
  std::string done;
  inbox.post([&] { done += 'a'; });
  inbox.post([&] { done += 'b'; });
  inbox.call_for(7);
  inbox.call_for(8);
  const auto content = inbox.take();
  for (const auto& action : content.actions) action();
  EXPECT_EQ(done, "ab");
  EXPECT_EQ(content.calls, (std::vector<std::uint64_t>{7, 8}));
  EXPECT_TRUE(inbox.take().actions.empty());
}

TEST(TransportInbox, WakesWhileThereIsSomethingNew) {
  transport_inbox inbox;
  EXPECT_FALSE(is_readable(inbox));
  inbox.call_for(7);
  EXPECT_TRUE(is_readable(inbox));
  inbox.take();
  EXPECT_FALSE(is_readable(inbox));
  inbox.post([] {});
  EXPECT_TRUE(is_readable(inbox));
}

TEST(TransportInbox, DropsWhatComesTooLate) {
  transport_inbox inbox;
  inbox.post([] {});
  inbox.close();
  inbox.post([] {});
  inbox.call_for(7);
  const auto content = inbox.take();
  EXPECT_TRUE(content.actions.empty());
  EXPECT_TRUE(content.calls.empty());
}

}  // namespace
}  // namespace weir
