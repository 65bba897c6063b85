// SPDX-License-Identifier: Apache-2.0
// Looks first, writes then, and gives the savepoint its manifest last.
#include "state/savepoint_edit.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "state/entry_edit.hpp"
#include "state/snapshot_reader.hpp"
#include "state/snapshot_writer.hpp"

namespace weir {

namespace {

// The blocks of a table of a file, changed on their way. An error ends the table early; it is kept
// in `failure`.
class edited_table final : public frozen_table {
public:
  // `change` is null or what is done with every block; `fresh` is a block to be added.
  edited_table(const snapshot_reader& file, const operator_entry& of, const table_entry& table,
               const entry_edit* change, std::optional<state_block> fresh, status& failure)
      : file_{file},
        of_{of},
        table_{table},
        change_{change},
        fresh_{std::move(fresh)},
        failure_{failure} {}

  std::optional<state_block> next_block(known_content*) override {
    while (failure_ && next_ < table_.blocks.size()) {
      auto block = file_.read_block(of_, table_, next_++);
      if (block && change_ != nullptr) block = change_->apply(*block);
      if (!block) {
        failure_ = block.failure();
        return std::nullopt;
      }
      if (block->entries > 0) return *std::move(block);
    }
    return std::exchange(fresh_, std::nullopt);
  }

private:
  const snapshot_reader& file_;
  const operator_entry& of_;
  const table_entry& table_;
  const entry_edit* change_;
  std::optional<state_block> fresh_;
  status& failure_;
  std::size_t next_ = 0;
};

class savepoint_editor {
public:
  savepoint_editor(file_system& files, const checkpoint_directory::found& from,
                   const savepoint_edit& edit, std::string to)
      : files_{files}, from_{from}, edit_{edit}, to_{std::move(to)} {}
  savepoint_editor(const savepoint_editor&) = delete;
  savepoint_editor& operator=(const savepoint_editor&) = delete;
  ~savepoint_editor() {
    if (is_complete_ || !is_ours_) return;
    static_cast<void>(files_.remove(to_ + "/manifest"));
    const auto names = files_.list(to_);
    if (!names) return;
    for (const auto& name : *names) static_cast<void>(files_.remove(to_ + "/" + name));
    static_cast<void>(files_.remove_directory(to_));
  }

  result<savepoint_edit_outcome> write() {
    if (auto looked = look(); !looked) return within(subject(), looked.failure());
    if (auto made = take_directory(); !made) return within("write " + to_, made.failure());
    checkpoint_manifest manifest = from_.manifest;
    manifest.is_savepoint = true;
    manifest.shared.clear();
    manifest.files.clear();
    for (const auto& file : from_.manifest.files) {
      if (auto written = write_file(file, manifest); !written) {
        return within("write " + to_, written.failure());
      }
    }
    if (!edit_.table) {
      std::erase_if(manifest.operators,
                    [&](const manifest_operator& each) { return each.id == *operator_; });
    }
    if (auto written = write_manifest(manifest); !written) {
      return within("write " + to_, written.failure());
    }
    is_complete_ = true;
    return outcome_;
  }

private:
  std::string subject() const {
    return "operator " + edit_.operator_name + (edit_.table ? ": table " + *edit_.table : "");
  }
  bool is_meant(const table_entry& table) const {
    return !edit_.table || table.name == *edit_.table;
  }

  // Finds what is meant, and out of that what the edit will do.
  status look() {
    const auto& manifest = from_.manifest;
    for (const auto& each : manifest.operators) {
      if (each.name == edit_.operator_name) operator_ = each.id;
    }
    if (!operator_) return error{error_code::not_found, "the checkpoint has no such operator"};
    for (const auto& file : manifest.shared) {
      if (file.checkpoint != manifest.id) continue;
      return error{error_code::invalid_argument,
                   "the state is in " + file.path +
                       ", which only the job can read; have it take a savepoint, and edit that"};
    }
    bool has_table = !edit_.table;
    for (const auto& file : manifest.files) {
      const auto reader = snapshot_reader::open(files_, from_.path_of(file));
      if (!reader) return reader.failure();
      const operator_entry* of = reader->find(*operator_);
      if (of == nullptr) continue;
      for (const auto& table : of->tables) {
        if (!is_meant(table)) continue;
        has_table = true;
        if (auto looked = look_at(*reader, *of, table); !looked) return looked;
      }
    }
    if (!has_table) return error{error_code::not_found, "the checkpoint has no such table"};
    return edit_.key ? check_found() : status{};
  }

