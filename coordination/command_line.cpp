// SPDX-License-Identifier: Apache-2.0
// The one door to Boost.Program_options, which only splits the arguments: what they mean is decided
// below; see coordination/command_line.hpp.
#include "coordination/command_line.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <boost/program_options.hpp>

#include "coordination/cluster/job_tls.hpp"
#include "coordination/cluster/node_list.hpp"
#include "coordination/setting.hpp"
#include "coordination/suggestion.hpp"
#include "coordination/testing/run_changes.hpp"
#include "network/endpoint_text.hpp"

namespace weir {

namespace {

namespace boost_options = boost::program_options;

constexpr std::array all_options{
    program_option{'h', "help", "", true, "show this text and stop"},
    program_option{'\0', "version", "", true, "show the version and stop"},
    program_option{'p', "parallelism", "N", false, "short for -D parallelism.default=N"},
    program_option{'c', "config", "FILE", false, "read settings and job parameters from YAML"},
    program_option{'D', "define", "KEY=VALUE", true, "give a setting; the keys are below"},
    program_option{'P', "parameter", "NAME=VALUE", true,
                   "give a job parameter; the job says which it has"},
    program_option{'\0', "restore", "PATH", false,
                   "begin with that checkpoint; latest: with the newest one"},
    program_option{'\0', "allow-non-restored-state", "", true,
                   "leave behind state of operators that are gone"},
    program_option{'\0', "check-restore", "PATH", false,
                   "show what of that checkpoint the job could go on with, and stop"},
    program_option{'\0', "processes", "N", false,
                   "run N task managers in processes of their own, on this host"},
    program_option{'\0', "listen", "HOST:PORT", false,
                   "let task managers of other hosts join here; taskmanager.count says how many"},
    program_option{'\0', "join", "HOST:PORT", false,
                   "be a task manager of the job that listens there"},
    program_option{'\0', "submit", "HOST:PORT,...", false,
                   "run the job on the cluster of that node, or of the next"},
    program_option{'\0', "detach", "", true, "with --submit: do not wait for the job's end"},
    program_option{'\0', "job-tls", "HOW", false,
                   "with --submit: the TLS of its processes: node (default), none or CERT,KEY,CA"},
    program_option{'\0', "secret-file", "FILE", false,
                   "holds what all processes of the job know, and nobody else"},
    program_option{'\0', "tls-cert", "FILE", false,
                   "connect the processes with TLS; the certificate of this one, in PEM"},
    program_option{'\0', "tls-key", "FILE", false, "the key of that certificate"},
    program_option{'\0', "tls-ca", "FILE", false,
                   "the authority that has signed the certificates of the others"},
    program_option{'\0', "simulate", "", true,
                   "run the job on simulated clusters that fail, and compare its output"},
    program_option{'\0', "seeds", "FIRST..LAST", false,
                   "which simulations: default 1..1000; one number replays it"},
    program_option{'\0', "faults", "LIST", false,
                   "what fails: crash,pause,partition,links,clocks,kill,disk, default or none"},
    program_option{
        '\0', "exhaustive", "BOUNDS", false,
        "instead, all runs within bounds: deviations=1,crashes=1,runs=20000, or default"},
    program_option{'\0', "replay", "RUN", false, "of these one, as in delay-1@40"},
    program_option{'\0', "print-plan", "", true, "show what would run, and stop"},
    program_option{'\0', "log-level", "LEVEL", false,
                   "the least that is logged: debug, info, warn, error; default info"},
    program_option{'\0', "no-progress", "", true, "short for -D progress.enabled=false"},
};

// The values of every option that was given, in their order, by the option's name.
using given_values = std::map<std::string, std::vector<std::string>, std::less<>>;

error usage_error(const std::string& problem) {
  return {error_code::invalid_argument, problem + " See --help"};
}

// REQUIRES (both): `name` has its dashes.
error unknown_option(const std::string& name) {
  std::vector<std::string_view> known;
  for (const program_option& each : all_options) known.push_back(each.name);
  const std::string word{std::find_if(name.begin(), name.end(), [](char c) { return c != '-'; }),
                         name.end()};
  const auto meant = nearest_word(word, known);
  return usage_error("unknown option " + name +
                     (meant ? "; did you mean --" + std::string{*meant} + "?" : "."));
}

error wrong_value_count(const std::string& name) {
  const bool takes_value =
      std::any_of(all_options.begin(), all_options.end(), [&](const program_option& each) {
        return !each.value.empty() && name == "--" + std::string{each.name};
      });
  return usage_error("option " + name +
                     (takes_value ? " needs a value." : " does not take a value."));
}

boost_options::options_description described_options() {
  boost_options::options_description described;
  for (const program_option& each : all_options) {
    std::string names{each.name};
    if (each.letter != '\0') names.append(",").push_back(each.letter);
    if (each.value.empty()) {
      described.add_options()(names.c_str(), "");
    } else {
      described.add_options()(names.c_str(), boost_options::value<std::string>());
    }
  }
  return described;
}

boost_options::parsed_options split(int argc, const char* const* argv,
                                    const boost_options::options_description& described) {
  namespace style = boost_options::command_line_style;
  const std::vector<std::string> arguments{argv + std::min(argc, 1), argv + argc};
  return boost_options::command_line_parser{arguments}
      .options(described)
      .style(style::unix_style & ~style::allow_guessing)
      .run();
}

result<given_values> collect(const std::vector<boost_options::option>& parsed) {
  given_values given;
  for (const auto& each : parsed) {
    if (each.position_key >= 0) {
      return usage_error("unexpected argument '" + each.value.at(0) +
                         "'; job parameters are given as -P NAME=VALUE.");
    }
    given[each.string_key].push_back(each.value.empty() ? std::string{} : each.value[0]);
  }
  for (const program_option& each : all_options) {
    const auto found = given.find(each.name);
    if (found != given.end() && found->second.size() > 1 && !each.is_repeatable) {
      return usage_error("option --" + found->first + " was given more than once.");
    }
  }
  return given;
}

result<given_values> read_arguments(int argc, const char* const* argv) {
  const auto described = described_options();
  try {
    return collect(split(argc, argv, described).options);
  } catch (const boost_options::unknown_option& failure) {
    return unknown_option(failure.get_option_name());
  } catch (const boost_options::invalid_command_line_syntax& failure) {
    return wrong_value_count(failure.get_option_name());
  } catch (const boost_options::error& failure) {
    return usage_error(std::string{failure.what()} + ".");
  }
}

// Splits "key=value" at the first '='. `shape` is what was expected, for the message.
result<std::pair<std::string, std::string>> split_definition(const std::string& text,
                                                             std::string_view option,
                                                             std::string_view shape) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return usage_error(std::string{option} + " " + text + ": expected " + std::string{shape} + ".");
  }
  return std::pair{text.substr(0, equals), text.substr(equals + 1)};
}

