// SPDX-License-Identifier: Apache-2.0
// What a test took of the operators it tests: a savepoint in memory, written and read by the code
// that writes and reads those of jobs. A value: it may be copied, kept, restored as often as wanted
// and by other tests, and outlives the test it was taken of.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/error.hpp"
#include "api/snapshot.hpp"
#include "api/time.hpp"

namespace weir {

// All that a snapshot has of one table of an operator, of all subtasks together.
struct saved_table {
  table_schema schema;
  std::vector<state_block> blocks;
};

class test_snapshot {
public:
  // The files in memory; only the bench looks into them (coordination/testing/snapshot_files.hpp).
  class files;

  explicit test_snapshot(std::shared_ptr<const files> content) : content_{std::move(content)} {}
  const files& content() const { return *content_; }

private:
  std::shared_ptr<const files> content_;
};

}  // namespace weir
