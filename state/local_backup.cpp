// SPDX-License-Identifier: Apache-2.0
// Names, places and what is removed when; see state/local_backup.hpp.
#include "state/local_backup.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/crc32c.hpp"
#include "state/posix_file_system.hpp"

namespace weir {

namespace {

constexpr std::string_view checkpoint_prefix = "chk-";

// The names of jobs are any text.
std::string as_file_name(std::string_view job) {
  std::string name;
  for (const char each : job) {
    const bool is_plain = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                          (each >= '0' && each <= '9') || each == '-' || each == '_';
    name += is_plain ? each : '_';
  }
  return name.substr(0, 100);
}

}  // namespace

std::optional<checkpoint_file> checkpoint_place::file_at(std::string_view path_of_file) const {
  if (path.empty() || !path_of_file.starts_with(path)) return std::nullopt;
  std::string_view rest = path_of_file.substr(path.size());
  if (path.back() != '/') {
    if (!rest.starts_with('/')) return std::nullopt;
    rest.remove_prefix(1);
  }
  const auto slash = rest.find('/');
  if (slash == rest.npos || !rest.starts_with(checkpoint_prefix)) return std::nullopt;
  checkpoint_file found{directory, {}, std::string{rest.substr(slash + 1)}};
  if (found.name.empty() || found.name.find('/') != found.name.npos) return std::nullopt;
  const auto number = rest.substr(0, slash).substr(checkpoint_prefix.size());
  const auto* const end = number.data() + number.size();
  const auto [read_to, failure] = std::from_chars(number.data(), end, found.checkpoint.value);
  if (failure != std::errc{} || read_to != end) return std::nullopt;
  if (rest.substr(0, slash) != directory_name_of(found.checkpoint)) return std::nullopt;
  return found;
}

bool local_copy::is_piece(std::size_t number, std::string_view piece) const {
  WEIR_ASSERT(!checksums.empty());
  const auto begin = std::uint64_t{number} * bytes_per_checksum;
  if (number >= checksums.size() || begin > bytes) return false;
  const auto size = std::min<std::uint64_t>(bytes - begin, bytes_per_checksum);
  return piece.size() == size && crc32c(piece) == checksums[number];
}

std::shared_ptr<local_backup> local_backup::open(file_system& files, const job_options& options,
                                                 const std::string& job) {
  if (!options.local_backup || options.checkpoint_directory.empty()) return nullptr;
  const auto& given = options.local_backup_directory;
  return std::make_shared<local_backup>(files, given.empty() ? system_temporary_directory() : given,
                                        job);
}

local_backup::local_backup(file_system& files, const std::string& parent, const std::string& job)
    : files_{&files} {
  const std::string prefix = "weir-local-" + std::to_string(user_id()) + "-" + as_file_name(job);
  auto own = scratch_directory::open(files, parent, prefix);
  if (own) {
    own_ = *std::move(own);
    return;
  }
  problem_ = within("make a directory for local backups in " + parent, own.failure());
  problem_->message +=
      "; the job runs without them in this process: set execution.checkpointing.local-backup.dirs "
      "to a directory in which this user can create files";
}

std::optional<local_copy> local_backup::find(const checkpoint_file& of) const {
  const std::scoped_lock lock{guard_};
  const auto found = copies_.find(of);
  if (found == copies_.end()) return std::nullopt;
  return found->second;
}

std::string local_backup::directory_for(std::uint64_t directory, checkpoint_id checkpoint) const {
  return own_->path() + "/" + std::to_string(directory) + "/" + directory_name_of(checkpoint);
}

std::optional<std::string> local_backup::place_for(const checkpoint_file& of) {
  const std::scoped_lock lock{guard_};
  if (own_ == nullptr) return std::nullopt;
  auto path = directory_for(of.directory, of.checkpoint);
  if (!directories_.contains({of.directory, of.checkpoint})) {
    if (!files_->make_directories(path)) return std::nullopt;
    directories_.emplace(of.directory, of.checkpoint);
  }
  return path += "/" + of.name;
}

void local_backup::add(const checkpoint_file& of, local_copy made) {
  const std::scoped_lock lock{guard_};
  copies_.insert_or_assign(of, std::move(made));
}

void local_backup::forget(const checkpoint_file& of) {
  const std::scoped_lock lock{guard_};
  remove(of);
}

void local_backup::remove(const checkpoint_file& of) {
  const auto found = copies_.find(of);
  if (found == copies_.end()) return;
  static_cast<void>(files_->remove(found->second.path));
  copies_.erase(found);
}

void local_backup::note_needed(std::uint64_t directory, checkpoint_id checkpoint,
                               const std::vector<shared_file>& shared) {
  const std::scoped_lock lock{guard_};
  auto& needed = needed_[{directory, checkpoint}];
  for (const auto& each : shared) needed.insert({directory, each.checkpoint, each.path});
}

// Those of the tasks that this process no longer has go with all others: only what the newest
// checkpoint needs was needed by a task that is here. Later checkpoints are under way.
void local_backup::on_completed(std::uint64_t directory, checkpoint_id checkpoint) {
  const std::scoped_lock lock{guard_};
  const auto& needed = needed_[{directory, checkpoint}];
  const auto is_old = [&](std::uint64_t in, checkpoint_id of) {
    return in != directory || of < checkpoint;
  };
  std::vector<checkpoint_file> old;
  std::set<std::pair<std::uint64_t, checkpoint_id>> still_used;
  for (const auto& [file, copy] : copies_) {
    if (is_old(file.directory, file.checkpoint) && !needed.contains(file)) {
      old.push_back(file);
    } else {
      still_used.emplace(file.directory, file.checkpoint);
    }
  }
  for (const auto& each : old) remove(each);
  std::erase_if(needed_,
                [&](const auto& each) { return is_old(each.first.first, each.first.second); });
  std::erase_if(directories_, [&](const auto& each) {
    if (!is_old(each.first, each.second) || still_used.contains(each)) return false;
    // What a writer has given up is still in it: it goes with the process.
    static_cast<void>(remove_tree(*files_, directory_for(each.first, each.second)));
    return true;
  });
}

std::optional<bool> local_backup::shares_disk() const {
  const std::scoped_lock lock{guard_};
  return shares_disk_;
}

void local_backup::set_shares_disk(bool shares) {
  const std::scoped_lock lock{guard_};
  shares_disk_ = shares;
}

std::optional<error> local_backup::take_problem() {
  const std::scoped_lock lock{guard_};
  return std::exchange(problem_, std::nullopt);
}

}  // namespace weir
