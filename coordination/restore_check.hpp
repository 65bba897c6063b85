// SPDX-License-Identifier: Apache-2.0
// Whether a program can go on from a checkpoint, found out without running it, for --check-restore.
// All state is restored as a task would restore it, subtask by subtask, into memory of its own; the
// sources read nothing and the sinks write nothing, for they are not even opened.
//
// What it cannot know: whether a source still understands its positions and a sink what it has
// prepared, and what a function does with its state once it runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "coordination/execution_graph.hpp"

namespace weir {

struct state_verdict {
  enum class kind : std::uint8_t {
    same,
    evolves,
    starts_empty,
    is_left_behind,
    not_checked,
    fails,
  };
  std::string operator_name;
  std::string state;                     // Empty: the whole operator.
  std::optional<std::uint64_t> entries;  // Of all subtasks together; none: they were not counted.
  kind what = kind::same;
  std::string note;  // What changes, what keeps it from being restored, what is not checked.
};

struct restore_report {
  std::string directory;  // Of the checkpoint.
  std::uint64_t checkpoint = 0;
  std::uint32_t max_parallelism = 0;
  std::vector<error> passed_over;  // Newer checkpoints that are damaged.
  std::vector<state_verdict> states;
  std::vector<error> problems;  // Of the checkpoint as a whole.

  bool fits() const;
};

// `path` is that of a checkpoint or savepoint, or "latest". An error: there is none to look at.
result<restore_report> check_restore(const std::shared_ptr<const execution_graph>& graph,
                                     file_system& files, entry_stores& stores,
                                     const std::string& path);

}  // namespace weir
