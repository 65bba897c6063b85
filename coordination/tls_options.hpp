// SPDX-License-Identifier: Apache-2.0
// --tls-cert, --tls-key and --tls-ca: the files by which a process takes part in mutual TLS. Jobs,
// nodes and the clients of a cluster all take them, and all refuse the same things in one way.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "network/tls_credentials.hpp"

namespace weir {

// Files in PEM; all of them, or none: connections go without TLS.
struct tls_paths {
  std::string certificate{};
  std::string key{};
  std::string authority{};

  bool are_given() const { return !certificate.empty(); }
  friend bool operator==(const tls_paths&, const tls_paths&) = default;
};

// The options without their dashes.
inline constexpr std::array<std::string_view, 3> tls_options{"tls-cert", "tls-key", "tls-ca"};

// `given`: the values of options, by their names. Fails if some of the three were given and not
// all, or if one is empty: who has asked for TLS never goes without.
result<tls_paths> tls_paths_of(const std::map<std::string, std::string>& given);

// The words by which a program is given these paths; none for no TLS.
std::vector<std::string> tls_arguments(const tls_paths& paths);

// Gives the whole text of a file, or an error that names it.
using tls_file_reader = std::function<result<std::string>(const std::string& path)>;

// Reads and checks the files; none if there are no paths. An error is one line that names the file.
result<std::optional<tls_credentials>> read_tls_credentials(const tls_paths& paths,
                                                            const tls_file_reader& read);

}  // namespace weir
