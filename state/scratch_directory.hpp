// SPDX-License-Identifier: Apache-2.0
// A directory for the files that a process needs while it runs and nobody needs afterwards.
//
// 1. It is <parent>/<prefix>-<n>, with the least n whose lock <parent>/<prefix>-<n>.lock is free.
// 2. Whoever holds the lock may remove the directory. So what killed processes have left goes when
//    the next one opens its own, and never what a living one uses.
// 3. Lock files stay: removing one could take the lock from somebody who is just about to have it.
#pragma once

#include <memory>
#include <string>

#include "api/error.hpp"
#include "api/file_system.hpp"

namespace weir {

// The system's directory for temporary files: TMPDIR, or /tmp.
std::string system_temporary_directory();

// Removes a file or a directory and all that is in it.
status remove_tree(file_system& files, const std::string& path);

class scratch_directory {
public:
  // Creates `parent`, too. `files` outlives the directory.
  static result<std::unique_ptr<scratch_directory>> open(file_system& files,
                                                         const std::string& parent,
                                                         const std::string& prefix);
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  // Removes it; what cannot be removed is left to the next process.
  ~scratch_directory();

  const std::string& path() const { return path_; }

private:
  scratch_directory(file_system& files, std::string path, std::unique_ptr<file_lock> lock)
      : files_{files}, path_{std::move(path)}, lock_{std::move(lock)} {}

  file_system& files_;
  std::string path_;
  std::unique_ptr<file_lock> lock_;
};

}  // namespace weir
