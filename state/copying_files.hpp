// SPDX-License-Identifier: Apache-2.0
// Writes the files of a checkpoint and keeps a copy of each in a local backup, along the way: what
// is written is walked once. Where the backup is on the disk of the checkpoints, a second name is
// all the copy there is.
#pragma once

#include <memory>
#include <string>

#include "state/forwarding_files.hpp"
#include "state/local_backup.hpp"

namespace weir {

// Used by one thread at a time. Fails as `files` does, and never for a copy's sake.
class copying_files final : public forwarding_files {
public:
  // Copies are kept of what is in `place`. `files` outlives this and the files it has created.
  copying_files(file_system& files, std::shared_ptr<local_backup> backup, checkpoint_place place);

  result<std::unique_ptr<writable_file>> create(const std::string& path) override;
  status link(const std::string& from, const std::string& to) override;

private:
  std::shared_ptr<local_backup> backup_;
  checkpoint_place place_;
};

}  // namespace weir
