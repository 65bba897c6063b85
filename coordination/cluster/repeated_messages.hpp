// SPDX-License-Identifier: Apache-2.0
// What is logged of messages that come again and again: each text once a minute, with how often it
// has come meanwhile. A node that cannot reach another says so with every attempt, in turn with
// what others say; who reads its log wants to see that, and everything else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "api/time.hpp"

namespace weir {

class repeated_messages {
public:
  // A text that was logged so long ago is logged again.
  static constexpr duration quiet_time = std::chrono::minutes{1};
  // So many texts are remembered; for one more the one that was logged first is forgotten.
  static constexpr std::size_t most_texts = 64;

  // A text was said: what is to be logged now, in this order. Of texts that have come again
  // since they were logged, the first message after their quiet time says how often:
  // "node n is away (12 times more)". Until then the count is not logged.
  // REQUIRES: `now` is not before that of an earlier call.
  std::vector<std::string> on_message(const std::string& text, processing_time now);
  // The same of a text that says that things are not as they were: it is logged however often it
  // has come, and what is said after it is news.
  std::vector<std::string> on_change(const std::string& text);

private:
  struct logged_text {
    processing_time at{};
    std::uint64_t repeats = 0;  // Since then.
  };

  std::map<std::string, logged_text> logged_;
};

}  // namespace weir
