// SPDX-License-Identifier: Apache-2.0
// Text to files; see coordination/cluster/job_tls.hpp.
#include "coordination/cluster/job_tls.hpp"

#include <algorithm>
#include <vector>

namespace weir {

namespace {

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts{""};
  for (const char each : text) {
    if (each == ',') {
      parts.emplace_back();
    } else {
      parts.back() += each;
    }
  }
  return parts;
}

}  // namespace

result<job_tls> parse_job_tls(const std::string& text) {
  if (text == "node") return job_tls{};
  if (text == "none") return job_tls{.what = job_tls::kind::none};
  const auto paths = parts_of(text);
  const bool are_absolute = std::all_of(
      paths.begin(), paths.end(), [](const std::string& path) { return path.starts_with('/'); });
  if (paths.size() != tls_options.size() || !are_absolute) {
    return error{error_code::invalid_argument,
                 "'" + text +
                     "' is not node, none or CERT,KEY,CA: three absolute paths, as all nodes see "
                     "them"};
  }
  return job_tls{.what = job_tls::kind::own_files, .files = {paths[0], paths[1], paths[2]}};
}

}  // namespace weir
