// SPDX-License-Identifier: Apache-2.0
// The arithmetic of network/credit.hpp.
#include "network/credit.hpp"

#include <string>

namespace weir {

std::uint64_t credit_balance::spend() {
  WEIR_ASSERT(may_send());
  return ++sent_;
}

void credit_balance::on_granted(std::uint64_t limit) {
  if (limit <= limit_) return;
  WEIR_ASSERT(limit <= sent_ + window_);
  limit_ = limit;
}

status credit_window::on_received(std::uint64_t sequence) {
  if (sequence != received_ + 1) {
    return error{error_code::internal, "expected frame " + std::to_string(received_ + 1) +
                                           " but frame " + std::to_string(sequence) +
                                           " arrived: frames were lost on the way"};
  }
  if (queued() == window_) {
    return error{error_code::internal, "frame " + std::to_string(sequence) +
                                           " was sent without credit: the window is " +
                                           std::to_string(window_)};
  }
  received_ = sequence;
  return {};
}

void credit_window::on_consumed() {
  WEIR_ASSERT(queued() > 0);
  ++consumed_;
}

bool credit_window::is_grant_due() const noexcept {
  const auto owed = consumed_ - granted_for_;
  return owed > 0 && (queued() == 0 || owed * 2 >= window_);
}

std::uint64_t credit_window::grant() {
  granted_for_ = consumed_;
  return consumed_ + window_;
}

}  // namespace weir
