// SPDX-License-Identifier: Apache-2.0
// Trying from one task manager on; see coordination/cluster/slot_packing.hpp.
#include "coordination/cluster/slot_packing.hpp"

#include <algorithm>
#include <utility>

#include "api/error.hpp"

namespace weir {

namespace {

free_node* roomiest(std::uint32_t slots, std::vector<free_node>& nodes) {
  free_node* best = nullptr;
  for (auto& each : nodes) {
    if (each.slots < slots) continue;
    if (best == nullptr || each.slots > best->slots ||
        (each.slots == best->slots && each.name < best->name)) {
      best = &each;
    }
  }
  return best;
}

}  // namespace

std::optional<packed_slots> pack_slots(std::uint32_t wanted, const std::vector<free_node>& nodes) {
  WEIR_ASSERT(wanted > 0);
  std::uint64_t free = 0;
  for (const auto& each : nodes) free += each.slots;
  if (free < wanted) return std::nullopt;
  std::uint32_t tried = 0;
  for (std::uint32_t count = 1; count <= wanted; ++count) {
    packed_slots packed{.slots_each = (wanted + count - 1) / count, .nodes = {}};
    // Where there is no room for so many of that size, there is none for more.
    if (std::exchange(tried, packed.slots_each) == packed.slots_each) continue;
    auto left = nodes;
    while (packed.nodes.size() < count) {
      auto* const taken = roomiest(packed.slots_each, left);
      if (taken == nullptr) break;
      taken->slots -= packed.slots_each;
      packed.nodes.push_back(taken->name);
    }
    if (packed.nodes.size() == count) return packed;
  }
  return std::nullopt;
}

std::optional<std::string> roomiest_node(std::uint32_t slots, const std::vector<free_node>& nodes) {
  auto all = nodes;
  const auto* const found = roomiest(slots, all);
  return found == nullptr ? std::nullopt : std::optional{found->name};
}

}  // namespace weir
