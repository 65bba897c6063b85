// SPDX-License-Identifier: Apache-2.0
// A savepoint: the files of a checkpoint once more, in a directory that needs no other.
//
//   savepoint-17-5f1c/task-3.life-4.attempt-2.snap   copied byte by byte
//   savepoint-17-5f1c/manifest                its rename makes the files beside it a savepoint
//
// The work comes first and the commit point last, so that between the two the checkpoint itself can
// be completed: whoever finds the savepoint knows that the job has counted its checkpoint, too, and
// whatever goes wrong before leaves neither.
#pragma once

#include <string>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "state/checkpoint_manifest.hpp"

namespace weir {

class savepoint_copy {
public:
  // `files` outlives the copy. The savepoint is to become the directory `path`.
  savepoint_copy(file_system& files, std::string path);
  // Removes what is there, as far as that is possible, unless the copy is complete.
  ~savepoint_copy();
  savepoint_copy(const savepoint_copy&) = delete;
  savepoint_copy& operator=(const savepoint_copy&) = delete;

  // Everything but the name of the manifest, durably. `directory` holds the files of `manifest`.
  // REQUIRES: called once; there is nothing at `path`; the checkpoint needs no file of another.
  [[nodiscard]] status prepare(checkpoint_manifest manifest, const std::string& directory);
  // Makes it a savepoint. REQUIRES: prepare succeeded.
  [[nodiscard]] status complete();

private:
  file_system* files_;
  std::string path_;
  bool is_complete_ = false;
};

}  // namespace weir
