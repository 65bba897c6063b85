// SPDX-License-Identifier: Apache-2.0
// Paths from one checkpoint to another; see state/shared_file.hpp.
#include "state/shared_file.hpp"

namespace weir {

namespace {

// The directory in which `directory` is.
std::string above(const std::string& directory) {
  const auto slash = directory.rfind('/');
  const auto last = slash == std::string::npos ? directory : directory.substr(slash + 1);
  if (last == "..") return directory + "/..";
  if (slash == std::string::npos) return last == "." ? ".." : ".";
  if (last == ".") return directory.substr(0, slash) + "/..";
  return slash == 0 ? "/" : directory.substr(0, slash);
}

}  // namespace

std::string directory_name_of(checkpoint_id id) { return "chk-" + std::to_string(id.value); }

bool stays_inside(std::string_view path) {
  if (path.empty() || path.front() == '/') return false;
  while (true) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

std::string to_string(const shared_file& file) {
  return "checkpoint " + std::to_string(file.checkpoint.value) + ": " + file.path;
}

std::string path_of(const shared_file& file, checkpoint_id of, const std::string& directory) {
  if (file.checkpoint == of) return directory + "/" + file.path;
  const std::string root = above(directory);
  return (root == "/" ? root : root + "/") + directory_name_of(file.checkpoint) + "/" + file.path;
}

}  // namespace weir
