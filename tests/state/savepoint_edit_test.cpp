// SPDX-License-Identifier: Apache-2.0
// A checkpoint is copied with one thing changed: the copy is whole, and the checkpoint as it was.
#include "state/savepoint_edit.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

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

  result<savepoint_edit_outcome> write(const savepoint_edit& edit, const std::string& to = "/new",
                                       const std::string& path = "/ck/chk-1") {
    const auto from = stored_state::open(files, path);
    EXPECT_TRUE(from.ok()) << (from ? "" : from.failure().message);
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

TEST_F(SavepointEdit, RefusesStateInFilesOfAnotherForm) {
  auto from = stored_state::open(files, "/ck/chk-1")->found();
  from.manifest.shared.push_back({{1}, "store/1", 10});
  const auto done = write_edited_savepoint(files, from, {"number", "seen", "b", {}, "1"}, "/new");
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(
      done.failure().message,
      "operator number: table seen: the state is in store/1, which only the job can read; have "
      "it take a savepoint, and edit that");
}

TEST_F(SavepointEdit, WritesOnlyToAPlaceOfItsOwn) {
  EXPECT_EQ(problem({"number", "seen", "b", {}, "1"}, "/ck/chk-1"),
            "write /ck/chk-1: something is there; give the path of a new directory");
  EXPECT_EQ(restored("/ck/chk-1", 2), (counts{{"a", 1}, {"b", 2}, {"c", 3}}));
}

// Checkpoint 13: "c" is in its own file, the rest in those of 11 and 12; "d" and "e" in one block.
class IncrementalSavepointEdit : public SavepointEdit {
protected:
  IncrementalSavepointEdit() {
    keep(11, {{0, {{"a", 1}}}, {0, {{"b", 2}}}, {0, {{"c", 3}}}, {0, {{"d", 4}, {"e", 5}}}});
    keep(12, {{0, {}}, {1, {{"b", 20}}}, {0, {{"c", 3}}}, {0, {}}});
    keep(13, {{0, {}}, {1, {}}, {1, {{"c", 30}}}, {0, {}}});
    before_ = everything();
  }

  struct extent {
    std::uint32_t version;
    counts entries;  // Read only if no earlier file has this version.
  };
  void keep(std::uint64_t id, const std::vector<extent>& extents) {
    checkpoint_directory directory{files, "/ck"};
    std::vector<state_block> blocks;
    for (std::uint32_t i = 0; i < extents.size(); ++i) {
      const auto& [version, entries] = extents[i];
      blocks.push_back({{0, 128},
                        std::max<std::size_t>(entries.size(), 1),
                        encoded_counts(entries) + (entries.empty() ? "not read" : ""),
                        content_name{1, i, version}});
    }
    operator_snapshot content{{7}, "number", {}, {{"position", "abc"}}};
    content.tables.push_back(section("seen", counts_schema, std::move(blocks)));
    auto writer = snapshot_writer::create(
        files, directory.snapshot_path({id}, {.life = 1, .attempt = {1}}, {0}),
        {{id}, "number", {0}, 1, 128}, content_of(std::move(content)), base_);
    ASSERT_TRUE(writer.ok()) << writer.failure().message;
    while (!*writer->write_some(state_block_size)) {
    }
    base_ = writer->written();
    checkpoint_manifest manifest;
    manifest.id = {id};
    manifest.job_name = "counting";
    manifest.max_parallelism = 128;
    manifest.operators = {{{7}, "number", 1}};
    manifest.files = {{"task-0.life-1.attempt-1.snap", writer->bytes_written(), {{7}}}};
    manifest.shared = writer->shared();
    ASSERT_TRUE(directory.complete(manifest).ok());
  }

  std::map<std::string, std::string> everything() {
    std::map<std::string, std::string> found;
    for (const char* const directory : {"/ck/chk-11", "/ck/chk-12", "/ck/chk-13"}) {
      const auto names = files.list(directory);
      for (const auto& name : *names) {
        const auto path = std::string{directory} + "/" + name;
        found[path] = files.content_of(path);
      }
    }
    return found;
  }
  // The checkpoints are as they were; without them the savepoint is what it was.
  void expect_whole(const counts& expected) {
    EXPECT_EQ(everything(), before_);
    EXPECT_EQ(restored("/ck/chk-13", 2), all_);
    EXPECT_TRUE(stored_state::open(files, "/new")->manifest().shared.empty());
    for (const auto& [path, content] : before_) ASSERT_TRUE(files.remove(path).ok());
    for (const std::uint32_t parallelism : {1U, 2U, 5U}) {
      EXPECT_EQ(restored("/new", parallelism), expected);
    }
  }

  const counts all_{{"a", 1}, {"b", 20}, {"c", 30}, {"d", 4}, {"e", 5}};
  std::shared_ptr<const written_snapshot> base_;
  std::map<std::string, std::string> before_;
};

TEST_F(IncrementalSavepointEdit, BeginsWithACheckpointThatSharesFiles) {
  const auto state = stored_state::open(files, "/ck/chk-13");
  std::vector<checkpoint_id> shared;
  for (const auto& file : state->manifest().shared) shared.push_back(file.checkpoint);
  EXPECT_EQ(shared, (std::vector<checkpoint_id>{{11}, {12}}));
  EXPECT_EQ(restored("/ck/chk-13", 2), all_);
}

class IncrementalSavepointEditOf : public IncrementalSavepointEdit,
                                   public testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(Every, IncrementalSavepointEditOf,
                         testing::Values("a", "b", "c", "d", "e"));

TEST_P(IncrementalSavepointEditOf, ChangesTheEntryWhicheverFileItIsIn) {
  const auto done = write({"number", "seen", GetParam(), {}, "99"}, "/new", "/ck/chk-13");
  ASSERT_TRUE(done.ok()) << done.failure().message;
  EXPECT_EQ(done->changed, 1U);
  auto expected = all_;
  expected[GetParam()] = 99;
  expect_whole(expected);
}

TEST_P(IncrementalSavepointEditOf, RemovesTheEntryWhicheverFileItIsIn) {
  const auto done = write({"number", "seen", GetParam(), {}, {}}, "/new", "/ck/chk-13");
  ASSERT_TRUE(done.ok()) << done.failure().message;
  EXPECT_EQ(done->removed, 1U);
  auto expected = all_;
  expected.erase(GetParam());
  expect_whole(expected);
}

TEST_F(IncrementalSavepointEdit, AddsAKey) {
  ASSERT_TRUE(write({"number", "seen", "zebra", {}, "9"}, "/new", "/ck/chk-13").ok());
  auto expected = all_;
  expected["zebra"] = 9;
  expect_whole(expected);
}

TEST_F(IncrementalSavepointEdit, RemovesATableOfWhichSomeIsInOtherFiles) {
  const auto done = write({"number", "seen", {}, {}, {}}, "/new", "/ck/chk-13");
  ASSERT_TRUE(done.ok()) << done.failure().message;
  EXPECT_EQ(done->removed, 5U);
  expect_whole({});
  EXPECT_EQ(stored_state::open(files, "/new")->operators()->front().parts.size(), 1U);
}

TEST_F(IncrementalSavepointEdit, ChangesSeveralEntriesOneAfterTheOther) {
  auto expected = all_;
  std::string from = "/ck/chk-13";
  int n = 0;
  for (const auto& [key, value] : all_) {
    const auto to = key == "e" ? std::string{"/new"} : "/step-" + std::to_string(n);
    expected[key] = 100 + static_cast<std::uint64_t>(n++);
    const auto value_now = std::to_string(expected[key]);
    ASSERT_TRUE(write({"number", "seen", key, {}, value_now}, to, from).ok()) << key;
    from = to;
  }
  expect_whole(expected);
}

TEST_F(IncrementalSavepointEdit, LeavesNothingIfASharedFileCannotBeRead) {
  const auto from = stored_state::open(files, "/ck/chk-13");
  ASSERT_TRUE(files.remove("/ck/chk-11/task-0.life-1.attempt-1.snap").ok());
  const auto done =
      write_edited_savepoint(files, from->found(), {"number", "seen", "c", {}, "1"}, "/new");
  ASSERT_FALSE(done.ok());
  EXPECT_NE(done.failure().message.find("needs checkpoint 11: task-0.life-1.attempt-1.snap"),
            std::string::npos)
      << done.failure().message;
  EXPECT_FALSE(files.list("/new").ok() && !files.list("/new")->empty());
}

}  // namespace
}  // namespace weir
