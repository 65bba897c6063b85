// SPDX-License-Identifier: Apache-2.0
// Whatever two processes dial, and in whatever order it happens, one connection is left, and both
// take the same one. The model below is two processes and the greetings between them; a rule that
// is left out is seen to fail.
#include "network/connection_choice.hpp"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

constexpr process_id lower{1};
constexpr process_id higher{2};

bool may(process_id self, process_id peer, bool is_dialed_here, const known_peer& known,
         std::uint64_t incarnation = 5) {
  return connection_choice{self}.decide({peer, incarnation}, is_dialed_here, known).ok();
}

TEST(ConnectionChoice, TakesTheFirst) {
  EXPECT_TRUE(may(lower, higher, true, {}));
  EXPECT_TRUE(may(lower, higher, false, {}));
  EXPECT_TRUE(may(higher, lower, true, {}));
  EXPECT_TRUE(may(higher, lower, false, {}));
}

TEST(ConnectionChoice, LetsTheLowerProcessDecide) {
  const known_peer dialing{.incarnation = 5, .has_proved = true};
  EXPECT_FALSE(may(lower, higher, false, dialing));
  EXPECT_TRUE(may(higher, lower, false, dialing));
}

TEST(ConnectionChoice, ReplacesAConnectionThatItsDialerHasLost) {
  const known_peer dialed_there{.incarnation = 5, .is_open = true};
  const known_peer dialed_here{.incarnation = 5, .is_open = true, .is_dialed_here = true};
  EXPECT_TRUE(may(lower, higher, false, dialed_there));
  EXPECT_TRUE(may(higher, lower, false, dialed_there));
  EXPECT_TRUE(may(higher, lower, false, dialed_here));
  EXPECT_FALSE(may(lower, higher, false, dialed_here));
}

TEST(ConnectionChoice, PrefersTheLaterLife) {
  const known_peer open{.incarnation = 5, .is_open = true, .is_dialed_here = true};
  EXPECT_TRUE(may(lower, higher, false, open, 6));
  const auto refused = connection_choice{lower}.decide({higher, 4}, false, {.incarnation = 5});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().message,
            "connect with process 2: a later life of it was here (incarnation 5, not 4): end the "
            "earlier one");
}

// --- The model -------------------------------------------------------------------------------

using decision = std::function<bool(process_id, process_id, bool, const known_peer&)>;

// A connection being made or open. Index 0 is the side of the lower process.
struct model_connection {
  std::size_t dialer = 0;
  // hello, hello, proof, proof: so many have been sent, and been handled by the other side.
  int sent = 1;
  int handled = 0;
  std::array<bool, 2> is_open{};
  std::array<bool, 2> is_closed{};  // A side that has closed; the other learns it at some time.
};

class model {
public:
  model(std::uint64_t seed, decision decide) : random_{seed}, decide_{std::move(decide)} {}

