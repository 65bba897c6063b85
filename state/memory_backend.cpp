// SPDX-License-Identifier: Apache-2.0
// The registry side of the memory backend; the tables themselves are templates of api/.
#include "state/memory_backend.hpp"

#include <utility>

#include "api/operator.hpp"
#include "state/table_restore.hpp"

namespace weir {
state_table& memory_backend::adopt(std::string name, std::unique_ptr<state_table> table) {
  const auto [place, is_new] = tables_.emplace(std::move(name), std::move(table));
  WEIR_ASSERT(is_new);
  if (restored_ != nullptr) {
    value_or_fail(restore_table(*restored_, place->first, *place->second));
  }
  return *place->second;
}

std::vector<std::string> memory_backend::not_restored() const {
  std::vector<std::string> names;
  if (restored_ == nullptr) return names;
  for (std::string& name : restored_->table_names()) {
    if (!has_table(name)) names.push_back(std::move(name));
  }
  return names;
}

std::vector<frozen_section> memory_backend::freeze() {
  std::vector<frozen_section> sections;
  for (const auto& [name, table] : tables_) {
    sections.push_back({name, table->schema(), table->freeze()});
  }
  return sections;
}

std::vector<std::string> memory_backend::table_names() const {
  std::vector<std::string> names;
  for (const auto& [name, table] : tables_) names.push_back(name);
  return names;
}

}  // namespace weir