// The arguments of one program, from the weakest to the strongest.
class argument_layers {
public:
  argument_layers(given_values given, const job_options& defaults) : given_{std::move(given)} {
    line_.options = defaults;
    line_.help = given_.contains("help");
    line_.version = given_.contains("version");
    line_.print_plan = given_.contains("print-plan");
  }

  status apply_file(const file_reader& read_file) {
    for (const std::string& path : values_of("config")) {
      const auto text = read_file(path);
      if (!text) return within("read the configuration", text.failure());
      auto read = read_configuration(path, *text, line_.options);
      if (!read) return read.failure();
      line_.options = read->options;
      line_.parameters = std::move(read->parameters);
    }
    return {};
  }

  status apply_definitions() {
    for (const std::string& text : values_of("define")) {
      const auto definition = split_definition(text, "-D", "KEY=VALUE");
      if (!definition) return definition.failure();
      const auto& [key, value] = *definition;
      if (const auto name = job_parameter_name(key)) {
        line_.parameters[*name] = value;
        continue;
      }
      const setting* known = find_setting(key);
      if (known == nullptr) {
        return error{error_code::invalid_argument,
                     "-D " + text + ": unknown key" + key_proposal(key, "")};
      }
      auto assigned = assign(*known, value, line_.options);
      if (!assigned) return within("-D " + text, assigned.failure());
    }
    for (const std::string& text : values_of("parameter")) {
      auto definition = split_definition(text, "-P", "NAME=VALUE");
      if (!definition) return definition.failure();
      line_.parameters[definition->first] = definition->second;
    }
    return {};
  }

