// SPDX-License-Identifier: Apache-2.0
// A checkpoint of one operator in memory: what its subtasks have saved, for those that restore it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/snapshot.hpp"
#include "state/schema_evolution.hpp"

namespace weir {

class saved_operator {
public:
  // One subtask.
  void add(std::vector<frozen_section> tables, state_parts parts) {
    for (auto& section : tables) {
      table& to = tables_[section.name];
      if (!to.blocks.empty()) {
        EXPECT_EQ(to.schema, section.schema);
      }
      to.schema = section.schema;
      while (auto block = section.content->next_block()) {
        EXPECT_GT(block->entries, 0U);
        EXPECT_LT(block->groups.begin, block->groups.end);
        to.blocks.push_back(*std::move(block));
      }
    }
    parts_.push_back(std::move(parts));
  }

  // What a subtask with these key groups sees. The result refers to this.
  std::unique_ptr<restored_operator> view(key_group_range groups) const {
    return std::make_unique<restored_view>(*this, groups);
  }

  struct table {
    table_schema schema;
    std::vector<state_block> blocks;
  };
  std::map<std::string, table>& tables() { return tables_; }

private:
  class blocks_in_memory final : public restored_table {
  public:
    blocks_in_memory(const table& from, key_group_range groups) : from_{from}, groups_{groups} {}
    const table_schema& schema() const override { return from_.schema; }
    result<std::optional<state_block>> next_block() override {
      while (next_ < from_.blocks.size()) {
        const state_block& block = from_.blocks[next_++];
        if (block.groups.begin < groups_.end && groups_.begin < block.groups.end) {
          return std::optional{block};
        }
      }
      return std::optional<state_block>{};
    }

  private:
    const table& from_;
    key_group_range groups_;
    std::size_t next_ = 0;
  };

  class restored_view final : public restored_operator {
  public:
    restored_view(const saved_operator& from, key_group_range groups)
        : from_{from}, groups_{groups} {}
    checkpoint_id checkpoint() const override { return checkpoint_id{1}; }
    std::vector<std::string> parts(const std::string& name) const override {
      std::vector<std::string> found;
      for (const state_parts& each : from_.parts_) {
        if (const auto part = each.find(name); part != each.end()) found.push_back(part->second);
      }
      return found;
    }
    std::unique_ptr<restored_table> table(const std::string& name) const override {
      const auto found = from_.tables_.find(name);
      if (found == from_.tables_.end()) return nullptr;
      return std::make_unique<blocks_in_memory>(found->second, groups_);
    }
    std::vector<std::string> table_names() const override {
      std::vector<std::string> names;
      for (const auto& [name, table] : from_.tables_) names.push_back(name);
      return names;
    }
    result<std::string> evolved(const std::string& saved, const present_type& now,
                                std::string_view bytes) const override {
      return evolve_value(saved, now, bytes);
    }

  private:
    const saved_operator& from_;
    key_group_range groups_;
  };

  std::map<std::string, table> tables_;
  std::vector<state_parts> parts_;
};

}  // namespace weir
