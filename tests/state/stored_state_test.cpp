// SPDX-License-Identifier: Apache-2.0
// A checkpoint is found by any of its names, and its subtasks are added up.
#include "state/stored_state.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/kept_checkpoint.hpp"

namespace weir {
namespace {

class StoredState : public testing::Test {
protected:
  StoredState() { keep_two_checkpoints(files); }
  std::uint64_t id_at(const std::string& path) {
    const auto state = stored_state::open(files, path);
    EXPECT_TRUE(state.ok()) << (state ? "" : state.failure().message);
    return state ? state->manifest().id.value : 0;
  }
  simulated_file_system files;
};

TEST_F(StoredState, IsFoundByDirectoryManifestOrWhereTheJobKeepsIt) {
  EXPECT_EQ(id_at("/ck/chk-1"), 1U);
  EXPECT_EQ(id_at("/ck/chk-1/"), 1U);
  EXPECT_EQ(id_at("/ck/chk-1/manifest"), 1U);
  EXPECT_EQ(id_at("/ck"), 2U);
  EXPECT_FALSE(stored_state::open(files, "/none").ok());
  EXPECT_FALSE(stored_state::open(files, "").ok());
}

TEST_F(StoredState, AddsUpTheSubtasks) {
  const auto state = stored_state::open(files, "/ck/chk-1");
  ASSERT_TRUE(state.ok());
  const auto operators = state->operators();
  ASSERT_TRUE(operators.ok());
  ASSERT_EQ(operators->size(), 2U);
  const auto& number = operators->front();
  EXPECT_EQ(number.name, "number");
  EXPECT_EQ(number.parallelism, 2U);
  ASSERT_EQ(number.tables.size(), 1U);
  EXPECT_EQ(number.tables[0].entries, 3U);
  EXPECT_EQ(number.tables[0].bytes, 39U);
  ASSERT_EQ(number.parts.size(), 1U);
  EXPECT_EQ(number.parts[0].bytes, 6U);
  EXPECT_TRUE(operators->back().tables.empty());
}

TEST_F(StoredState, ShowsTheBlocksThatAreWanted) {
  const auto state = stored_state::open(files, "/ck");
  ASSERT_TRUE(state.ok());
  std::string seen;
  const auto visit = [&](const std::string& of, const table_entry& table,
                         const state_block& block) {
    seen += of + "/" + table.name + ":" + std::to_string(block.entries) + " ";
    return status{};
  };
  EXPECT_TRUE(state->for_each_block({"number", "seen"}, visit).ok());
  EXPECT_EQ(seen, "number/seen:2 number/seen:1 ");
  EXPECT_TRUE(state->for_each_block({"print", {}}, visit).ok());
  EXPECT_TRUE(state->for_each_block({{}, "other"}, visit).ok());
  EXPECT_EQ(seen, "number/seen:2 number/seen:1 ");
  const auto stopped = state->for_each_block({}, [](const auto&, const auto&, const auto&) {
    return status{error{error_code::cancelled, "enough"}};
  });
  EXPECT_EQ(stopped.failure().message, "enough");
}

}  // namespace
}  // namespace weir
