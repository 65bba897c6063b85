// SPDX-License-Identifier: Apache-2.0
// Reads the files of a checkpoint from a local backup where it has them, and from the checkpoint
// directory where not; counts which.
//
// 1. A copy is used only if it has the name and the size of the file, and each piece of it only if
//    its checksum is that of what was written. So whatever becomes of the copies, what is read is
//    what the checkpoint directory has.
// 2. A copy that is gone is passed over in silence, one that is damaged with a warning.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "state/forwarding_files.hpp"
#include "state/local_backup.hpp"
#include "state/restored_bytes.hpp"

namespace weir {

// Of one restore. Used by one thread at a time.
class local_first_files final : public forwarding_files {
public:
  // What was read so far, and what the user should see of it.
  struct findings {
    restored_bytes read{};
    std::vector<std::string> damaged{};
  };

  // `backup` is null where there is none. Of the files in `expected` the sizes are known. `files`
  // outlives this and the files it has opened.
  local_first_files(file_system& files, std::shared_ptr<local_backup> backup,
                    checkpoint_place place, std::vector<snapshot_place> expected);

  result<std::unique_ptr<readable_file>> open_for_reading(const std::string& path) override;

  // The copy of a file of a store, of that size, if there is one. One that has checksums was read
  // and is whole.
  std::optional<local_copy> whole_copy(const std::string& path, std::uint64_t bytes);
  // Whoever has used the copy of `path` has found out that it is damaged.
  void on_damaged(const std::string& path, const error& cause);
  void count(const restored_bytes& more);
  // From now on everything is read from the checkpoint directory.
  void let_backup_go() { backup_.reset(); }

  findings& found() { return *findings_; }

private:
  // Of the file at `path`, with the size it must have.
  std::optional<local_copy> copy_of(const std::string& path) const;

  std::shared_ptr<local_backup> backup_;
  checkpoint_place place_;
  std::vector<snapshot_place> expected_;
  std::shared_ptr<findings> findings_ = std::make_shared<findings>();  // Also of open files.
};

}  // namespace weir
