// SPDX-License-Identifier: Apache-2.0
// A backend that finds out whether the tables of an operator can be restored: it restores them as
// any backend does (state/table_restore.hpp), but goes on behind a failure, so that one look tells
// about all of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/error.hpp"
#include "api/state_backend.hpp"
#include "state/huge_page_memory.hpp"
#include "state/table_restore.hpp"

namespace weir {

class checking_backend final : public state_backend {
public:
  // Of a subtask that owns `groups`. `restored` is null if the checkpoint has nothing of the
  // operator; outlives the backend.
  checking_backend(key_group_range groups, std::uint32_t max_parallelism,
                   const restored_operator* restored)
      : restored_{restored}, groups_{groups}, max_parallelism_{max_parallelism} {}

  struct outcome {
    std::string name;
    result<table_restore> restored;
    std::uint64_t entries = 0;
  };
  // Of the tables so far, in the order of being opened.
  const std::vector<outcome>& outcomes() const { return outcomes_; }
  // The tables of the checkpoint that nobody has adopted so far.
  std::vector<std::string> not_restored() const;

  page_memory& memory() override { return *memory_; }
  key_group_range key_groups() const override { return groups_; }
  std::uint32_t max_parallelism() const override { return max_parallelism_; }

  // Never throws.
  state_table& adopt(std::string name, std::unique_ptr<state_table> table) override;
  bool has_table(const std::string& name) const override { return tables_.contains(name); }
  std::vector<std::string> table_names() const override;  // Sorted.

private:
  std::shared_ptr<page_memory> memory_ = std::make_shared<huge_page_memory>();
  std::map<std::string, std::unique_ptr<state_table>> tables_;
  std::vector<outcome> outcomes_;
  const restored_operator* restored_;
  key_group_range groups_;
  std::uint32_t max_parallelism_;
};

}  // namespace weir
