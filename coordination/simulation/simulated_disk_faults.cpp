// SPDX-License-Identifier: Apache-2.0
// Counting and drawing; see coordination/simulation/simulated_disk_faults.hpp.
#include "coordination/simulation/simulated_disk_faults.hpp"

#include <utility>

namespace weir {

void simulated_disk_faults::set(disk_fault_rates rates) {
  chances_ = {rates.append, rates.sync,   rates.create, rates.open,
              rates.read,   rates.rename, rates.remove};
  has_rates_ = rates.flipped_read.value > 0 || rates.no_space.value > 0 ||
               rates.pretended_sync.value > 0 || rates.pretended_rename.value > 0;
  for (const auto chance : chances_) has_rates_ = has_rates_ || chance.value > 0;
  rates_ = std::move(rates);
}

void simulated_disk_faults::fail(disk_fault fault) { planned_.push_back(std::move(fault)); }

void simulated_disk_faults::cut_power_at(std::uint64_t nth_change) {
  power_until_ = changes_ + nth_change;
}

bool simulated_disk_faults::strikes(per_million chance) {
  return chance.value > 0 && random_.below(1'000'000) < chance.value;
}

bool simulated_disk_faults::is_pretended(disk_operation what) {
  if (what == disk_operation::sync) return strikes(rates_.pretended_sync);
  return what == disk_operation::rename && strikes(rates_.pretended_rename);
}

simulated_disk_faults::fate simulated_disk_faults::next(disk_operation what,
                                                        const std::string& path) {
  const auto kind = static_cast<std::size_t>(what);
  ++counts_[kind];
  if (what != disk_operation::open && what != disk_operation::read && has_power()) ++changes_;
  if (!has_power()) return {true, false};
  if (path.starts_with(delays_.under) && strikes(delays_.chance)) {
    const auto range = static_cast<std::uint64_t>((delays_.longest - delays_.shortest).count());
    time_taken_ += delays_.shortest + duration{static_cast<std::int64_t>(random_.below(range + 1))};
  }
  fate decided;
  for (std::size_t i = 0; i < planned_.size();) {
    auto& each = planned_[i];
    const bool is_meant = each.what == what && path.starts_with(each.under);
    if (is_meant && --each.nth == 0) {
      decided = {true, each.takes_effect};
      planned_.erase(planned_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  if (has_rates_ && path.starts_with(rates_.under) && strikes(chances_[kind])) {
    decided = {true, random_.below(2) == 0};
  } else if (what == disk_operation::append && has_rates_ && path.starts_with(rates_.under) &&
             strikes(rates_.no_space)) {
    decided = {true, true, true};
  } else if (has_rates_ && !decided.fails && path.starts_with(rates_.under) && is_pretended(what)) {
    decided = {false, false};
  }
  return decided;
}

void simulated_disk_faults::distort(const std::string& path, std::span<char> bytes) {
  if (!has_rates_ || bytes.empty() || !path.starts_with(rates_.under)) return;
  if (!strikes(rates_.flipped_read)) return;
  auto& byte = bytes[random_.below(bytes.size())];
  byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << random_.below(8)));
}

}  // namespace weir
