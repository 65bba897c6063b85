// SPDX-License-Identifier: Apache-2.0
// A table of commands; see coordination/state_arguments.hpp.
#include "coordination/state_arguments.hpp"

#include <utility>

#include "coordination/command_words.hpp"
#include "coordination/suggestion.hpp"

namespace weir {

namespace {

struct command {
  std::string_view name;
  state_question::kind what;
  std::string_view operands;  // As the help writes them.
  std::size_t operand_count;
  std::vector<command_option> options;
};

const std::vector<command>& commands() {
  using kind = state_question::kind;
  static const std::vector<command> all{
      {"ls", kind::list, "PATH", 1, {{"--json", false}}},
      {"get", kind::get, "PATH OPERATOR TABLE KEY", 4, {}},
      {"export", kind::write_out, "PATH", 1, {{"--operator"}, {"--table"}}},
      {"diff", kind::compare, "A B", 2, {}},
      {"edit",
       kind::edit,
       "PATH",
       1,
       {{"--operator"},
        {"--table"},
        {"--key"},
        {"--place"},
        {"--value"},
        {"--remove", false},
        {"--out"}}},
  };
  return all;
}

result<command> find_command(const std::string& word) {
  std::vector<std::string_view> names;
  for (const command& each : commands()) {
    if (each.name == word) return each;
    names.push_back(each.name);
  }
  const auto meant = did_you_mean(word, names);
  return error{
      error_code::invalid_argument,
      "unknown command " + word + (meant.empty() ? "." : meant) + " See weir state --help"};
}

// What `edit` needs, and what goes with what.
result<savepoint_edit> edit_of(const command_table& table, const command_words& given) {
  const auto needs = [&table](const std::string& what) { return usage_error(table, what); };
  savepoint_edit edit{.operator_name = given.value_of("operator", ""),
                      .table = given.value_of("table"),
                      .key = given.value_of("key"),
                      .place = given.value_of("place"),
                      .value = given.value_of("value")};
  if (!given.has("operator")) return needs("say which --operator");
  if (given.value_of("out", "").empty()) {
    return needs("say with --out where the changed savepoint goes");
  }
  if (given.has("remove") == edit.value.has_value())
    return needs("give either --value or --remove");
  if (edit.value && !edit.key) return needs("--value needs the --key that has it");
  if (edit.key && !edit.table) return needs("--key needs the --table that has it");
  if (edit.place && !edit.key) return needs("--place needs the --key that has it");
  return edit;
}

}  // namespace

result<state_question> parse_state_arguments(std::span<const std::string> words) {
  if (words.empty() || words.front() == "--help" || words.front() == "-h") return state_question{};
  const auto of = find_command(words.front());
  if (!of) return of.failure();
  const command_table table{.command = "weir state " + std::string{of->name},
                            .help = "weir state --help",
                            .operands = of->operands,
                            .operand_count = of->operand_count,
                            .options = of->options};
  const auto given = read_words(table, words.subspan(1));
  if (!given) return given.failure();
  if (given->ask_for_help) return state_question{};
  const auto& operands = given->operands;
  state_question question;
  question.what = of->what;
  question.paths.push_back(operands[0]);
  question.as_json = given->has("json");
  question.selection = {given->value_of("operator"), given->value_of("table")};
  if (of->what == state_question::kind::compare) question.paths.push_back(operands[1]);
  if (of->what == state_question::kind::get) {
    question.selection = {operands[1], operands[2]};
    question.key = operands[3];
  }
  if (of->what == state_question::kind::edit) {
    auto edit = edit_of(table, *given);
    if (!edit) return edit.failure();
    question.edit = *std::move(edit);
    question.out = given->value_of("out", "");
  }
  return question;
}

std::string_view state_help() {
  return R"(Usage: weir state COMMAND

Commands:
  ls PATH [--json]                           operators, their tables and parts
  get PATH OPERATOR TABLE KEY                the entries of one key, given as text or as JSON
  export PATH [--operator O] [--table T]     all entries, as lines of JSON
  diff A B                                   entries that were added, removed or changed from A to B
  edit PATH --operator O --table T --key K [--place P] --value JSON|--remove --out NEW
                                             a savepoint NEW with that entry changed, added, removed
  edit PATH --operator O [--table T] --remove --out NEW
                                             the same without the table, or the operator

PATH, A and B: a checkpoint's directory or its manifest, or the directory in which a job keeps its
checkpoints, for the newest one. The job's program is not needed. What is there is never changed.
More in docs/state.md.
)";
}

}  // namespace weir
