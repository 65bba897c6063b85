// SPDX-License-Identifier: Apache-2.0
// See state/checking_backend.hpp.
#include "state/checking_backend.hpp"

#include <utility>

namespace weir {

state_table& checking_backend::adopt(std::string name, std::unique_ptr<state_table> table) {
  const auto [place, is_new] = tables_.emplace(std::move(name), std::move(table));
  WEIR_ASSERT(is_new);
  outcome of{place->first, table_restore{}};
  if (restored_ != nullptr) of.restored = restore_table(*restored_, of.name, *place->second);
  of.entries = place->second->entries();
  outcomes_.push_back(std::move(of));
  return *place->second;
}

std::vector<std::string> checking_backend::not_restored() const {
  std::vector<std::string> names;
  if (restored_ == nullptr) return names;
  for (std::string& name : restored_->table_names()) {
    if (!has_table(name)) names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> checking_backend::table_names() const {
  std::vector<std::string> names;
  for (const auto& [name, table] : tables_) names.push_back(name);
  return names;
}

}  // namespace weir
