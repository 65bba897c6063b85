// SPDX-License-Identifier: Apache-2.0
// One partition of a simulated log: records and the control records that end transactions, in the
// order in which they were appended. Each takes up one offset.
//
//   offset   0    1    2    3    4         5    6
//            a    b7   c    d8   commit 7  e    abort 8      b was appended by transaction 7
//
// What can be read is committed and lies before the last stable offset, which is 1 until
// transaction 7 has ended, then 3 until 8 has: first a, then b and c, in the end e.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "api/replayable_log.hpp"

namespace weir {

// Of one log, from 1; never used twice.
struct transaction_number {
  std::uint64_t value = 0;
  friend auto operator<=>(transaction_number, transaction_number) = default;
};

class simulated_partition {
public:
  // By a transaction, which may have appended before, or by none.
  // REQUIRES: that transaction has not ended here.
  void append(log_record record, std::optional<transaction_number> by = std::nullopt);
  // REQUIRES: the transaction has appended here and has not ended.
  void end(transaction_number transaction, bool is_committed);
  // Forgets what lies before `offset`, as brokers do with old records. Of what is not there yet
  // nothing.
  void remove_before(std::uint64_t offset);

  std::uint64_t begin_offset() const { return begin_; }
  // The next to be given.
  std::uint64_t end_offset() const { return begin_ + entries_.size(); }
  std::uint64_t last_stable_offset() const;
  // REQUIRES: begin_offset() <= offset <= end_offset().
  fetched_records fetch(std::uint64_t offset, std::size_t max_records) const;

private:
  struct entry {
    std::optional<log_record> record;  // None: a control record.
    std::optional<transaction_number> transaction;
  };
  // Of one that lies before the last stable offset.
  bool is_visible(const entry& each) const;

  std::uint64_t begin_ = 0;
  std::deque<entry> entries_;
  std::map<transaction_number, std::uint64_t> open_;  // With the offset of the first record.
  std::map<transaction_number, bool> ended_;          // Whether it was committed.
};

}  // namespace weir
