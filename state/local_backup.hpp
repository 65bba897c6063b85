// SPDX-License-Identifier: Apache-2.0
// The copies that a process keeps of what its tasks wrote for the newest checkpoint: tasks that
// restart in it read them instead of the checkpoint directory, which may be far away and slow. It
// is what Flink calls task-local recovery.
//
//   <parent>/weir-local-<user id>-<job>-<n>/<directory>/chk-17/task-3.life-4.attempt-2.snap
//
// 1. A copy has the name of its file: the checkpoint directory, by the number that it drew, the
//    checkpoint, the task, and the life and the attempt that wrote it. No two files have the same.
// 2. Its length and its checksums are known from the writing, and only in memory. So a copy is of
//    use to the process that made it; what a killed one has left is removed by the next of the job.
// 3. Nothing here is needed: what goes wrong costs a copy, and never a checkpoint or a restore.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "api/ids.hpp"
#include "api/job_options.hpp"
#include "state/scratch_directory.hpp"
#include "state/shared_file.hpp"

namespace weir {

// A file of a checkpoint, whatever path leads there.
struct checkpoint_file {
  std::uint64_t directory = 0;  // attempt_token::directory.
  checkpoint_id checkpoint{};
  std::string name{};
  friend bool operator==(const checkpoint_file&, const checkpoint_file&) = default;
  friend auto operator<=>(const checkpoint_file&, const checkpoint_file&) = default;
};

// A directory of checkpoints: tells which of its files a path leads to.
struct checkpoint_place {
  std::uint64_t directory = 0;  // attempt_token::directory.
  std::string path{};           // As checkpoint_directory has it; empty: there are no checkpoints.

  // None if that is no file right in the directory of one of its checkpoints.
  std::optional<checkpoint_file> file_at(std::string_view path_of_file) const;
};

struct local_copy {
  static constexpr std::size_t bytes_per_checksum = std::size_t{64} << 10;

  std::string path{};
  std::uint64_t bytes = 0;
  // CRC32C of each piece of bytes_per_checksum, the last may be shorter. Empty: not known; whoever
  // uses the copy must be able to tell whether it is whole, as stores are.
  std::vector<std::uint32_t> checksums{};

  // Whether `piece` is what was there at bytes_per_checksum * number. REQUIRES: it has checksums.
  bool is_piece(std::size_t number, std::string_view piece) const;
};

// Thread-safe.
class local_backup {
public:
  // As the options say; null if they want none. A directory that cannot be used is a problem, not
  // an error. `files` outlives this.
  static std::shared_ptr<local_backup> open(file_system& files, const job_options& options,
                                            const std::string& job);

  local_backup(file_system& files, const std::string& parent, const std::string& job);
  local_backup(const local_backup&) = delete;
  local_backup& operator=(const local_backup&) = delete;
  virtual ~local_backup() = default;  // Removes everything.

  // The whole copy of a file, if there is one. The file system may have lost or damaged it since.
  virtual std::optional<local_copy> find(const checkpoint_file& of) const;

  // Where to write a copy; its directory is there. None: it cannot be kept.
  std::optional<std::string> place_for(const checkpoint_file& of);
  // It is written.
  void add(const checkpoint_file& of, local_copy made);
  // It is not what it was.
  void forget(const checkpoint_file& of);

  // A snapshot of `checkpoint` is written and needs these, too.
  void note_needed(std::uint64_t directory, checkpoint_id checkpoint,
                   const std::vector<shared_file>& shared);
  // That checkpoint has completed: removes what is older and not needed by it.
  void on_completed(std::uint64_t directory, checkpoint_id checkpoint);

  // Whether files of the checkpoint directory can get a second name here; none: not known yet.
  std::optional<bool> shares_disk() const;
  void set_shares_disk(bool shares);

  // What the user should know, once.
  std::optional<error> take_problem();

private:
  void remove(const checkpoint_file& of);
  std::string directory_for(std::uint64_t directory, checkpoint_id checkpoint) const;

  file_system* files_;
  mutable std::mutex guard_;                // Of the following.
  std::unique_ptr<scratch_directory> own_;  // Null: there is a problem.
  std::map<checkpoint_file, local_copy> copies_;
  std::map<std::pair<std::uint64_t, checkpoint_id>, std::set<checkpoint_file>> needed_;
  std::set<std::pair<std::uint64_t, checkpoint_id>> directories_;  // That were made.
  std::optional<bool> shares_disk_;
  std::optional<error> problem_;
};

}  // namespace weir
