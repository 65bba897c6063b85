// SPDX-License-Identifier: Apache-2.0
// See state/memory_backend.hpp; the tables themselves are templates of api/.
#include "state/memory_backend.hpp"

#include <utility>

#include "api/operator.hpp"
#include "state/table_restore.hpp"

namespace weir {

state_table& memory_backend::adopt(std::string name, std::unique_ptr<state_table> table) {
  const auto& [filed_as, filed] = file(std::move(name), std::move(table));
  if (restored() != nullptr) value_or_fail(restore_table(*restored(), filed_as, *filed));
  return *filed;
}

std::vector<frozen_section> memory_backend::freeze() {
  std::vector<frozen_section> sections;
  for (const auto& [name, table] : tables()) {
    sections.push_back({name, table->schema(), table->freeze()});
  }
  return sections;
}

}  // namespace weir
