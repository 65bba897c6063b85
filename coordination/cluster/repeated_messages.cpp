// SPDX-License-Identifier: Apache-2.0
// Counting; see coordination/cluster/repeated_messages.hpp.
#include "coordination/cluster/repeated_messages.hpp"

#include <algorithm>

namespace weir {

namespace {

std::string repeated(const std::string& text, std::uint64_t times) {
  return text + (times == 1 ? " (once more)" : " (" + std::to_string(times) + " times more)");
}

}  // namespace

std::vector<std::string> repeated_messages::on_change(const std::string& text) {
  std::vector<std::string> out;
  for (const auto& [before, how] : logged_) {
    if (how.repeats > 0) out.push_back(repeated(before, how.repeats));
  }
  logged_.clear();
  out.push_back(text);
  return out;
}

std::vector<std::string> repeated_messages::on_message(const std::string& text,
                                                       processing_time now) {
  std::vector<std::string> out;
  const auto tell_repeats = [&](const auto& each) {
    if (each.second.repeats > 0) out.push_back(repeated(each.first, each.second.repeats));
  };
  std::uint64_t repeats = 0;  // Of this text, which is logged again.
  for (auto each = logged_.begin(); each != logged_.end();) {
    if (now - each->second.at < quiet_time) {
      ++each;
      continue;
    }
    if (each->first == text) {
      repeats = each->second.repeats;
    } else {
      tell_repeats(*each);
    }
    each = logged_.erase(each);
  }
  const auto [known, is_new] = logged_.try_emplace(text, logged_text{.at = now});
  if (!is_new) {
    ++known->second.repeats;
    return out;
  }
  out.push_back(repeats == 0 ? text : repeated(text, repeats + 1));
  if (logged_.size() > most_texts) {
    const auto oldest = std::min_element(
        logged_.begin(), logged_.end(),
        [](const auto& left, const auto& right) { return left.second.at < right.second.at; });
    tell_repeats(*oldest);
    logged_.erase(oldest);
  }
  return out;
}

}  // namespace weir
