// SPDX-License-Identifier: Apache-2.0
// Snapshots made by hand, for tests of their files: content, writing it, and all of it read back.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/file_system.hpp"
#include "api/snapshot.hpp"
#include "state/snapshot_reader.hpp"
#include "state/snapshot_writer.hpp"

namespace weir {

// A table whose blocks are known beforehand. Those of one name stand together.
class fixed_table final : public frozen_table {
public:
  explicit fixed_table(std::vector<state_block> blocks) : blocks_{std::move(blocks)} {}
  std::optional<state_block> next_block(known_content* known) override {
    while (next_ < blocks_.size()) {
      auto& block = blocks_[next_];
      const auto name = block.name;
      const bool is_new = name && (next_ == 0 || blocks_[next_ - 1].name != name);
      if (!is_new || known == nullptr || !known->takes(*name)) {
        ++next_;
        return state_block{block.groups, block.entries, std::move(block.bytes), name};
      }
      while (next_ < blocks_.size() && blocks_[next_].name == name) ++next_;
    }
    return {};
  }

private:
  std::vector<state_block> blocks_;
  std::size_t next_ = 0;
};

inline frozen_section section(std::string name, table_schema schema,
                              std::vector<state_block> blocks) {
  return {std::move(name), std::move(schema), std::make_unique<fixed_table>(std::move(blocks))};
}

inline std::vector<frozen_section> sections(frozen_section only) {
  std::vector<frozen_section> list;
  list.push_back(std::move(only));
  return list;
}

inline std::vector<operator_snapshot> content_of(operator_snapshot only) {
  std::vector<operator_snapshot> content;
  content.push_back(std::move(only));
  return content;
}

inline const table_schema counts_schema{"keyed", "pair{string,u64}"};

inline snapshot_header some_header(std::uint32_t subtask = 1) {
  return {checkpoint_id{17}, "parse -> window-counts", subtask_index{subtask}, 4, 128};
}

// Two operators: parts with and without bytes, tables with three blocks, with one and with none.
inline std::vector<operator_snapshot> some_content() {
  std::vector<operator_snapshot> content(2);
  content[0].id = operator_id{0x1234};
  content[0].name = "parse (2/4)";
  content[0].parts = {{"empty", ""}, {"position", std::string("\0\1\2\xFF", 4)}};
  content[1].id = operator_id{0xFEDCBA9876543210};
  content[1].name = "window-counts (2/4)";
  content[1].tables.push_back(section(
      "rolling", counts_schema,
      {{{32, 40}, 2, "two entries"}, {{40, 41}, 1, "x"}, {{41, 64}, 300, std::string(300, 'z')}}));
  content[1].tables.push_back(section("nothing", {"keyed", "pair{u8,u8}"}, {}));
  content[1].tables.push_back(section("timers", {"timers", "u64"}, {{{32, 64}, 1, "12345678"}}));
  return content;
}

// Writes a whole file, `slice` bytes at a time; its size.
inline std::uint64_t write_snapshot(file_system& files, const std::string& path,
                                    snapshot_header about, std::vector<operator_snapshot> content,
                                    std::size_t slice = state_block_size) {
  auto writer = snapshot_writer::create(files, path, std::move(about), std::move(content));
  EXPECT_TRUE(writer.ok()) << (writer ? "" : writer.failure().message);
  if (!writer) return 0;
  while (true) {
    const auto done = writer->write_some(slice);
    EXPECT_TRUE(done.ok()) << (done ? "" : done.failure().message);
    if (!done || *done) return writer->bytes_written();
  }
}

// Writes a whole file that refers to what `base` has.
inline std::shared_ptr<const written_snapshot> write_snapshot_on(
    file_system& files, const std::string& path, snapshot_header about,
    std::vector<operator_snapshot> content, std::shared_ptr<const written_snapshot> base) {
  auto writer =
      snapshot_writer::create(files, path, std::move(about), std::move(content), std::move(base));
  EXPECT_TRUE(writer.ok()) << (writer ? "" : writer.failure().message);
  if (!writer) return nullptr;
  for (;;) {
    const auto done = writer->write_some(state_block_size);
    EXPECT_TRUE(done.ok()) << (done ? "" : done.failure().message);
    if (!done) return nullptr;
    if (*done) return writer->written();
  }
}

// Everything that a file says, but where its blocks are.
struct whole_snapshot {
  struct table {
    std::string name;
    table_schema schema;
    std::vector<std::pair<key_group_range, std::string>> blocks;
    std::vector<std::uint64_t> entries;
    friend bool operator==(const table&, const table&) = default;
  };
  struct one_operator {
    operator_id id;
    std::string name;
    state_parts parts;
    std::vector<table> tables;
    friend bool operator==(const one_operator&, const one_operator&) = default;
  };
  snapshot_header about;
  std::vector<one_operator> operators;
  friend bool operator==(const whole_snapshot&, const whole_snapshot&) = default;
};

inline result<whole_snapshot> read_snapshot(file_system& files, const std::string& path) {
  const auto reader = snapshot_reader::open(files, path);
  if (!reader) return reader.failure();
  whole_snapshot whole{reader->about(), {}};
  for (const auto& of : reader->operators()) {
    auto& read = whole.operators.emplace_back();
    read.id = of.id;
    read.name = of.name;
    read.parts = of.parts;
    for (const auto& table : of.tables) {
      auto& blocks = read.tables.emplace_back();
      blocks.name = table.name;
      blocks.schema = table.schema;
      for (std::size_t i = 0; i < table.blocks.size(); ++i) {
        auto block = reader->read_block(of, table, i);
        if (!block) return block.failure();
        blocks.blocks.emplace_back(block->groups, std::move(block->bytes));
        blocks.entries.push_back(block->entries);
      }
    }
  }
  return whole;
}

// What reading a file with some_header() and some_content() gives.
inline whole_snapshot some_snapshot() {
  whole_snapshot whole{some_header(), {}};
  for (auto& of : some_content()) {
    auto& expected = whole.operators.emplace_back();
    expected.id = of.id;
    expected.name = of.name;
    expected.parts = of.parts;
    for (auto& table : of.tables) {
      auto& blocks = expected.tables.emplace_back();
      blocks.name = table.name;
      blocks.schema = table.schema;
      while (auto block = table.content->next_block()) {
        blocks.blocks.emplace_back(block->groups, block->bytes);
        blocks.entries.push_back(block->entries);
      }
    }
  }
  return whole;
}

}  // namespace weir
