// SPDX-License-Identifier: Apache-2.0
// A checkpoint is copied with one thing changed: the copy is whole, and the checkpoint as it was.
#include "state/savepoint_edit.hpp"

#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "api/flat_table.hpp"
#include "state/memory_backend.hpp"
#include "state/snapshot_set.hpp"
#include "state/stored_state.hpp"
#include "state/table_restore.hpp"
#include "tests/support/kept_checkpoint.hpp"

namespace weir {
namespace {

class SavepointEdit : public testing::Test {
protected:
  SavepointEdit() { keep_checkpoint(files, 1, {{{"a", 1}, {"b", 2}}, {{"c", 3}}}); }

  result<savepoint_edit_outcome> write(const savepoint_edit& edit, const std::string& to = "/new") {
    const auto from = stored_state::open(files, "/ck/chk-1");
    EXPECT_TRUE(from.ok());
    return write_edited_savepoint(files, from->found(), edit, to);
  }
  std::string problem(const savepoint_edit& edit, const std::string& to = "/new") {
    const auto written = write(edit, to);
    EXPECT_FALSE(written.ok());
    return written ? "" : written.failure().message;
  }

  // What `parallelism` new subtasks restore of the table "seen" of what is at `path`.
  counts restored(const std::string& path, std::uint32_t parallelism) {
    counts found;
    const auto state = stored_state::open(files, path);
    EXPECT_TRUE(state.ok()) << (state ? "" : state.failure().message);
    if (!state) return found;
    std::vector<std::string> paths;
    for (const auto& file : state->manifest().files) paths.push_back(state->found().path_of(file));
    const auto set = snapshot_set::open(files, state->manifest().id, std::move(paths));
    EXPECT_TRUE(set.ok()) << (set ? "" : set.failure().message);
    for (std::uint32_t i = 0; set && i < parallelism; ++i) {
      const auto groups = key_groups_of({i}, parallelism, 128);
      const auto view = set->restored(operator_id{7}, groups);
      if (view == nullptr) continue;
      memory_backend backend{groups, 128};
      flat_table<std::string, std::uint64_t> table{backend};
      const auto loaded = restore_table(*view, "seen", table);
      EXPECT_TRUE(loaded.ok()) << (loaded ? "" : loaded.failure().message);
      table.for_each([&](const std::string& key, const std::uint64_t& value) {
        EXPECT_TRUE(found.emplace(key, value).second) << key;
      });
    }
    return found;
  }

  simulated_file_system files;
};

TEST_F(SavepointEdit, ChangesOneEntryOfTheCopy) {
  const auto done = write({"number", "seen", "b", {}, "20"});
  ASSERT_TRUE(done.ok()) << done.failure().message;
  EXPECT_EQ(done->changed, 1U);
  for (const std::uint32_t parallelism : {1U, 2U, 5U}) {
    EXPECT_EQ(restored("/new", parallelism), (counts{{"a", 1}, {"b", 20}, {"c", 3}}));
    EXPECT_EQ(restored("/ck/chk-1", parallelism), (counts{{"a", 1}, {"b", 2}, {"c", 3}}));
  }
  const auto state = stored_state::open(files, "/new");
  EXPECT_TRUE(state->manifest().is_savepoint);
  EXPECT_EQ(state->manifest().id, checkpoint_id{1});
  const auto operators = state->operators();
  ASSERT_TRUE(operators.ok());
  EXPECT_EQ(operators->front().parts.size(), 1U);
}

TEST_F(SavepointEdit, AddsAKeyForWhateverSubtaskItBelongsTo) {
  const auto done = write({"number", "seen", "zebra", {}, "9"});
  ASSERT_TRUE(done.ok()) << done.failure().message;
  EXPECT_EQ(done->added, 1U);
  for (const std::uint32_t parallelism : {1U, 2U, 5U}) {
    EXPECT_EQ(restored("/new", parallelism), (counts{{"a", 1}, {"b", 2}, {"c", 3}, {"zebra", 9}}));
  }
}

TEST_F(SavepointEdit, RemovesAnEntryATableOrAnOperator) {
  EXPECT_EQ(write({"number", "seen", "c", {}, {}}, "/entry")->removed, 1U);
  EXPECT_EQ(restored("/entry", 2), (counts{{"a", 1}, {"b", 2}}));
  EXPECT_EQ(write({"number", "seen", {}, {}, {}}, "/table")->removed, 3U);
  const auto without_table = *stored_state::open(files, "/table")->operators();
  EXPECT_TRUE(without_table.front().tables.empty());
  EXPECT_EQ(without_table.front().parts.size(), 1U);
  EXPECT_EQ(write({"number", {}, {}, {}, {}}, "/operator")->removed, 3U);
  const auto without_operator = *stored_state::open(files, "/operator")->operators();
  ASSERT_EQ(without_operator.size(), 1U);
  EXPECT_EQ(without_operator.front().name, "print");
}

TEST_F(SavepointEdit, EditsWhatItHasWritten) {
  ASSERT_TRUE(write({"number", "seen", "zebra", {}, "9"}).ok());
  const auto first = stored_state::open(files, "/new");
  ASSERT_TRUE(
      write_edited_savepoint(files, first->found(), {"number", "seen", "zebra", {}, "10"}, "/newer")
          .ok());
  EXPECT_EQ(restored("/newer", 3), (counts{{"a", 1}, {"b", 2}, {"c", 3}, {"zebra", 10}}));
}

TEST_F(SavepointEdit, SaysWhatIsWrongAndLeavesNothing) {
  EXPECT_EQ(problem({"numbr", "seen", "b", {}, "1"}),
            "operator numbr: table seen: the checkpoint has no such operator");
  EXPECT_EQ(problem({"number", "sen", "b", {}, "1"}),
            "operator number: table sen: the checkpoint has no such table");
  EXPECT_EQ(problem({"number", "seen", "b", {}, "-1"}),
            "operator number: table seen: value -1: expected u64");
  EXPECT_EQ(problem({"number", "seen", "x", {}, {}}),
            "operator number: table seen: it has no key x");
  EXPECT_FALSE(files.list("/new").ok() && !files.list("/new")->empty());
}

TEST_F(SavepointEdit, WritesOnlyToAPlaceOfItsOwn) {
  EXPECT_EQ(problem({"number", "seen", "b", {}, "1"}, "/ck/chk-1"),
            "write /ck/chk-1: something is there; give the path of a new directory");
  EXPECT_EQ(restored("/ck/chk-1", 2), (counts{{"a", 1}, {"b", 2}, {"c", 3}}));
}

}  // namespace
}  // namespace weir
