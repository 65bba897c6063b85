// SPDX-License-Identifier: Apache-2.0
// Into which task managers the slots of a job are put, and on which nodes those run.
//
// All task managers of a job have the same number of slots, so they are tried from one on: as few
// as there can be, each as small as it can be. Of the nodes that have room for the next one, that
// with the most free slots takes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct free_node {
  std::string name{};
  std::uint32_t slots = 0;  // That are free.
};

struct packed_slots {
  std::uint32_t slots_each = 0;
  std::vector<std::string> nodes{};  // One for each task manager.
  friend bool operator==(const packed_slots&, const packed_slots&) = default;
};

// None if there is not enough room. REQUIRES: wanted > 0.
std::optional<packed_slots> pack_slots(std::uint32_t wanted, const std::vector<free_node>& nodes);

// The node with the most free slots, if those are at least as many; the first by name of several.
std::optional<std::string> roomiest_node(std::uint32_t slots, const std::vector<free_node>& nodes);

}  // namespace weir
