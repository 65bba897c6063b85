// SPDX-License-Identifier: Apache-2.0
// The registry side of the memory backend; the tables themselves are templates of api/.
#include "state/memory_backend.hpp"

#include <utility>

namespace weir {

state_table& memory_backend::adopt(std::string name, std::unique_ptr<state_table> table) {
  const auto [place, is_new] = tables_.emplace(std::move(name), std::move(table));
  WEIR_ASSERT(is_new);
  return *place->second;
}

std::vector<std::string> memory_backend::table_names() const {
  std::vector<std::string> names;
  for (const auto& [name, table] : tables_) names.push_back(name);
  return names;
}

}  // namespace weir
