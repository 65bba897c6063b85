// SPDX-License-Identifier: Apache-2.0
// What a user can say to a program that runs a job:
//
//   ./word_count -p 4 --config job.yaml -D progress.interval=1s -P input=book.txt
//
// A setting is taken from the last of these that gives it: the program's code, the configuration
// file, -D, the option of its own. A job parameter: the file, -D job.name=value, -P name=value.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "api/job_options.hpp"
#include "coordination/configuration.hpp"
#include "coordination/logger.hpp"
#include "coordination/testing/simulate_command.hpp"
#include "coordination/tls_options.hpp"

namespace weir {

// In which processes a job runs; see docs/operating.md.
struct process_request {
  std::uint32_t here = 0;  // So many task managers in processes of their own, started here.
  std::string listen{};    // Where task managers of other hosts join: "10.0.0.1:6123".
  std::string join{};      // Be one of those.
  std::string secret_file{};
  tls_paths tls{};
  std::string submit{};  // Run on the cluster to which the node that listens there belongs,
  bool detach = false;   // and do not wait for the job.

  bool is_distributed() const { return here > 0 || !listen.empty(); }
};

struct command_line {
  job_options options;
  process_request processes{};
  given_parameters parameters;
  log_level least_log_level = log_level::info;
  std::string check_restore;  // The checkpoint to compare with; empty: none.
  std::optional<simulate_request> simulate;
  bool print_plan = false;
  bool help = false;     // Nothing else has been looked at.
  bool version = false;  // Nor here.
};

// Gives the whole text of a file, or an error that names it.
using file_reader = std::function<result<std::string>(const std::string& path)>;

// Understands the arguments of `main`. Touches no file but through `read_file`, and only if there
// is a --config. `defaults` are what the program's code has set. An error is one line for the user,
// who has to change the arguments or the file; its settings are checked against each other, too.
result<command_line> parse_command_line(int argc, const char* const* argv, job_options defaults,
                                        const file_reader& read_file);

// One line for each parameter that was given but never asked for: probably a slip of the pen.
//   parameter inptu: the job has none of that name; did you mean input?
std::vector<std::string> unused_parameter_warnings(const given_parameters& given,
                                                   const std::set<std::string>& asked_for);

struct program_option {
  char letter;             // '\0': none.
  std::string_view name;   // Without dashes.
  std::string_view value;  // What follows it, "N"; empty: nothing.
  bool is_repeatable;
  std::string_view description;
};

// The options of every program, in the order of --help.
std::span<const program_option> program_options();

// "-p, --parallelism N".
std::string usage_of(const program_option& option);

}  // namespace weir
