// SPDX-License-Identifier: Apache-2.0
// Opening a set of snapshot files, and finding out whether they are parts of one whole.
#include "state/snapshot_set.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "api/schema_text.hpp"

namespace weir {

namespace {

// What the files that were looked at so far say about one operator.
struct operator_so_far {
  const snapshot_reader* first = nullptr;
  std::map<subtask_index, const snapshot_reader*> subtasks;
  std::map<std::string_view, std::pair<const table_entry*, const snapshot_reader*>> tables;
};

error contradiction(const snapshot_reader& file, const operator_entry& of,
                    const std::string& what) {
  return {error_code::corrupt_data,
          file.path() + ": operator " + of.name + ": " + what +
              ": these files are not of one checkpoint; restore from another one"};
}

std::string described(const table_schema& schema) {
  return schema.kind + " " + without_descriptors(schema.entry);
}

status check_tables(const snapshot_reader& file, const operator_entry& of,
                    operator_so_far& so_far) {
  for (const auto& table : of.tables) {
    const auto [known, is_new] = so_far.tables.try_emplace(table.name, std::pair{&table, &file});
    const auto& [other, other_file] = known->second;
    if (is_new || other->schema == table.schema) continue;
    return contradiction(file, of,
                         "table \"" + table.name + "\" consists of " + described(table.schema) +
                             ", but in " + other_file->path() + " of " + described(other->schema));
  }
  return {};
}

status check_operator(const snapshot_reader& file, const operator_entry& of,
                      operator_so_far& so_far) {
  if (so_far.first == nullptr) so_far.first = &file;
  const auto& about = file.about();
  const auto& first = so_far.first->about();
  if (about.parallelism != first.parallelism || about.max_parallelism != first.max_parallelism) {
    const auto of_file = [](const snapshot_header& header) {
      return std::to_string(header.parallelism) + " of at most " +
             std::to_string(header.max_parallelism);
    };
    return contradiction(file, of,
                         "its parallelism is " + of_file(about) + ", but in " +
                             so_far.first->path() + " " + of_file(first));
  }
  const auto [known, is_new] = so_far.subtasks.try_emplace(about.subtask, &file);
  if (!is_new) {
    return contradiction(
        file, of,
        "subtask " + std::to_string(about.subtask.value) + " is also in " + known->second->path());
  }
  return check_tables(file, of, so_far);
}

status check(const std::vector<snapshot_reader>& files, checkpoint_id checkpoint) {
  std::map<operator_id, operator_so_far> operators;
  for (const auto& file : files) {
    if (file.about().checkpoint != checkpoint) {
      return error{error_code::corrupt_data,
                   file.path() + ": is of checkpoint " +
                       std::to_string(file.about().checkpoint.value) +
                       ": the file was moved or replaced; restore from another checkpoint"};
    }
    for (const auto& of : file.operators()) {
      if (auto agrees = check_operator(file, of, operators[of.id]); !agrees) return agrees;
    }
  }
  return {};
}

}  // namespace

result<snapshot_set> snapshot_set::open(file_system& files, checkpoint_id checkpoint,
                                        std::vector<std::string> paths,
                                        std::shared_ptr<kept_stores> stores) {
  const std::string activity = "restore checkpoint " + std::to_string(checkpoint.value);
  std::vector<snapshot_reader> readers;
  for (auto& path : paths) {
    auto reader = snapshot_reader::open(files, std::move(path));
    if (!reader) return within(activity, reader.failure());
    readers.push_back(std::move(*reader));
  }
  if (const auto agree = check(readers, checkpoint); !agree) {
    return within(activity, agree.failure());
  }
  std::stable_sort(readers.begin(), readers.end(), [](const auto& a, const auto& b) {
    return a.about().subtask < b.about().subtask;
  });
  return snapshot_set{checkpoint,
                      std::make_shared<const std::vector<snapshot_reader>>(std::move(readers)),
                      std::move(stores)};
}

bool snapshot_set::has(operator_id id) const {
  return std::any_of(files_->begin(), files_->end(),
                     [&](const snapshot_reader& file) { return file.find(id) != nullptr; });
}

std::vector<operator_id> snapshot_set::operators() const {
  std::set<operator_id> ids;
  for (const auto& file : *files_) {
    for (const auto& of : file.operators()) ids.insert(of.id);
  }
  return {ids.begin(), ids.end()};
}

std::unique_ptr<restored_operator> snapshot_set::restored(operator_id id,
                                                          key_group_range groups) const {
  if (!has(id)) return nullptr;
  return std::make_unique<restored_snapshot>(files_, stores_, base_, checkpoint_, id, groups);
}

std::shared_ptr<const written_snapshot> snapshot_set::as_base() const {
  return base_->as_base_in(*files_, checkpoint_);
}

}  // namespace weir
