// SPDX-License-Identifier: Apache-2.0
// A checkpoint that a test has put together from the parts of an operator's former subtasks.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/snapshot.hpp"
#include "state/schema_evolution.hpp"

namespace weir {

class former_operator final : public restored_operator {
public:
  // The parts of each former subtask, in their order.
  explicit former_operator(std::vector<state_parts> subtasks, checkpoint_id checkpoint = {17})
      : subtasks_{std::move(subtasks)}, checkpoint_{checkpoint} {}

  checkpoint_id checkpoint() const override { return checkpoint_; }
  std::vector<std::string> parts(const std::string& name) const override {
    std::vector<std::string> found;
    for (const auto& parts : subtasks_) {
      if (const auto part = parts.find(name); part != parts.end()) found.push_back(part->second);
    }
    return found;
  }
  std::unique_ptr<restored_table> table(const std::string&) const override { return nullptr; }
  std::vector<std::string> table_names() const override { return {}; }
  result<std::string> evolved(const std::string& saved, const present_type& now,
                              std::string_view bytes) const override {
    return evolve_value(saved, now, bytes);
  }

private:
  std::vector<state_parts> subtasks_;
  checkpoint_id checkpoint_;
};

}  // namespace weir
