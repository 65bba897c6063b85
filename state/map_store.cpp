// SPDX-License-Identifier: Apache-2.0
// See state/map_store.hpp.
#include "state/map_store.hpp"

namespace weir {

status map_store::read(std::string_view begin, std::string_view end, std::size_t most,
                       std::vector<stored_entry>& into) {
  into.clear();
  for (auto each = entries_.lower_bound(begin);
       each != entries_.end() && each->first < end && into.size() < most; ++each) {
    into.push_back({each->first, each->second});
  }
  return {};
}

result<bool> map_store::get(std::string_view key, std::string& value) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return false;
  value = found->second;
  return true;
}

status map_store::put(std::string_view key, std::string_view value) {
  entries_.insert_or_assign(std::string{key}, std::string{value});
  return {};
}

status map_store::remove(std::string_view key) {
  if (const auto found = entries_.find(key); found != entries_.end()) entries_.erase(found);
  return {};
}

status map_store::remove_range(std::string_view begin, std::string_view end) {
  entries_.erase(entries_.lower_bound(begin), entries_.lower_bound(end));
  return {};
}

std::unique_ptr<entry_view> map_store::view() { return std::make_unique<map_store>(*this); }

}  // namespace weir
