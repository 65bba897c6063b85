// SPDX-License-Identifier: Apache-2.0
// Taking, sweeping and removing; see state/scratch_directory.hpp.
#include "state/scratch_directory.hpp"

#include <cstdlib>
#include <string_view>
#include <utility>

namespace weir {

namespace {

constexpr std::string_view lock_suffix = ".lock";

// Succeeds if it is not there.
status remove_if_there(file_system& files, const std::string& path) {
  status removed = remove_tree(files, path);
  if (!removed && removed.failure().code == error_code::not_found) return {};
  return removed;
}

// What is free nobody uses. Leftovers that resist are no reason not to start.
void sweep(file_system& files, const std::string& parent, const std::string& prefix) {
  const auto names = files.list(parent);
  if (!names) return;
  for (const std::string& name : *names) {
    if (!name.starts_with(prefix + "-") || !name.ends_with(lock_suffix)) continue;
    const std::string path = parent + "/" + name;
    const auto lock = files.lock(path);
    if (!lock) continue;
    static_cast<void>(remove_if_there(files, path.substr(0, path.size() - lock_suffix.size())));
  }
}

}  // namespace

std::string system_temporary_directory() {
  const char* const given = std::getenv("TMPDIR");
  return given == nullptr || *given == '\0' ? "/tmp" : given;
}

status remove_tree(file_system& files, const std::string& path) {
  const auto found = files.stat(path);
  if (!found) return found.failure();
  if (found->what != file_status::kind::directory) return files.remove(path);
  const auto names = files.list(path);
  if (!names) return names.failure();
  for (const std::string& name : *names) {
    if (auto removed = remove_tree(files, path + "/" + name); !removed) return removed;
  }
  return files.remove_directory(path);
}

result<std::unique_ptr<scratch_directory>> scratch_directory::open(file_system& files,
                                                                   const std::string& parent,
                                                                   const std::string& prefix) {
  if (auto made = files.make_directories(parent); !made) return made.failure();
  for (std::size_t n = 0;; ++n) {
    std::string path = parent + "/" + prefix + "-" + std::to_string(n);
    auto lock = files.lock(path + std::string{lock_suffix});
    if (!lock && lock.failure().code == error_code::in_use) continue;
    if (!lock) return lock.failure();
    if (auto removed = remove_if_there(files, path); !removed) return removed.failure();
    if (auto made = files.make_directories(path); !made) return made.failure();
    sweep(files, parent, prefix);
    return std::unique_ptr<scratch_directory>{
        new scratch_directory{files, std::move(path), *std::move(lock)}};
  }
}

scratch_directory::~scratch_directory() { static_cast<void>(remove_tree(files_, path_)); }

}  // namespace weir