  status look_at(const snapshot_reader& file, const operator_entry& of, const table_entry& table) {
    if (!edit_.key) {
      for (const auto& block : table.blocks) outcome_.removed += block.entries;
      return {};
    }
    if (!change_) {
      auto change = entry_edit::of(table.schema, edit_);
      if (!change) return change.failure();
      change_ = *std::move(change);
    }
    for (std::size_t i = 0; i < table.blocks.size(); ++i) {
      const auto block = file.read_block(of, table, i);
      if (!block) return block.failure();
      const auto count = change_->count(*block);
      if (!count) return count.failure();
      found_ += *count;
    }
    return {};
  }

  status check_found() {
    if (!edit_.value) {
      if (found_ == 0) return error{error_code::not_found, "it has no key " + *edit_.key};
      outcome_.removed = found_;
      return {};
    }
    if (found_ > 1) {
      return error{error_code::invalid_argument, "the key " + *edit_.key + " has " +
                                                     std::to_string(found_) +
                                                     " entries; say with --place which is meant"};
    }
    outcome_.changed = found_;
    if (found_ == 1) return {};
    const auto entry = change_->fresh_entry();
    if (!entry) return entry.failure();
    fresh_ = state_block{{0, from_.manifest.max_parallelism}, 1, *entry};
    outcome_.added = 1;
    return {};
  }

  status take_directory() {
    const auto there = files_.list(to_);
    if (there && !there->empty()) {
      return error{error_code::invalid_argument,
                   "something is there; give the path of a new "
                   "directory"};
    }
    is_ours_ = true;
    return files_.make_directories(to_);
  }

  status write_file(const manifest_file& file, checkpoint_manifest& manifest) {
    const auto reader = snapshot_reader::open(files_, from_.path_of(file));
    if (!reader) return reader.failure();
    status failure;
    auto content = edited(*reader, failure);
    if (content.empty()) return {};
    manifest_file written{file.path, 0, {}};
    for (const auto& each : content) written.operators.push_back(each.id);
    auto writer =
        snapshot_writer::create(files_, to_ + "/" + file.path, reader->about(), std::move(content));
    if (!writer) return writer.failure();
    for (;;) {
      const auto is_whole = writer->write_some(state_block_size);
      if (!failure) return failure;
      if (!is_whole) return is_whole.failure();
      if (*is_whole) break;
    }
    written.bytes = writer->bytes_written();
    manifest.files.push_back(std::move(written));
    return {};
  }

  std::vector<operator_snapshot> edited(const snapshot_reader& file, status& failure) {
    std::vector<operator_snapshot> content;
    for (const auto& of : file.operators()) {
      const bool is_ours = of.id == *operator_;
      if (is_ours && !edit_.table) continue;
      auto& made = content.emplace_back();
      made.id = of.id;
      made.name = of.name;
      made.parts = of.parts;
      for (const auto& table : of.tables) {
        const bool is_meant_here = is_ours && is_meant(table);
        if (is_meant_here && !edit_.key) continue;
        const entry_edit* change = is_meant_here ? &*change_ : nullptr;
        auto fresh = is_meant_here ? std::exchange(fresh_, std::nullopt) : std::nullopt;
        made.tables.push_back(
            {table.name, table.schema,
             std::make_unique<edited_table>(file, of, table, change, std::move(fresh), failure)});
      }
    }
    return content;
  }

  status write_manifest(const checkpoint_manifest& manifest) {
    auto file = files_.create(to_ + "/manifest.tmp");
    if (!file) return file.failure();
    auto written = (*file)->append(encode_manifest(manifest));
    if (written) written = (*file)->sync();
    if (written) written = (*file)->close();
    return written ? files_.rename(to_ + "/manifest.tmp", to_ + "/manifest") : written;
  }

  file_system& files_;
  const checkpoint_directory::found& from_;
  const savepoint_edit& edit_;
  std::string to_;
  std::optional<operator_id> operator_;
  std::optional<entry_edit> change_;  // With a key.
  std::optional<state_block> fresh_;
  std::uint64_t found_ = 0;
  savepoint_edit_outcome outcome_;
  bool is_ours_ = false;
  bool is_complete_ = false;
};

}  // namespace

result<savepoint_edit_outcome> write_edited_savepoint(file_system& files,
                                                      const checkpoint_directory::found& from,
                                                      const savepoint_edit& edit,
                                                      const std::string& to) {
  return savepoint_editor{files, from, edit, to}.write();
}

}  // namespace weir
