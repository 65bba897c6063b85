// SPDX-License-Identifier: Apache-2.0
// The directory in which a job keeps its checkpoints:
//
//   lock                                held by the running job
//   life-4                              the newest life of a job manager, the fourth
//   chk-17/task-3.life-4.attempt-2.snap what task 3 wrote then (state/snapshot_writer.hpp)
//   chk-17/manifest                     makes the files beside it a checkpoint
//   used-18/                            18 was the highest id when it was discarded: it stays used
//
// 1. The rename to `manifest` is the commit point of a checkpoint: without a manifest there is
//    none, whatever files there are.
// 2. Discarding takes the manifest away first, durably. Then the files go, but for those that
//    another manifest lists as shared: they go with the last that does. Which those are is always
//    read from the manifests that are there.
// 3. What is written in the life of one job manager has names of its own, whoever still writes in a
//    former one: lives have different numbers (state/checkpoint_lives.hpp).
// 4. Other names are left alone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/attempt_token.hpp"
#include "api/error.hpp"
#include "api/file_system.hpp"
#include "api/ids.hpp"
#include "state/checkpoint_manifest.hpp"

namespace weir {

class checkpoint_directory {
public:
  // A completed checkpoint whose files are all there: with their sizes, headers and indexes whole.
  struct found {
    checkpoint_manifest manifest;
    std::string directory;
    std::vector<error> passed_over;  // Newer ones that are damaged, the newest first.

    // The path with which a file of the manifest can be opened.
    std::string path_of(const manifest_file& file) const { return directory + "/" + file.path; }
    std::string path_of(const shared_file& file) const {
      return weir::path_of(file, manifest.id, directory);
    }
  };

  // REQUIRES: path is not empty; `files` outlives this.
  checkpoint_directory(file_system& files, std::string path);

  const std::string& path() const { return path_; }

  // Makes the directory, and makes sure that files can be created in it.
  status prepare();
  // For the time of a job. Fails with error_code::in_use while another job holds it.
  // REQUIRES: prepare() succeeded.
  result<std::unique_ptr<file_lock>> lock();

  // Begins the next life, as checkpoint_lives::begin. After it, `complete` and `discard` fail with
  // error_code::in_use once a later one has begun. REQUIRES: prepare() succeeded.
  result<attempt_token> begin_life(std::uint64_t chance);

  // Where a task is to write its snapshot. Inside directory_of(id).
  std::string snapshot_path(checkpoint_id id, const attempt_token& token, task_index task) const;
  std::string directory_of(checkpoint_id id) const;

  // The highest id of which anything is there, completed or not, or that was discarded: a new
  // checkpoint takes a higher one. 0 if there is none.
  result<checkpoint_id> highest_id() const;
  // Of all of which anything is there, completed or not; ascending.
  result<std::vector<checkpoint_id>> all() const;

  // Writes the manifest. Once this returned, the checkpoint is complete and survives a crash of the
  // machine; after an error it may be either, until it is discarded.
  // REQUIRES: the manifest's files are written and synced, in directory_of(manifest.id); those that
  // it shares are there, too, and of checkpoints that are complete or were when a complete one
  // began to share them.
  status complete(const checkpoint_manifest& manifest);

  // The newest whole checkpoint, if there is any. Damaged ones are passed over and reported. What
  // may be whole but cannot be read now - permission denied, too many open files, written by a
  // newer Weir - is an error: older state must not silently take its place. So is it, of
  // error_code::corrupt_data, if all that there are are damaged: nor must none.
  result<std::optional<found>> latest() const;
  // The checkpoint at `path`, which is its directory or its manifest, anywhere. Damaged is an
  // error.
  result<found> at(const std::string& path) const;

  // Removes what there is of a checkpoint and what no other needs; succeeds if nothing is there.
  // After an error the checkpoint is incomplete or as it was, and it can be tried again; what could
  // not be removed goes with the next one that is discarded.
  status discard(checkpoint_id id);

private:
  struct entries {
    std::vector<checkpoint_id> checkpoints;  // Ascending.
    std::vector<checkpoint_id> used;         // Marked as used, ascending.
    checkpoint_id highest() const;
  };

  result<entries> list() const;
  result<checkpoint_manifest> read_manifest(const std::string& path) const;
  result<found> read(const std::string& directory) const;
  status check_file(const checkpoint_manifest& manifest, const manifest_file& file,
                    const std::string& path) const;
  status check_shared(const shared_file& file, checkpoint_id of, const std::string& path) const;
  status mark_as_used(checkpoint_id id, const entries& there);
  status remove_unneeded(checkpoint_id id, const entries& there);
  status remove_files(const std::string& directory,
                      const std::function<bool(const std::string& name)>& is_needed);

  status check_life() const;

  file_system* files_;
  std::string path_;
  std::uint32_t life_ = 0;  // That was begun by this object.
};

}  // namespace weir
