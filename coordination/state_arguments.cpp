// SPDX-License-Identifier: Apache-2.0
// Few words and few options: read by hand; see coordination/state_arguments.hpp.
#include "coordination/state_arguments.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "coordination/suggestion.hpp"

namespace weir {

namespace {

struct command {
  std::string_view name;
  state_question::kind what;
  std::string_view operands;  // As the help writes them.
  std::size_t operand_count;
  std::vector<std::string_view> options;
};

const std::vector<command>& commands() {
  using kind = state_question::kind;
  static const std::vector<command> all{
      {"ls", kind::list, "PATH", 1, {"--json"}},
      {"get", kind::get, "PATH OPERATOR TABLE KEY", 4, {}},
      {"export", kind::write_out, "PATH", 1, {"--operator", "--table"}},
      {"diff", kind::compare, "A B", 2, {}},
      {"edit",
       kind::edit,
       "PATH",
       1,
       {"--operator", "--table", "--key", "--place", "--value", "--remove", "--out"}},
  };
  return all;
}

error usage_error(const std::string& problem) {
  return {error_code::invalid_argument, problem + " See weir state --help"};
}

std::string question_or_stop(std::string_view word, std::span<const std::string_view> known) {
  const auto question = did_you_mean(word, known);
  return question.empty() ? "." : question;
}

bool asks_for_help(const std::string& word) { return word == "--help" || word == "-h"; }

result<command> find_command(const std::string& word) {
  std::vector<std::string_view> names;
  for (const command& each : commands()) {
    if (each.name == word) return each;
    names.push_back(each.name);
  }
  return usage_error("unknown command " + word + question_or_stop(word, names));
}

class argument_reader {
public:
  argument_reader(const command& of, std::span<const std::string> words)
      : command_{of}, words_{words} {
    question_.what = of.what;
  }

  result<state_question> read() {
    bool ended = false;
    while (!words_.empty()) {
      const std::string& word = take();
      if (!ended && word == "--") {
        ended = true;
      } else if (!ended && asks_for_help(word)) {
        return state_question{};
      } else if (!ended && word.size() > 1 && word.front() == '-' && !is_key(word)) {
        if (auto read = read_option(word); !read) return read.failure();
      } else {
        operands_.push_back(word);
      }
    }
    return with_operands();
  }

private:
  const std::string& take() {
    const std::string& word = words_.front();
    words_ = words_.subspan(1);
    return word;
  }

  // -5 is a key, where one is expected.
  bool is_key(const std::string& word) const {
    return command_.what == state_question::kind::get && operands_.size() == 3 && word[1] >= '0' &&
           word[1] <= '9';
  }

  status read_option(const std::string& word) {
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const auto& known = command_.options;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return usage_error("weir state " + std::string{command_.name} + ": unknown option " + name +
                         question_or_stop(name, known));
    }
    if (name == "--json" || name == "--remove") {
      if (equals != std::string::npos)
        return usage_error("option " + name + " does not take a value.");
      (name == "--json" ? question_.as_json : removes_) = true;
      return {};
    }
    if (equals == std::string::npos && words_.empty()) {
      return usage_error("option " + name + " needs a value.");
    }
    auto& wanted = value_of(name);
    if (wanted) return usage_error("option " + name + " was given more than once.");
    wanted = equals == std::string::npos ? take() : word.substr(equals + 1);
    return {};
  }

  std::optional<std::string>& value_of(const std::string& option) {
    if (option == "--operator") return question_.selection.operator_name;
    if (option == "--table") return question_.selection.table_name;
    if (option == "--key") return question_.edit.key;
    if (option == "--place") return question_.edit.place;
    return option == "--value" ? question_.edit.value : out_;
  }

  // What `edit` needs, and what goes with what.
  status check_edit() {
    savepoint_edit& edit = question_.edit;
    const auto& selection = question_.selection;
    const auto needs = [](const std::string& what) {
      return usage_error("weir state edit: " + what + ".");
    };
    if (!selection.operator_name) return needs("say which --operator");
    if (!out_ || out_->empty()) return needs("say with --out where the changed savepoint goes");
    if (removes_ == edit.value.has_value()) return needs("give either --value or --remove");
    if (edit.value && !edit.key) return needs("--value needs the --key that has it");
    if (edit.key && !selection.table_name) return needs("--key needs the --table that has it");
    if (edit.place && !edit.key) return needs("--place needs the --key that has it");
    edit.operator_name = *selection.operator_name;
    edit.table = selection.table_name;
    question_.out = *out_;
    return {};
  }

  result<state_question> with_operands() {
    if (operands_.size() != command_.operand_count) {
      return usage_error("weir state " + std::string{command_.name} + ": expected " +
                         std::string{command_.operands} + ", got " +
                         (operands_.empty() ? "nothing" : std::to_string(operands_.size())) +
                         (operands_.empty()       ? "."
                          : operands_.size() == 1 ? " word."
                                                  : " words."));
    }
    question_.paths.push_back(operands_[0]);
    if (command_.what == state_question::kind::compare) question_.paths.push_back(operands_[1]);
    if (command_.what == state_question::kind::get) {
      question_.selection = {operands_[1], operands_[2]};
      question_.key = operands_[3];
    }
    if (command_.what == state_question::kind::edit) {
      if (auto checked = check_edit(); !checked) return checked.failure();
    }
    return std::move(question_);
  }

  const command& command_;
  std::span<const std::string> words_;
  std::vector<std::string> operands_;
  std::optional<std::string> out_;
  bool removes_ = false;
  state_question question_;
};

}  // namespace

result<state_question> parse_state_arguments(std::span<const std::string> words) {
  if (words.empty() || asks_for_help(words.front())) return state_question{};
  const auto asked = find_command(words.front());
  if (!asked) return asked.failure();
  return argument_reader{*asked, words.subspan(1)}.read();
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
