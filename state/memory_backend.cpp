// SPDX-License-Identifier: Apache-2.0
// See state/memory_backend.hpp; the tables themselves are templates of api/.
#include "state/memory_backend.hpp"

#include <utility>

#include "api/operator.hpp"
#include "state/keyed_entries.hpp"
#include "state/table_restore.hpp"

namespace weir {

state_table& memory_backend::adopt(std::string name, std::unique_ptr<state_table> table) {
  const auto& [filed_as, filed] = file(std::move(name), std::move(table));
  if (restored() != nullptr) value_or_fail(restore_table(*restored(), filed_as, *filed));
  return *filed;
}

void memory_backend::restore_from(const restored_operator* restored) {
  table_registry::restore_from(restored);
  if (restored == nullptr || cold() == nullptr) return;
  if (const kept_store* const own = restored->own_store()) cold()->begin_with(*own);
}

void memory_backend::end_restore() {
  table_registry::restore_from(nullptr);
  if (cold() != nullptr) cold()->drop_unclaimed();
}

void memory_backend::freeze_into(operator_snapshot& into, bool stands_alone) {
  if (stands_alone) {
    into.tables = freeze();
    return;
  }
  for (const auto& [name, table] : tables()) {
    frozen_section section{name, table->schema(), nullptr, table->stored()};
    // Else nobody without the job's code could tell which of the entries there count.
    if (section.stored && !can_be_walked(section.schema)) section.stored.reset();
    section.content = section.stored ? table->freeze_rest() : table->freeze();
    if (section.stored && into.store == nullptr) {
      into.store = cold()->freeze();
      into.store_format = cold()->format();
    }
    into.tables.push_back(std::move(section));
  }
}

std::vector<frozen_section> memory_backend::freeze() {
  std::vector<frozen_section> sections;
  for (const auto& [name, table] : tables()) {
    sections.push_back({name, table->schema(), table->freeze()});
  }
  return sections;
}

}  // namespace weir
