// SPDX-License-Identifier: Apache-2.0
// What can be read of a partition; see coordination/simulation/simulated_partition.hpp.
#include "coordination/simulation/simulated_partition.hpp"

#include <algorithm>
#include <utility>

namespace weir {

void simulated_partition::append(log_record record, std::optional<transaction_number> by) {
  if (by) {
    WEIR_ASSERT(!ended_.contains(*by));
    open_.try_emplace(*by, end_offset());
  }
  record.offset = end_offset();
  entries_.push_back({std::move(record), by});
}

void simulated_partition::end(transaction_number transaction, bool is_committed) {
  const auto ended = open_.erase(transaction);
  WEIR_ASSERT(ended == 1);
  ended_[transaction] = is_committed;
  entries_.push_back({std::nullopt, transaction});
}

void simulated_partition::remove_before(std::uint64_t offset) {
  for (; begin_ < offset && !entries_.empty(); ++begin_) entries_.pop_front();
}

std::uint64_t simulated_partition::last_stable_offset() const {
  auto stable = end_offset();
  for (const auto& [transaction, first] : open_) stable = std::min(stable, first);
  return std::max(stable, begin_);
}

bool simulated_partition::is_visible(const entry& each) const {
  return each.record && (!each.transaction || ended_.at(*each.transaction));
}

fetched_records simulated_partition::fetch(std::uint64_t offset, std::size_t max_records) const {
  WEIR_ASSERT(begin_ <= offset && offset <= end_offset());
  const auto stable = last_stable_offset();
  fetched_records fetched;
  for (; offset < stable; ++offset) {
    const auto& each = entries_[offset - begin_];
    if (!is_visible(each)) continue;
    if (fetched.records.size() == max_records) break;
    fetched.records.push_back(*each.record);
  }
  fetched.next = offset;
  return fetched;
}

}  // namespace weir
