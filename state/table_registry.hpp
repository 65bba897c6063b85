// SPDX-License-Identifier: Apache-2.0
// What every backend is: the tables of one operator instance by name, the memory they have, and the
// checkpoint from which they are restored.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/cold_space.hpp"
#include "api/state_backend.hpp"
#include "state/huge_page_memory.hpp"

namespace weir {

class table_registry : public state_backend {
public:
  page_memory& memory() override { return *memory_; }
  cold_space* cold() override { return cold_.get(); }
  key_group_range key_groups() const override { return groups_; }
  std::uint32_t max_parallelism() const override { return max_parallelism_; }

  bool has_table(const std::string& name) const override { return tables_.contains(name); }
  std::vector<std::string> table_names() const override;  // Sorted.
  // The tables of the checkpoint that nobody has adopted so far.
  std::vector<std::string> not_restored() const;

protected:
  using named_tables = std::map<std::string, std::unique_ptr<state_table>>;

  // Of a subtask that owns `groups`.
  table_registry(key_group_range groups, std::uint32_t max_parallelism,
                 std::unique_ptr<cold_space> cold = nullptr)
      : cold_{std::move(cold)}, groups_{groups}, max_parallelism_{max_parallelism} {}

  // What a checkpoint has of the operator; null: nothing. Stays good as long as tables are adopted.
  void restore_from(const restored_operator* restored) { restored_ = restored; }
  const restored_operator* restored() const { return restored_; }

  // REQUIRES: no table has that name.
  named_tables::value_type& file(std::string name, std::unique_ptr<state_table> table);
  const named_tables& tables() const { return tables_; }

private:
  // These two outlive the tables; what those have frozen may live longer than this.
  std::shared_ptr<page_memory> memory_ = std::make_shared<huge_page_memory>();
  std::unique_ptr<cold_space> cold_;
  named_tables tables_;
  const restored_operator* restored_ = nullptr;
  key_group_range groups_;
  std::uint32_t max_parallelism_;
};

}  // namespace weir
