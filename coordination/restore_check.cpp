// SPDX-License-Identifier: Apache-2.0
// Operator by operator, subtask by subtask; see coordination/restore_check.hpp.
#include "coordination/restore_check.hpp"

#include <algorithm>
#include <utility>

#include "api/prepared_output.hpp"
#include "api/source_progress.hpp"
#include "coordination/dry_operator.hpp"
#include "coordination/job_checkpoints.hpp"
#include "state/checkpoint_directory.hpp"
#include "state/snapshot_set.hpp"

namespace weir {

namespace {

using kind = state_verdict::kind;

std::string joined(const std::vector<std::string>& words) {
  std::string list;
  for (const auto& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

const std::string& name_of(const graph_node& node) {
  return node.uid.empty() ? node.name : node.uid;
}

class restore_checker {
public:
  restore_checker(const execution_graph& graph, const snapshot_set& saved, restore_report& report)
      : graph_{graph}, saved_{saved}, report_{report} {}

  void check(const operator_chain_plan& chain, node_index number) {
    const graph_node& node = graph_.graph().node(number);
    const dry_place first{
        graph_.id_of(number), {}, chain.parallelism, graph_.options().max_parallelism};
    const bool was_saved = saved_.has(first.id);
    verdicts_.clear();
    if (node.kind == operator_kind::source) {
      check_source(node, first, was_saved);
    } else if (node.kind == operator_kind::sink) {
      if (was_saved) check_sink(node, first);
    } else if (was_saved || node.keeps_state) {
      check_operator(node, first);
    }
    std::move(verdicts_.begin(), verdicts_.end(), std::back_inserter(report_.states));
  }

private:
  std::unique_ptr<restored_operator> view(const dry_place& of) const {
    return saved_.restored(of.id, key_groups_of(of.subtask, of.parallelism, of.max_parallelism));
  }

  // The row of a state, which all subtasks share; the graver verdict stays.
  void note(const graph_node& node, const std::string& state, kind what, std::string why,
            std::optional<std::uint64_t> entries = std::nullopt) {
    const auto known = std::find_if(verdicts_.begin(), verdicts_.end(),
                                    [&](const state_verdict& each) { return each.state == state; });
    if (known == verdicts_.end()) {
      verdicts_.push_back({name_of(node), state, entries, what, std::move(why)});
      return;
    }
    if (entries) known->entries = known->entries.value_or(0) + *entries;
    if (known->what < what) {
      known->what = what;
      known->note = std::move(why);
    }
  }

  void check_source(const graph_node& node, const dry_place& of, bool was_saved) {
    if (!was_saved) {
      note(node, source_progress_part, kind::starts_empty, "reads from the beginning");
      return;
    }
    std::uint64_t splits = 0;
    for (std::uint32_t i = 0; i < of.parallelism; ++i) {
      const auto share = restore_source_progress(*view(of), {i}, of.parallelism);
      if (!share) {
        note(node, source_progress_part, kind::fails, share.failure().message);
        return;
      }
      splits += share->size();
    }
    note(node, source_progress_part, kind::not_checked,
         "the source itself reads its positions when it runs", splits);
  }

  void check_sink(const graph_node& node, const dry_place& of) {
    const auto prepared = restore_prepared_output(*view(of));
    if (!prepared) {
      note(node, prepared_output_part, kind::fails, prepared.failure().message);
      return;
    }
    note(node, prepared_output_part, kind::not_checked, "the sink commits it when it runs",
         prepared->size());
  }

  void check_operator(const graph_node& node, dry_place of) {
    for (of.subtask = {}; of.subtask.value < of.parallelism; ++of.subtask.value) {
      const auto former = view(of);
      const auto opened = open_dry(node, of, former.get());
      for (const auto& each : opened.tables) note_table(node, each);
      for (const auto& each : opened.parts) {
        const bool changes = !each.changes.empty();
        note(node, each.name,
             !each.was_saved ? kind::starts_empty
             : changes       ? kind::evolves
                             : kind::same,
             joined(each.changes));
      }
      for (const auto& name : opened.left_tables) {
        const bool may = graph_.options().allow_non_restored_state;
        note(node, name, may ? kind::is_left_behind : kind::fails,
             may ? "" : state_left_out(name).message);
      }
      if (!opened.opened)
        note(node, "", kind::fails,
             opened.opened.failure().message + "; what it opens after that was not looked at");
    }
  }

  void note_table(const graph_node& node, const checking_backend::outcome& of) {
    if (!of.restored) {
      note(node, of.name, kind::fails, of.restored.failure().message);
      return;
    }
    const kind what = !of.restored->was_saved    ? kind::starts_empty
                      : of.restored->has_evolved ? kind::evolves
                                                 : kind::same;
    note(node, of.name, what, joined(of.restored->changes), of.entries);
  }

  const execution_graph& graph_;
  const snapshot_set& saved_;
  restore_report& report_;
  std::vector<state_verdict> verdicts_;  // Of the operator at hand.
};

result<checkpoint_directory::found> find(const execution_graph& graph, file_system& files,
                                         const std::string& path) {
  const std::string& home = graph.options().checkpoint_directory;
  const checkpoint_directory directory{files, home.empty() ? "." : home};
  if (path != "latest") return directory.at(path);
  auto latest = directory.latest();
  if (!latest) return latest.failure();
  if (*latest) return **std::move(latest);
  return error{error_code::not_found, directory.path() + " has no checkpoint"};
}

// Operators that the job no longer has. What the restore says of the first is said of each.
void note_gone(const execution_graph& graph, const checkpoint_manifest& manifest,
               restore_report& report) {
  for (const auto& each : manifest.operators) {
    if (graph.has(each.id)) continue;
    const bool may = graph.options().allow_non_restored_state;
    report.states.push_back({each.name, "", std::nullopt, may ? kind::is_left_behind : kind::fails,
                             may ? "the job does not have it"
                                 : "the job does not have it; give the operator that should go on "
                                   "with it this uid, or --allow-non-restored-state"});
  }
}

}  // namespace

bool restore_report::fits() const {
  return problems.empty() &&
         std::none_of(states.begin(), states.end(),
                      [](const state_verdict& each) { return each.what == kind::fails; });
}

result<restore_report> check_restore(const std::shared_ptr<const execution_graph>& graph,
                                     file_system& files, entry_stores& stores,
                                     const std::string& path) {
  const auto found = find(*graph, files, path);
  if (!found) return within("check " + path, found.failure());
  const checkpoint_manifest& manifest = found->manifest;
  restore_report report{.directory = found->directory,
                        .checkpoint = manifest.id.value,
                        .max_parallelism = manifest.max_parallelism,
                        .passed_over = found->passed_over,
                        .states = {},
                        .problems = {}};
  note_gone(*graph, manifest, report);
  if (auto kin = job_checkpoints{graph, files}.check_kinship(manifest); !kin) {
    report.problems.push_back(kin.failure());
    return report;
  }
  std::vector<std::string> paths;
  for (const auto& file : manifest.files) paths.push_back(found->path_of(file));
  const job_options& options = graph->options();
  auto kept = std::make_shared<kept_stores>(
      stores, entry_store_settings{options.rocksdb_directory, options.rocksdb_memory});
  const auto saved = snapshot_set::open(files, manifest.id, std::move(paths), std::move(kept));
  if (!saved) {
    report.problems.push_back(saved.failure());
    return report;
  }
  restore_checker checker{*graph, *saved, report};
  for (const auto& chain : graph->chains()) {
    for (const node_index node : chain.nodes) checker.check(chain, node);
  }
  return report;
}

}  // namespace weir
