// SPDX-License-Identifier: Apache-2.0
// The registry side of the memory backend; the tables themselves are templates of api/.
#include "state/memory_backend.hpp"

#include <optional>
#include <utility>

#include "api/operator.hpp"

namespace weir {
namespace {

[[noreturn]] void fail_to_restore(const std::string& name, error cause) {
  throw task_failure{within("restore state \"" + name + "\"", std::move(cause))};
}

std::string to_string(const table_schema& schema, const table_schema& other) {
  return schema.kind == other.kind ? schema.entry : schema.kind + ' ' + schema.entry;
}

void require_same(const std::string& name, const table_schema& saved, const table_schema& now) {
  if (saved == now) return;
  throw task_failure{
      {error_code::invalid_argument,
       "state \"" + name + "\" was saved as " + to_string(saved, now) + " but is now " +
           to_string(now, saved) +
           ": give it its former type back, or another name, with which it starts empty"}};
}

}  // namespace

state_table& memory_backend::adopt(std::string name, std::unique_ptr<state_table> table) {
  const auto [place, is_new] = tables_.emplace(std::move(name), std::move(table));
  WEIR_ASSERT(is_new);
  if (restored_ != nullptr) restore(place->first, *place->second);
  return *place->second;
}

void memory_backend::restore(const std::string& name, state_table& table) {
  const auto saved = restored_->table(name);
  if (saved == nullptr) return;
  require_same(name, saved->schema(), table.schema());
  for (;;) {
    const auto block = saved->next_block();
    if (!block) fail_to_restore(name, block.failure());
    if (!*block) return;
    const status loaded = table.load(**block);
    if (!loaded) fail_to_restore(name, loaded.failure());
  }
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