  status apply_own_options() {
    for (const std::string& text : values_of("parallelism")) {
      auto assigned = assign(*find_setting("parallelism.default"), text, line_.options);
      if (!assigned) return within("--parallelism", assigned.failure());
    }
    for (const std::string& text : values_of("restore")) {
      auto assigned = assign(*find_setting("execution.state-recovery.path"), text, line_.options);
      if (!assigned) return within("--restore", assigned.failure());
      if (text == "latest" && line_.options.checkpoint_directory.empty()) {
        return usage_error(
            "--restore latest: set execution.checkpointing.dir, the directory in "
            "which to look for the latest checkpoint.");
      }
    }
    for (const std::string& text : values_of("check-restore")) {
      if (text.empty()) return usage_error("--check-restore: the path of a checkpoint is empty.");
      line_.check_restore = text;
    }
    if (auto applied = apply_processes(); !applied) return applied;
    if (auto applied = apply_simulation(); !applied) return applied;
    if (given_.contains("allow-non-restored-state")) line_.options.allow_non_restored_state = true;
    for (const std::string& text : values_of("log-level")) {
      const auto level = parse_log_level(text);
      if (!level) return within("--log-level", level.failure());
      line_.least_log_level = *level;
    }
    if (given_.contains("no-progress")) line_.options.progress = false;
    if (auto checked = check(line_.options); !checked) return checked;
    return apply_submission();
  }

  // The processes of a submitted job have other directories than whoever submits it.
  status apply_submission() {
    auto& asked = line_.processes;
    asked.detach = given_.contains("detach");
    for (const std::string_view each : {"detach", "job-tls"}) {
      if (!given_.contains(each) || !asked.submit.empty()) continue;
      return usage_error("--" + std::string{each} + " belongs to --submit.");
    }
    if (asked.submit.empty()) return {};
    for (const std::string& text : values_of("job-tls")) {
      if (const auto how = parse_job_tls(text); !how) return within("--job-tls", how.failure());
    }
    for (const std::string_view each :
         {"processes", "listen", "join", "simulate", "check-restore", "print-plan"}) {
      if (!given_.contains(each)) continue;
      return usage_error("--" + std::string{each} + " does not go with --submit.");
    }
    const auto& options = line_.options;
    if (options.restore == "latest") {
      return usage_error(
          "--restore latest: every submitted job has a directory of checkpoints of its own, which "
          "is empty then; name the checkpoint, or use weir restart.");
    }
    std::vector<std::pair<std::string, std::string>> paths{
        {"execution.checkpointing.dir", options.checkpoint_directory},
        {"execution.checkpointing.savepoint-dir", options.savepoint_directory},
        {"--restore", options.restore}};
    for (const auto& each : values_of("config")) paths.emplace_back("--config", each);
    for (const auto& [name, path] : paths) {
      if (path.empty() || path.front() == '/') continue;
      return usage_error(name + " " + path +
                         ": with --submit it is an absolute path, as all nodes see it.");
    }
    return {};
  }

