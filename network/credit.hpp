// SPDX-License-Identifier: Apache-2.0
// Credit-based flow control, both halves.
//
// Credit is absolute: a grant says "you may send up to sequence number n". A grant that is lost,
// doubled or overtaken therefore does no harm once a later one arrives, and grants are announced
// again from time to time.
//
// Invariants:
//   (1) limit == consumed + window, so a receiver never holds more than `window` frames.
//   (2) Sequence numbers run from 1 without gaps; a gap means lost data and fails the task.
#pragma once

#include <cstdint>

#include "api/error.hpp"

namespace weir {

// The sender's half.
class credit_balance {
public:
  explicit credit_balance(std::uint32_t window) : limit_{window}, window_{window} {}

  bool may_send() const noexcept { return sent_ < limit_; }
  // The sequence number of the frame being sent now. REQUIRES: may_send().
  std::uint64_t spend();
  // A limit below the present one is an old announcement and changes nothing.
  void on_granted(std::uint64_t limit);
  // Frames that the receiver has not consumed, as far as is known. Zero: it is waiting for us.
  std::uint64_t outstanding() const noexcept { return sent_ + window_ - limit_; }

private:
  std::uint64_t sent_ = 0;
  std::uint64_t limit_;
  std::uint64_t window_;
};

// The receiver's half.
class credit_window {
public:
  explicit credit_window(std::uint32_t window) : window_{window} {}

  // Takes note of a frame; fails when a frame is missing before it or the sender had no credit.
  status on_received(std::uint64_t sequence);
  void on_consumed();

  // Is it time to tell the sender? Yes once half the window is consumed, or when nothing is queued:
  // then the sender learns that we are idle.
  bool is_grant_due() const noexcept;
  // The limit to announce.
  std::uint64_t grant();
  std::uint64_t queued() const noexcept { return received_ - consumed_; }

private:
  std::uint64_t window_;
  std::uint64_t received_ = 0;
  std::uint64_t consumed_ = 0;
  std::uint64_t granted_for_ = 0;  // `consumed_` at the last announcement.
};

}  // namespace weir
