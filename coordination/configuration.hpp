// SPDX-License-Identifier: Apache-2.0
// A job's configuration file: YAML whose keys are those of coordination/setting.hpp, nested or with
// dots, and the job's own parameters under `job`:
//
//   parallelism.default: 4
//   taskmanager:
//     numberOfTaskSlots: 2
//   job:
//     input: book.txt
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/error.hpp"
#include "api/job_options.hpp"

namespace weir {

// What the user's code asks for by name; their meaning is the job's own.
using given_parameters = std::map<std::string, std::string>;

struct configuration {
  job_options options;
  given_parameters parameters;
};

// The name of the parameter that "job.name" gives; none if the key is not of that kind.
std::optional<std::string> job_parameter_name(std::string_view key);

// Reads the text of a configuration file; what it does not say stays as in `defaults`. An empty
// text is fine. Errors begin with `file` and the place: "job.yaml: line 3: unknown key ...". The
// values are not yet checked against each other; see `check` in coordination/setting.hpp.
result<configuration> read_configuration(std::string_view file, std::string_view text,
                                         const job_options& defaults);

// Reads a file of plain `key: value` lines whose keys are those that are known. Errors as above.
result<std::map<std::string, std::string>> read_plain_keys(std::string_view file,
                                                           std::string_view text,
                                                           std::span<const std::string_view> known);

}  // namespace weir
