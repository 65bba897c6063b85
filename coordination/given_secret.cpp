// SPDX-License-Identifier: Apache-2.0
// A secret from a file or the environment; see coordination/given_secret.hpp.
#include "coordination/given_secret.hpp"

#include <cstdlib>
#include <utility>

namespace weir {

result<std::string> given_secret(const std::string& secret_file, const secret_reader& read) {
  if (secret_file.empty()) {
    const char* const value = std::getenv(secret_variable);
    return std::string{value == nullptr ? "" : value};
  }
  auto text = read(secret_file);
  if (!text) return within("--secret-file", text.failure());
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  return text;
}

result<cluster_secret> secret_of(const std::string& secret_file, const secret_reader& read) {
  auto text = given_secret(secret_file, read);
  if (!text) return text.failure();
  if (text->empty()) {
    return error{error_code::invalid_argument,
                 "--secret-file: processes that join each other need a secret that nobody else "
                 "knows; `head -c 24 /dev/urandom | base64 > FILE` makes one for all of them"};
  }
  auto made = cluster_secret::make(*std::move(text));
  if (!made) return within("--secret-file", made.failure());
  return made;
}

}  // namespace weir
