// SPDX-License-Identifier: Apache-2.0
// The story of a run as a page of HTML that needs nothing else: a lane for each process, time
// downwards, an arrow for each message from where it was sent to where it arrived.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordination/simulation/story.hpp"

namespace weir {

struct timeline {
  std::string title{};
  std::string violation{};
  std::vector<std::string> faults{};
  std::uint32_t processes = 1;
  std::vector<story_event> events{};
};

std::string timeline_page(const timeline& shown);

}  // namespace weir
