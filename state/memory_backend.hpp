// SPDX-License-Identifier: Apache-2.0
// The keyed state of one operator instance in memory; with a cold space only what has been touched
// lately, and the rest in a store.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/cold_space.hpp"
#include "api/state_backend.hpp"
#include "state/huge_page_memory.hpp"

namespace weir {

class memory_backend final : public state_backend {
public:
  // The backend of a subtask that owns `groups`.
  memory_backend(key_group_range groups, std::uint32_t max_parallelism,
                 std::unique_ptr<cold_space> cold = nullptr)
      : cold_{std::move(cold)}, groups_{groups}, max_parallelism_{max_parallelism} {}

  // From here on `adopt` loads what the checkpoint has under the table's name. Null: nothing.
  // REQUIRES: no table was adopted yet; `restored` stays good as long as tables may be adopted.
  void restore_from(const restored_operator* restored) { restored_ = restored; }
  // The tables of the checkpoint that nobody has adopted so far: the next one will not have them.
  std::vector<std::string> not_restored() const;

  // All tables as they are now, by name.
  std::vector<frozen_section> freeze();

  // Between two batches: has the tables spill if they hold too much.
  void trim() {
    if (cold_ != nullptr) cold_->trim();
  }

  page_memory& memory() override { return *memory_; }
  cold_space* cold() override { return cold_.get(); }
  key_group_range key_groups() const override { return groups_; }
  std::uint32_t max_parallelism() const override { return max_parallelism_; }

  state_table& adopt(std::string name, std::unique_ptr<state_table> table) override;
  bool has_table(const std::string& name) const override { return tables_.contains(name); }
  std::vector<std::string> table_names() const override;  // Sorted.

private:
  // Outlives the tables; what they have frozen may live longer than this.
  std::shared_ptr<page_memory> memory_ = std::make_shared<huge_page_memory>();
  std::unique_ptr<cold_space> cold_;  // Outlives the tables, too; null: there is none.
  std::map<std::string, std::unique_ptr<state_table>> tables_;
  const restored_operator* restored_ = nullptr;
  key_group_range groups_;
  std::uint32_t max_parallelism_;
};

}  // namespace weir
