// SPDX-License-Identifier: Apache-2.0
// What goes wrong with a simulated disk: by chance, or exactly at the n-th operation.
//
// Nothing goes wrong unless it was asked for, and then no random number is drawn. The numbers are
// the disk's own, so that a schedule stays what it is when faults are added to it.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "api/time.hpp"
#include "coordination/simulation/random_numbers.hpp"

namespace weir {

enum class disk_operation : std::uint8_t { append, sync, create, open, read, rename, remove };
inline constexpr std::size_t disk_operation_count = 7;

// How often something happens.
struct per_million {
  std::uint32_t value = 0;
};

// The chances of a disk that is not what it was.
struct disk_fault_rates {
  // That one operation fails with an input/output error.
  per_million append{};
  // That an append finds the disk full, after a random part of it.
  per_million no_space{};
  per_million sync{};
  per_million create{};
  per_million open{};
  per_million read{};
  per_million rename{};
  per_million remove{};
  // That a sync or a rename is answered as done and is not: a disk, or a program, that lies.
  per_million pretended_sync{};
  per_million pretended_rename{};
  // That one bit of what a read brings is wrong. The next read may be right.
  per_million flipped_read{};
  // Only files whose path starts with this.
  std::string under{};
};

// One operation that will fail with an input/output error.
struct disk_fault {
  disk_operation what = disk_operation::append;
  std::uint64_t nth = 1;  // Counted from now on, over the files whose path starts with `under`;
                          // for a rename that is the new path.
  std::string under{};
  // It is done all the same, and only the answer is wrong: a rename that took place, bytes that
  // are durable. Of an append a random part is done.
  bool takes_effect = false;
};

// A disk that is slow at times: whoever asks it for something waits, and so does its process.
struct disk_delays {
  per_million chance{};  // That an operation takes so long.
  duration shortest{};
  duration longest{};
  // Only files whose path starts with this.
  std::string under{};
};

class simulated_disk_faults {
public:
  explicit simulated_disk_faults(std::uint64_t seed) : random_{seed} {}

  // In place of the rates before.
  void set(disk_fault_rates rates);
  // In addition to what else will fail.
  void fail(disk_fault fault);
  // In place of the delays before. Counts in a simulated world, whose time is virtual.
  void delay(disk_delays delays) { delays_ = std::move(delays); }
  // The size of the disk: no append makes its files larger than this in sum. None: no limit.
  std::optional<std::uint64_t> capacity;
  // The power goes before the n-th change of the disk from now on: it and all later operations
  // fail and do nothing, until the disk's crash(). A change is an append, a sync, a creation, a
  // rename or a removal.
  void cut_power_at(std::uint64_t nth_change);
  bool has_power() const { return changes_ < power_until_; }

  // How many operations of a kind, and how many changes, there were, failed ones included.
  std::uint64_t count(disk_operation what) const { return counts_[static_cast<std::size_t>(what)]; }
  std::uint64_t changes() const { return changes_; }

  // --- For the disk ------------------------------------------------------------------------------

  struct fate {
    bool fails = false;
    bool takes_effect = true;
    bool is_full = false;
  };
  // Counts an operation and decides what becomes of it.
  fate next(disk_operation what, const std::string& path);
  // Flips a bit of what was read, or not.
  void distort(const std::string& path, std::span<char> bytes);
  void restore_power() { power_until_ = std::numeric_limits<std::uint64_t>::max(); }
  random_numbers& random() { return random_; }
  // How long the operations took since this was last reset.
  duration time_taken() const { return time_taken_; }
  void reset_time_taken() { time_taken_ = {}; }

private:
  bool strikes(per_million chance);
  bool is_pretended(disk_operation what);

  random_numbers random_;
  disk_fault_rates rates_;
  disk_delays delays_;
  duration time_taken_{};
  std::array<per_million, disk_operation_count> chances_{};
  bool has_rates_ = false;
  std::vector<disk_fault> planned_;
  std::array<std::uint64_t, disk_operation_count> counts_{};
  std::uint64_t changes_ = 0;
  std::uint64_t power_until_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace weir
