// SPDX-License-Identifier: Apache-2.0
// What goes wrong with a simulated log, by chance. The numbers are the log's own, and none is drawn
// while nothing is asked for.
#pragma once

#include <chrono>
#include <cstdint>

#include "api/time.hpp"
#include "coordination/simulation/random_numbers.hpp"

namespace weir {

struct log_fault_chances {
  // That a call fails and has had no effect, as when a partition changes its leader.
  double broker_error = 0;
  // That nobody is told whether a transaction was committed. It was, or it was not, or the request
  // is still on its way: the three are equally likely.
  double unknown_commit = 0;
  // That a call finds the brokers gone, for everybody, for a time between these two.
  double outage = 0;
  duration shortest_outage = std::chrono::milliseconds{10};
  duration longest_outage = std::chrono::milliseconds{500};
};

class simulated_log_faults {
public:
  explicit simulated_log_faults(std::uint64_t seed) : random_{seed} {}

  // In place of the chances before. An outage goes on.
  void set(const log_fault_chances& chances) { chances_ = chances; }

  enum class fate : std::uint8_t { answered, broker_error, outage_begins, away };
  // Decides what becomes of a call.
  fate next(processing_time now);
  // REQUIRES: an outage has begun.
  processing_time back_at() const { return back_at_; }

  enum class commit_fate : std::uint8_t { answered, lost, applied, late };
  // Of a commit that reaches a broker; only `answered` has a known result.
  commit_fate next_commit();
  // How long a late request takes: up to 300 ms.
  duration delay();

private:
  bool strikes(double chance);

  random_numbers random_;
  log_fault_chances chances_;
  processing_time back_at_ = processing_time::min();
};

}  // namespace weir
