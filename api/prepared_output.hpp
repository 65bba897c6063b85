// SPDX-License-Identifier: Apache-2.0
// Output that a sink has prepared and not committed, as the sink remembers it and as a checkpoint
// holds it.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "api/codec.hpp"
#include "api/error.hpp"
#include "api/ids.hpp"
#include "api/snapshot.hpp"

namespace weir {

// The name of the part.
inline constexpr const char* prepared_output_part = "prepared";

class prepared_output {
public:
  // Remembers what a writer's `prepare` returned; nothing if that is empty. It belongs to the next
  // checkpoint.
  void add(std::string prepared);
  // A checkpoint holds all that is remembered. Returns the part.
  std::string on_snapshot(checkpoint_id checkpoint);

  // The oldest that `completed` or a checkpoint before it was the first to hold; without
  // `completed`, the oldest. Null if there is none.
  const std::string* next(std::optional<checkpoint_id> completed = std::nullopt) const;
  // The oldest has been committed. REQUIRES: there is one.
  void forget_first();

private:
  struct entry {
    std::optional<checkpoint_id> checkpoint;  // None: no checkpoint holds it yet.
    std::string prepared;
  };
  std::deque<entry> entries_;  // Oldest first; those without a checkpoint are the last.
};

// What all former subtasks of a sink had prepared, each in its order.
// Errors (corrupt_data): a part is damaged.
result<std::vector<std::string>> restore_prepared_output(const restored_operator& from);

}  // namespace weir
