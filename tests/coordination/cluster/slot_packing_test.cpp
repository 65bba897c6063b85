// SPDX-License-Identifier: Apache-2.0
// As few task managers as there can be, of one size; and none where there is no room for all.
#include "coordination/cluster/slot_packing.hpp"

#include <map>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

TEST(SlotPacking, TakesOneTaskManagerWhereOneNodeHasRoom) {
  EXPECT_EQ(pack_slots(4, {{"a", 4}}), (packed_slots{4, {"a"}}));
  EXPECT_EQ(pack_slots(2, {{"a", 4}, {"b", 8}}), (packed_slots{2, {"b"}}));
}

TEST(SlotPacking, SpreadsWhatDoesNotFitOneNode) {
  EXPECT_EQ(pack_slots(8, {{"a", 4}, {"b", 4}}), (packed_slots{4, {"a", "b"}}));
  EXPECT_EQ(pack_slots(5, {{"a", 4}, {"b", 4}}), (packed_slots{3, {"a", "b"}}));
  EXPECT_EQ(pack_slots(7, {{"a", 4}, {"b", 3}})->slots_each, 1U);
}

TEST(SlotPacking, HasNoRoomWhereThereIsNone) {
  EXPECT_EQ(pack_slots(1, {}), std::nullopt);
  EXPECT_EQ(pack_slots(5, {{"a", 4}}), std::nullopt);
  EXPECT_EQ(pack_slots(1, {{"a", 0}}), std::nullopt);
}

TEST(SlotPacking, NeverTakesMoreThanThereIsAndAlwaysEnough) {
  random_numbers random{7};
  for (int round = 0; round < 500; ++round) {
    std::vector<free_node> nodes;
    std::map<std::string, std::uint32_t> left;
    std::uint32_t free = 0;
    for (char name = 'a'; name < 'e'; ++name) {
      const auto slots = static_cast<std::uint32_t>(random.below(7));
      nodes.push_back({std::string{name}, slots});
      left[std::string{name}] = slots;
      free += slots;
    }
    const auto wanted = static_cast<std::uint32_t>(random.below(20) + 1);
    const auto packed = pack_slots(wanted, nodes);
    ASSERT_EQ(packed.has_value(), wanted <= free);
    if (!packed) continue;
    ASSERT_GE(packed->slots_each * packed->nodes.size(), wanted);
    for (const auto& node : packed->nodes) {
      ASSERT_GE(left[node], packed->slots_each);
      left[node] -= packed->slots_each;
    }
  }
}

TEST(SlotPacking, FindsTheRoomiestNode) {
  EXPECT_EQ(roomiest_node(2, {{"b", 3}, {"a", 3}, {"c", 1}}), "a");
  EXPECT_EQ(roomiest_node(4, {{"b", 3}}), std::nullopt);
}

}  // namespace
}  // namespace weir
