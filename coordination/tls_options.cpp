// SPDX-License-Identifier: Apache-2.0
// Options to paths, and paths to credentials; see coordination/tls_options.hpp.
#include "coordination/tls_options.hpp"

#include <utility>

namespace weir {

namespace {

// In the order of tls_options.
constexpr std::array<std::string tls_paths::*, 3> fields{&tls_paths::certificate, &tls_paths::key,
                                                         &tls_paths::authority};

std::string dashed(std::string_view option) { return "--" + std::string{option}; }

}  // namespace

result<tls_paths> tls_paths_of(const std::map<std::string, std::string>& given) {
  tls_paths paths;
  std::string missing;
  bool is_any_given = false;
  for (std::size_t i = 0; i < tls_options.size(); ++i) {
    const auto path = given.find(std::string{tls_options[i]});
    is_any_given = is_any_given || path != given.end();
    if (path != given.end()) paths.*fields[i] = path->second;
    if (missing.empty() && (paths.*fields[i]).empty()) missing = dashed(tls_options[i]);
  }
  if (is_any_given && !missing.empty()) {
    return error{error_code::invalid_argument,
                 "--tls-cert, --tls-key and --tls-ca belong together; there is no " + missing};
  }
  return paths;
}

std::vector<std::string> tls_arguments(const tls_paths& paths) {
  std::vector<std::string> words;
  if (!paths.are_given()) return words;
  for (std::size_t i = 0; i < tls_options.size(); ++i) {
    words.push_back(dashed(tls_options[i]));
    words.push_back(paths.*fields[i]);
  }
  return words;
}

result<std::optional<tls_credentials>> read_tls_credentials(const tls_paths& paths,
                                                            const tls_file_reader& read) {
  if (!paths.are_given()) return std::optional<tls_credentials>{};
  std::array<pem_file, 3> files;
  for (std::size_t i = 0; i < tls_options.size(); ++i) {
    const auto& path = paths.*fields[i];
    auto text = read(path);
    if (!text) return within(dashed(tls_options[i]), text.failure());
    files[i] = {.name = path, .text = *std::move(text)};
  }
  auto made = tls_credentials::make({.certificate = std::move(files[0]),
                                     .key = std::move(files[1]),
                                     .authority = std::move(files[2])});
  if (!made) return made.failure();
  return std::optional{*std::move(made)};
}

}  // namespace weir
