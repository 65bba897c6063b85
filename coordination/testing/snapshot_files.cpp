// SPDX-License-Identifier: Apache-2.0
// Writing and reading what coordination/testing/snapshot_files.hpp holds.
#include "coordination/testing/snapshot_files.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "coordination/suggestion.hpp"
#include "state/snapshot_writer.hpp"

namespace weir {

namespace {

// What there is instead, but for what operators keep for themselves.
std::string known_states(const restored_operator& of, const std::string& wanted) {
  std::vector<std::string> known;
  for (auto& name : of.table_names()) {
    if (of.table(name)->schema().kind == "keyed") known.push_back(std::move(name));
  }
  if (known.empty()) return {};
  const std::vector<std::string_view> names{known.begin(), known.end()};
  if (auto meant = did_you_mean(wanted, names, "\""); !meant.empty()) return meant;
  std::string listed = "; it has";
  for (const auto& each : known) listed += (&each == &known.front() ? " \"" : ", \"") + each + '"';
  return listed;
}

}  // namespace

test_snapshot::files::files(checkpoint_id id, std::uint32_t max_parallelism,
                            std::vector<event_time> watermarks, processing_time taken)
    : id_{id},
      max_parallelism_{max_parallelism},
      watermarks_{std::move(watermarks)},
      taken_{taken} {}

status test_snapshot::files::add(const task_description& of,
                                 std::vector<operator_snapshot> content) {
  std::erase_if(content, [](const operator_snapshot& each) { return !each.has_state(); });
  if (content.empty()) return {};
  for (const auto& each : of.operators) {
    const bool has_state = std::any_of(content.begin(), content.end(),
                                       [&](const auto& saved) { return saved.id == each.id; });
    if (has_state) names_[each.id] = each.node->uid.empty() ? each.node->name : each.node->uid;
  }
  paths_.push_back("/snapshot/" + std::to_string(of.task.value) + ".snap");
  const snapshot_header about{id_, of.name, of.subtask, of.parallelism, of.max_parallelism};
  auto writer = snapshot_writer::create(disk_, paths_.back(), about, std::move(content));
  if (!writer) return writer.failure();
  auto is_whole = writer->write_some(state_block_size);
  while (is_whole && !*is_whole) is_whole = writer->write_some(state_block_size);
  return is_whole ? status{} : is_whole.failure();
}

status test_snapshot::files::check(const execution_graph& graph) const {
  const auto& options = graph.options();
  if (max_parallelism_ != options.max_parallelism) {
    return error{error_code::invalid_argument,
                 "the snapshot's state is divided into " + std::to_string(max_parallelism_) +
                     " key groups, and this test has a max_parallelism of " +
                     std::to_string(options.max_parallelism) +
                     "; the number is fixed for the life of the state: make the test with "
                     ".max_parallelism = " +
                     std::to_string(max_parallelism_)};
  }
  if (options.allow_non_restored_state) return {};
  for (const auto& [id, name] : names_) {
    if (graph.has(id)) continue;
    return error{error_code::invalid_argument,
                 "the snapshot holds state of the operator \"" + name +
                     "\", which this test does not have; give the operator that should go on with "
                     "it the same uid, or make the test with .allow_non_restored_state = true"};
  }
  return {};
}

result<snapshot_set> test_snapshot::files::open() const {
  return snapshot_set::open(disk_, id_, paths_);
}

result<saved_table> test_snapshot::files::read(operator_id id, const std::string& name,
                                               const std::string& table) const {
  const auto all = open();
  if (!all) return all.failure();
  const std::string place = "operator \"" + name + "\"";
  const auto saved = all->restored(id, {0, max_parallelism_});
  if (saved == nullptr || saved->table_names().empty()) {
    return error{error_code::not_found, place + " has neither keyed state nor timers"};
  }
  const auto found = saved->table(table);
  if (found == nullptr) {
    return error{error_code::not_found,
                 place + " has no keyed state \"" + table + '"' + known_states(*saved, table)};
  }
  saved_table read{found->schema(), {}};
  for (;;) {
    auto block = found->next_block();
    if (!block) return within(place + ": state \"" + table + '"', block.failure());
    if (!*block) return read;
    read.blocks.push_back(**std::move(block));
  }
}

}  // namespace weir
