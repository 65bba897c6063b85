// SPDX-License-Identifier: Apache-2.0
// A small checkpoint on a simulated disk, for tests of what looks into it: /ck/chk-1 and /ck/chk-2
// of one operator "number" with two subtasks.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/codec.hpp"
#include "coordination/simulation/simulated_file_system.hpp"
#include "state/checkpoint_directory.hpp"
#include "tests/support/snapshot_content.hpp"

namespace weir {

using counts = std::map<std::string, std::uint64_t>;

inline std::string encoded_counts(const counts& of) {
  std::string bytes;
  for (const auto& entry : of) {
    codec<std::pair<std::string, std::uint64_t>>::encode(entry, bytes);
  }
  return bytes;
}

// Each element of `subtasks` is what one subtask has in its table "seen".
inline void keep_checkpoint(file_system& files, std::uint64_t id,
                            const std::vector<counts>& subtasks,
                            const table_schema& schema = counts_schema) {
  checkpoint_directory directory{files, "/ck"};
  checkpoint_manifest manifest;
  manifest.id = checkpoint_id{id};
  manifest.job_name = "counting";
  manifest.max_parallelism = 128;
  const auto parallelism = static_cast<std::uint32_t>(subtasks.size());
  manifest.operators = {{operator_id{7}, "number", parallelism}, {operator_id{8}, "print", 1}};
  ASSERT_TRUE(files.make_directories(directory.directory_of(manifest.id)).ok());
  for (std::uint32_t i = 0; i < parallelism; ++i) {
    operator_snapshot content;
    content.id = operator_id{7};
    content.name = "number";
    content.parts = {{"position", "abc"}};
    std::vector<state_block> blocks;
    if (!subtasks[i].empty()) {
      blocks.push_back({{0, 128}, subtasks[i].size(), encoded_counts(subtasks[i])});
    }
    content.tables.push_back(section("seen", schema, std::move(blocks)));
    const auto path =
        directory.snapshot_path(manifest.id, {.life = 1, .attempt = {1}}, task_index{i});
    const auto bytes =
        write_snapshot(files, path, {manifest.id, "number", subtask_index{i}, parallelism, 128},
                       content_of(std::move(content)));
    manifest.files.push_back({path.substr(path.rfind('/') + 1), bytes, {operator_id{7}}});
  }
  const auto completed = directory.complete(manifest);
  ASSERT_TRUE(completed.ok()) << (completed ? "" : completed.failure().message);
}

inline void keep_two_checkpoints(file_system& files) {
  keep_checkpoint(files, 1, {{{"a", 1}, {"b", 2}}, {{"c", 3}}});
  keep_checkpoint(files, 2, {{{"a", 1}, {"b", 5}}, {{"d", 4}}});
}

}  // namespace weir
