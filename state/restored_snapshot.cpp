// SPDX-License-Identifier: Apache-2.0
// Parts and tables of one operator, collected over several files.
#include "state/restored_snapshot.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>

#include "state/schema_evolution.hpp"
#include "state/table_reader.hpp"

namespace weir {

namespace {

class table_of_files final : public restored_table {
public:
  table_of_files(snapshot_readers files, std::shared_ptr<kept_stores> stores,
                 checkpoint_id checkpoint, const table_schema& schema,
                 std::vector<table_reader> readers, std::uint64_t entries)
      : files_{std::move(files)},
        stores_{std::move(stores)},
        checkpoint_{checkpoint},
        schema_{&schema},
        readers_{std::move(readers)},
        entries_{entries} {}

  const table_schema& schema() const override { return *schema_; }

  std::uint64_t entries() const override { return entries_; }

  void leave_out_stored() override {
    for (table_reader& each : readers_) each.leave_out_stored();
  }

  result<std::optional<state_block>> next_block() override {
    for (; next_ < readers_.size(); ++next_) {
      auto block = readers_[next_].next();
      if (!block) {
        return within("restore checkpoint " + std::to_string(checkpoint_.value), block.failure());
      }
      if (*block) return block;
    }
    return std::optional<state_block>{};
  }

private:
  snapshot_readers files_;
  std::shared_ptr<kept_stores> stores_;
  checkpoint_id checkpoint_;
  const table_schema* schema_;  // In the index of one of the files.
  std::vector<table_reader> readers_;
  std::uint64_t entries_;
  std::size_t next_ = 0;
};

const table_entry* find_table(const operator_entry& of, const std::string& name) {
  const auto found = std::find_if(of.tables.begin(), of.tables.end(),
                                  [&](const table_entry& each) { return each.name == name; });
  return found == of.tables.end() ? nullptr : &*found;
}

}  // namespace

restored_snapshot::restored_snapshot(snapshot_readers files, std::shared_ptr<kept_stores> stores,
                                     std::shared_ptr<loaded_parts> base, checkpoint_id checkpoint,
                                     operator_id id, key_group_range groups)
    : files_{std::move(files)},
      stores_{std::move(stores)},
      base_{std::move(base)},
      checkpoint_{checkpoint},
      id_{id},
      groups_{groups} {
  find_own_store();
}

void restored_snapshot::find_own_store() {
  const auto own = own_file();
  if (!own) return;
  const auto& file = (*files_)[*own];
  const auto& of = *file.find(id_);
  if (of.store.empty()) return;
  own_store_ = kept_store{of.store_format, file.store_of(of), {}};
  for (const auto& table : of.tables) {
    if (table.stored) own_store_->ranges.emplace(table.name, *table.stored);
  }
}

std::vector<std::string> restored_snapshot::parts(const std::string& name) const {
  std::vector<std::string> found;
  for (const auto& file : *files_) {
    const auto* of = file.find(id_);
    if (of == nullptr) continue;
    if (const auto part = of->parts.find(name); part != of->parts.end()) {
      found.push_back(part->second);
    }
  }
  return found;
}

std::unique_ptr<restored_table> restored_snapshot::table(const std::string& name) const {
  const auto own = own_file();
  const table_schema* schema = nullptr;
  std::vector<table_reader> readers;
  std::uint64_t entries = 0;
  for (std::size_t i = 0; i < files_->size(); ++i) {
    const snapshot_reader& file = (*files_)[i];
    const auto* of = file.find(id_);
    const auto* table = of == nullptr ? nullptr : find_table(*of, name);
    if (table == nullptr) continue;
    schema = &table->schema;
    readers.emplace_back(file, *of, *table, groups_, stores_.get());
    if (own != i) continue;
    readers.back().number_blocks();
    // What is in a store comes beside them, and how much of it is not known before it is read.
    if (table->stored) continue;
    // Whoever reads what cannot be opened says so.
    if (const auto counted = file.entries_in_blocks(*table)) entries = *counted;
  }
  if (schema == nullptr) return nullptr;
  return std::make_unique<table_of_files>(files_, stores_, checkpoint_, *schema, std::move(readers),
                                          entries);
}

std::optional<std::size_t> restored_snapshot::own_file() const {
  for (std::size_t i = 0; i < files_->size(); ++i) {
    const auto& about = (*files_)[i].about();
    if ((*files_)[i].find(id_) == nullptr) continue;
    if (key_groups_of(about.subtask, about.parallelism, about.max_parallelism) == groups_) return i;
  }
  return std::nullopt;
}

void restored_snapshot::note_loaded(const std::string& table,
                                    std::vector<loaded_part> parts) const {
  if (const auto own = own_file()) base_->add(id_, table, *own, std::move(parts));
}

std::vector<std::string> restored_snapshot::table_names() const {
  std::set<std::string> names;
  for (const auto& file : *files_) {
    const auto* of = file.find(id_);
    if (of == nullptr) continue;
    for (const auto& table : of->tables) names.insert(table.name);
  }
  return {names.begin(), names.end()};
}

result<std::string> restored_snapshot::evolved(const std::string& saved, const present_type& now,
                                               std::string_view bytes) const {
  return evolve_value(saved, now, bytes);
}

}  // namespace weir
