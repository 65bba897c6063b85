// SPDX-License-Identifier: Apache-2.0
// See state/table_registry.hpp.
#include "state/table_registry.hpp"

#include <utility>

namespace weir {

table_registry::named_tables::value_type& table_registry::file(std::string name,
                                                               std::unique_ptr<state_table> table) {
  const auto [place, is_new] = tables_.emplace(std::move(name), std::move(table));
  WEIR_ASSERT(is_new);
  return *place;
}

std::vector<std::string> table_registry::not_restored() const {
  std::vector<std::string> names;
  if (restored_ == nullptr) return names;
  for (std::string& name : restored_->table_names()) {
    if (!has_table(name)) names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> table_registry::table_names() const {
  std::vector<std::string> names;
  for (const auto& [name, table] : tables_) names.push_back(name);
  return names;
}

}  // namespace weir
