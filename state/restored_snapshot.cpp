// SPDX-License-Identifier: Apache-2.0
// Parts and tables of one operator, collected over several files.
#include "state/restored_snapshot.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>

#include "state/schema_evolution.hpp"

namespace weir {

namespace {

bool overlap(const key_group_range& a, const key_group_range& b) {
  return a.begin < b.end && b.begin < a.end;
}

// One block of one file.
struct place {
  const snapshot_reader* file;
  const operator_entry* of;
  const table_entry* table;
  std::size_t block;
};

class table_of_files final : public restored_table {
public:
  table_of_files(snapshot_readers files, checkpoint_id checkpoint, const table_schema& schema,
                 std::vector<place> places)
      : files_{std::move(files)},
        checkpoint_{checkpoint},
        schema_{&schema},
        places_{std::move(places)} {}

  const table_schema& schema() const override { return *schema_; }

  result<std::optional<state_block>> next_block() override {
    if (next_ == places_.size()) return std::optional<state_block>{};
    const place& at = places_[next_];
    auto block = at.file->read_block(*at.of, *at.table, at.block);
    if (!block) {
      return within("restore checkpoint " + std::to_string(checkpoint_.value), block.failure());
    }
    ++next_;
    return std::optional{std::move(*block)};
  }

private:
  snapshot_readers files_;
  checkpoint_id checkpoint_;
  const table_schema* schema_;  // In the index of one of the files.
  std::vector<place> places_;
  std::size_t next_ = 0;
};

const table_entry* find_table(const operator_entry& of, const std::string& name) {
  const auto found = std::find_if(of.tables.begin(), of.tables.end(),
                                  [&](const table_entry& each) { return each.name == name; });
  return found == of.tables.end() ? nullptr : &*found;
}

}  // namespace

restored_snapshot::restored_snapshot(snapshot_readers files, checkpoint_id checkpoint,
                                     operator_id id, key_group_range groups)
    : files_{std::move(files)}, checkpoint_{checkpoint}, id_{id}, groups_{groups} {}

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
  const table_schema* schema = nullptr;
  std::vector<place> places;
  for (const auto& file : *files_) {
    const auto* of = file.find(id_);
    const auto* table = of == nullptr ? nullptr : find_table(*of, name);
    if (table == nullptr) continue;
    schema = &table->schema;
    for (std::size_t i = 0; i < table->blocks.size(); ++i) {
      if (overlap(table->blocks[i].groups, groups_)) places.push_back({&file, of, table, i});
    }
  }
  if (schema == nullptr) return nullptr;
  return std::make_unique<table_of_files>(files_, checkpoint_, *schema, std::move(places));
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