  // Both dial, then anything happens in any order until nothing does. Who has nothing dials again.
  // Returns how often a side took a connection to be open and lost it again.
  int settle() {
    dial(0);
    if (random_.below(2) == 0) dial(1);
    int steps = 0;
    while (step() || redial()) {
      if (++steps > 2'000) return -1;
    }
    return lost_;
  }
  // Both sides have the same connection.
  bool agrees() const { return open_of(0) && open_of(0) == open_of(1); }

private:
  std::optional<std::size_t> open_of(std::size_t side) const {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (all_[i].is_open[side] && !all_[i].is_closed[side]) return i;
    }
    return std::nullopt;
  }
  std::optional<std::size_t> attempt_of(std::size_t side) const {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const auto& each = all_[i];
      if (each.dialer == side && !each.is_open[side] && !each.is_closed[side]) return i;
    }
    return std::nullopt;
  }
  void dial(std::size_t side) { all_.push_back({.dialer = side}); }
  bool redial() {
    bool dialed = false;
    for (const std::size_t side : {0U, 1U}) {
      if (open_of(side) || attempt_of(side)) continue;
      dial(side);
      dialed = true;
    }
    return dialed;
  }
  void close(std::size_t i, std::size_t side) {
    if (all_[i].is_closed[side]) return;
    if (all_[i].is_open[side]) ++lost_;
    all_[i].is_closed[side] = true;
  }
  bool wants(std::size_t i, std::size_t side) {
    const bool dialed_here = all_[i].dialer == side;
    const auto open = open_of(side);
    const auto attempt = attempt_of(side);
    known_peer known{.incarnation = 1, .is_open = open.has_value()};
    known.is_dialed_here = open && all_[*open].dialer == side;
    known.has_proved = attempt && all_[*attempt].sent >= 3;
    const std::array ids{lower, higher};
    if (!decide_(ids[side], ids[1 - side], dialed_here, known)) return false;
    if (open) close(*open, side);
    if (!dialed_here && attempt) close(*attempt, side);
    return true;
  }
  // What a side does with the next message of a connection.
  void handle(std::size_t i) {
    auto& each = all_[i];
    const std::size_t receiver = each.handled % 2 == 0 ? 1 - each.dialer : each.dialer;
    const int number = each.handled++;
    if (each.is_closed[receiver]) return;
    const bool decides = number == 1 || number == 2;
    if (decides && !wants(i, receiver)) return close(i, receiver);
    if (number < 3) ++each.sent;
    if (number >= 2) each.is_open[receiver] = true;
  }
  bool step() {
    std::vector<std::function<void()>> possible;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      auto& each = all_[i];
      if (each.handled < each.sent) possible.emplace_back([this, i] { handle(i); });
      for (const std::size_t side : {0U, 1U}) {
        const bool hears_all = each.handled == each.sent;
        if (each.is_closed[1 - side] && !each.is_closed[side] && hears_all) {
          possible.emplace_back([this, i, side] { close(i, side); });
        }
      }
    }
    if (possible.empty()) return false;
    possible[random_.below(possible.size())]();
    return true;
  }

  random_numbers random_;
  decision decide_;
  std::vector<model_connection> all_;
  int lost_ = 0;
};

struct outcome {
  int unsettled = 0;
  int disagreed = 0;
  int lost = 0;
};

outcome settle_many(const decision& decide) {
  outcome all;
  for (const auto seed : every_seed_of(2'000)) {
    model world{seed, decide};
    const auto lost = world.settle();
    if (lost < 0) {
      ++all.unsettled;
      continue;
    }
    if (!world.agrees()) ++all.disagreed;
    all.lost += lost;
  }
  return all;
}

bool rules(process_id self, process_id peer, bool is_dialed_here, const known_peer& known) {
  return may(self, peer, is_dialed_here, known, 1);
}

TEST(ConnectionChoice, LeavesOneConnectionWhenBothDial) {
  const auto all = settle_many(rules);
  EXPECT_EQ(all.unsettled, 0);
  EXPECT_EQ(all.disagreed, 0);
  EXPECT_EQ(all.lost, 0);  // Nobody was told of a connection that went again.
}

TEST(ConnectionChoice, IsNeededAsItIs) {
  const auto first_wins = settle_many(
      [](process_id, process_id, bool, const known_peer& known) { return !known.is_open; });
  EXPECT_GT(first_wins.unsettled + first_wins.disagreed + first_wins.lost, 0);
  const auto newest_wins =
      settle_many([](process_id, process_id, bool, const known_peer&) { return true; });
  EXPECT_GT(newest_wins.unsettled + newest_wins.disagreed + newest_wins.lost, 0);
  const auto nobody_decides =
      settle_many([](process_id self, process_id peer, bool here, const known_peer& known) {
        auto forgetful = known;
        forgetful.has_proved = false;
        return rules(self, peer, here, forgetful);
      });
  EXPECT_GT(nobody_decides.unsettled + nobody_decides.disagreed + nobody_decides.lost, 0);
}

}  // namespace
}  // namespace weir