  status apply_processes() {
    auto& asked = line_.processes;
    for (const std::string& text : values_of("processes")) {
      job_options counted;
      auto assigned = assign(*find_setting("taskmanager.count"), text, counted);
      if (!assigned) return within("--processes", assigned.failure());
      asked.here = counted.task_managers;
    }
    for (auto [name, place] :
         {std::pair{"listen", &asked.listen}, {"join", &asked.join}, {"submit", &asked.submit}}) {
      for (const std::string& text : values_of(name)) {
        for (const auto& each : place == &asked.submit ? nodes_in(text) : std::vector{text}) {
          const auto parsed = parse_endpoint(each);
          const auto option = "--" + std::string{name};
          if (!parsed) return within(option, parsed.failure());
          if (!is_any_address(*parsed)) continue;
          return usage_error(option + " " + each + ": name the address by which it is reached.");
        }
        *place = text;
      }
    }
    for (const std::string& text : values_of("secret-file")) asked.secret_file = text;
    std::map<std::string, std::string> files;
    for (const auto option : tls_options) {
      for (const auto& path : values_of(option)) files.emplace(option, path);
    }
    auto tls = tls_paths_of(files);
    if (!tls) return usage_error(tls.failure().message + ".");
    asked.tls = *std::move(tls);
    if (asked.here > 0) {
      auto& count = line_.options.task_managers;  // Without --listen nobody else can join.
      count = asked.listen.empty() ? asked.here : std::max(count, asked.here);
    }
    if (!asked.join.empty() && asked.here > 0) {
      return usage_error("--processes belongs to the job manager's process, not to --join.");
    }
    return {};
  }

  status apply_simulation() {
    if (given_.contains("simulate")) line_.simulate = simulate_request{};
    for (const std::string_view each : {"seeds", "faults", "exhaustive", "replay"}) {
      if (!values_of(each).empty() && !line_.simulate) {
        return usage_error("--" + std::string{each} + " belongs to --simulate.");
      }
    }
    if (!line_.simulate) return {};
    for (const std::string& text : values_of("seeds")) {
      const auto range = seed_range_of(text);
      if (!range) return within("--seeds", range.failure());
      line_.simulate->seeds = *range;
    }
    for (const std::string& text : values_of("exhaustive")) {
      const auto bounds = parse_bounds(text);
      if (!bounds) return within("--exhaustive", bounds.failure());
      line_.simulate->exhaustive = *bounds;
    }
    for (const std::string& text : values_of("replay")) {
      if (const auto run = run_changes_of(text); !run) return within("--replay", run.failure());
      line_.simulate->replay = text;
      if (!line_.simulate->exhaustive) line_.simulate->exhaustive = exhaustive_bounds{};
    }
    const auto& lists = values_of("faults");
    const bool has_chance = !line_.simulate->exhaustive;
    auto faults = parse_faults(!lists.empty() ? lists.front() : has_chance ? "default" : "none");
    if (!faults) return within("--faults", faults.failure());
    line_.simulate->faults = *std::move(faults);
    return {};
  }

  const command_line& line() const { return line_; }

private:
  const std::vector<std::string>& values_of(std::string_view option) const {
    static const std::vector<std::string> none;
    const auto found = given_.find(option);
    return found == given_.end() ? none : found->second;
  }

  given_values given_;
  command_line line_;
};

}  // namespace

result<command_line> parse_command_line(int argc, const char* const* argv, job_options defaults,
                                        const file_reader& read_file) {
  auto given = read_arguments(argc, argv);
  if (!given) return given.failure();
  argument_layers layers{std::move(given).value(), defaults};
  if (layers.line().help || layers.line().version) return layers.line();
  if (auto applied = layers.apply_file(read_file); !applied) return applied.failure();
  if (auto applied = layers.apply_definitions(); !applied) return applied.failure();
  if (auto applied = layers.apply_own_options(); !applied) return applied.failure();
  return layers.line();
}

std::vector<std::string> unused_parameter_warnings(const given_parameters& given,
                                                   const std::set<std::string>& asked_for) {
  const std::vector<std::string_view> names{asked_for.begin(), asked_for.end()};
  std::vector<std::string> warnings;
  for (const auto& [name, value] : given) {
    if (asked_for.contains(name)) continue;
    warnings.push_back("parameter " + name + ": the job has none of that name" +
                       did_you_mean(name, names));
  }
  return warnings;
}

std::span<const program_option> program_options() { return all_options; }

std::string usage_of(const program_option& option) {
  std::string usage;
  if (option.letter != '\0') usage.append("-").push_back(option.letter);
  usage.append(usage.empty() ? "--" : ", --").append(option.name);
  if (!option.value.empty()) usage.append(" ").append(option.value);
  return usage;
}

}  // namespace weir
