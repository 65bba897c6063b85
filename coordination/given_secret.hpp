// SPDX-License-Identifier: Apache-2.0
// The secret that a process was given: what all of its cluster or job know, and nobody else.
#pragma once

#include <functional>
#include <string>

#include "api/error.hpp"
#include "network/cluster_secret.hpp"

namespace weir {

// The variable that holds the secret of a cluster or of a job's processes.
inline constexpr const char* secret_variable = "WEIR_CLUSTER_SECRET";

// Gives the whole text of the file of a secret or of TLS, or an error that names it.
using secret_reader = std::function<result<std::string>(const std::string& path)>;

// The text of that file without its line's end, or of the variable if no file is named; empty:
// there is none. Errors begin with --secret-file.
result<std::string> given_secret(const std::string& secret_file, const secret_reader& read);

// The same as a secret; fails if there is none, or if it is too short.
result<cluster_secret> secret_of(const std::string& secret_file, const secret_reader& read);

}  // namespace weir
