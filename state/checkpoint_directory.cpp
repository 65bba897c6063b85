// SPDX-License-Identifier: Apache-2.0
// Names, the order of steps, and what makes a checkpoint whole.
#include "state/checkpoint_directory.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "state/checkpoint_lives.hpp"
#include "state/snapshot_reader.hpp"
#include "state/whole_file.hpp"

namespace weir {

namespace {

constexpr std::string_view checkpoint_prefix = "chk-";
constexpr std::string_view discarded_name = "manifest.discarded";
constexpr std::string_view used_prefix = "used-";
constexpr std::uint64_t largest_manifest = std::uint64_t{1} << 30;

std::string name_of(checkpoint_id id) { return "checkpoint " + std::to_string(id.value); }

// 17 for "chk-17". Names that we would not give are none of ours: "chk-017", "chk-17.old".
std::optional<checkpoint_id> id_of(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return {};
  name.remove_prefix(prefix.size());
  checkpoint_id id;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), id.value);
  if (failure != std::errc{} || end != name.data() + name.size()) return {};
  if (id == checkpoint_id{} || std::to_string(id.value) != name) return {};
  return id;
}

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string manifest_in(const std::string& directory) { return directory + "/manifest"; }

bool is_missing(const error& failure) { return failure.code == error_code::not_found; }

// Whether a checkpoint is worthless, not only out of reach for now.
bool is_damage(const error& failure) {
  return failure.code == error_code::corrupt_data || is_missing(failure);
}

}  // namespace

checkpoint_directory::checkpoint_directory(file_system& files, std::string path)
    : files_{&files}, path_{without_slash(std::move(path))} {
  WEIR_ASSERT(!path_.empty());
}

status checkpoint_directory::prepare() {
  const std::string probe = path_ + "/probe";
  auto made = files_->make_directories(path_);
  if (made) made = write_whole_file(*files_, probe, {});
  if (made) made = files_->remove(probe);
  // Another job that prepares it in this moment may have removed the probe.
  if (made || is_missing(made.failure())) return {};
  return within("checkpoint directory " + path_ + " cannot be written",
                {made.failure().code,
                 made.failure().message + "; make it writable for this user, or set another one"});
}

result<std::unique_ptr<file_lock>> checkpoint_directory::lock() {
  auto held = files_->lock(path_ + "/lock");
  if (held) return held;
  if (held.failure().code != error_code::in_use) {
    return within("lock the checkpoint directory " + path_, held.failure());
  }
  return error{error_code::in_use, "checkpoint directory " + path_ +
                                       " is used by another running job; give each job its own, "
                                       "or stop the other one first"};
}

std::string checkpoint_directory::directory_of(checkpoint_id id) const {
  return path_ + "/" + directory_name_of(id);
}

std::string checkpoint_directory::snapshot_path(checkpoint_id id, const attempt_token& token,
                                                task_index task) const {
  return directory_of(id) + "/task-" + std::to_string(task.value) + ".life-" +
         std::to_string(token.life) + ".attempt-" + std::to_string(token.attempt.value) + ".snap";
}

result<attempt_token> checkpoint_directory::begin_life(std::uint64_t chance) {
  const auto token = checkpoint_lives{*files_, path_}.begin(chance);
  if (token) life_ = token->life;
  return token;
}

status checkpoint_directory::check_life() const {
  if (life_ == 0) return {};
  const auto newest = checkpoint_lives{*files_, path_}.newest();
  if (!newest) return newest.failure();
  if (*newest <= life_) return {};
  return error{error_code::in_use, "checkpoint directory " + path_ + " is in life " +
                                       std::to_string(*newest) + " of its job, and this is life " +
                                       std::to_string(life_) +
                                       ": another job manager has taken over; stop this one"};
}

checkpoint_id checkpoint_directory::entries::highest() const {
  checkpoint_id id;
  if (!checkpoints.empty()) id = checkpoints.back();
  return used.empty() ? id : std::max(id, used.back());
}

result<checkpoint_directory::entries> checkpoint_directory::list() const {
  const auto names = files_->list(path_);
  if (!names) return within("look for checkpoints", names.failure());
  entries there;
  for (const auto& name : *names) {
    if (const auto id = id_of(name, checkpoint_prefix)) there.checkpoints.push_back(*id);
    if (const auto id = id_of(name, used_prefix)) there.used.push_back(*id);
  }
  std::sort(there.checkpoints.begin(), there.checkpoints.end());
  std::sort(there.used.begin(), there.used.end());
  return there;
}

result<checkpoint_id> checkpoint_directory::highest_id() const {
  const auto there = list();
  if (!there) return there.failure();
  return there->highest();
}

result<std::vector<checkpoint_id>> checkpoint_directory::all() const {
  auto there = list();
  if (!there) return there.failure();
  return std::move(there->checkpoints);
}

status checkpoint_directory::complete(const checkpoint_manifest& manifest) {
  const std::string directory = directory_of(manifest.id);
  const std::string finished = manifest_in(directory);
  auto done = check_life();
  if (done) done = files_->make_directories(directory);
  if (done) done = write_whole_file(*files_, finished + ".tmp", encode_manifest(manifest));
  if (done) done = files_->rename(finished + ".tmp", finished);
  if (done) return {};
  return within("complete " + name_of(manifest.id), done.failure());
}

result<std::optional<checkpoint_directory::found>> checkpoint_directory::latest() const {
  const auto there = list();
  if (!there) return there.failure();
  std::vector<error> passed_over;
  for (auto id = there->checkpoints.rbegin(); id != there->checkpoints.rend(); ++id) {
    const std::string directory = directory_of(*id);
    const auto manifest = files_->stat(manifest_in(directory));
    if (!manifest && is_missing(manifest.failure())) continue;  // Never completed, or discarded.
    auto checkpoint = manifest ? read(directory) : manifest.failure();
    if (checkpoint && checkpoint->manifest.id != *id) {
      checkpoint = error{error_code::corrupt_data, manifest_in(directory) + ": is that of " +
                                                       name_of(checkpoint->manifest.id) +
                                                       ": it was moved or replaced"};
    }
    if (checkpoint) {
      checkpoint->passed_over = std::move(passed_over);
      return std::optional{std::move(*checkpoint)};
    }
    error failure = within(name_of(*id), checkpoint.failure());
    if (!is_damage(failure)) {
      failure.message += "; it may be whole: make it readable, or say which older one to restore";
      return failure;
    }
    passed_over.push_back(std::move(failure));
  }
  if (passed_over.empty()) return std::optional<found>{};
  return error{error_code::corrupt_data,
               passed_over.front().message + "; no checkpoint in " + path_ +
                   " is whole: restore a savepoint, or begin afresh with another directory"};
}

result<checkpoint_directory::found> checkpoint_directory::at(const std::string& path) const {
  const std::string activity = "look for a checkpoint at " + path;
  const std::string place = without_slash(path);
  const auto what = files_->stat(place);
  if (!what) return within(activity, what.failure());
  if (what->what == file_status::kind::file) {
    const auto slash = place.rfind('/');
    const auto name = slash == std::string::npos ? place : place.substr(slash + 1);
    if (name != "manifest") {
      return error{error_code::invalid_argument,
                   activity +
                       ": a checkpoint is a directory that has a file \"manifest\": name "
                       "the one or the other"};
    }
    const auto directory = slash == std::string::npos ? "." : place.substr(0, slash);
    return read(directory);
  }
  auto checkpoint = read(place);
  if (checkpoint || !is_missing(checkpoint.failure())) return checkpoint;
  const auto manifest = files_->stat(manifest_in(place));
  if (manifest || !is_missing(manifest.failure())) return checkpoint;
  const auto names = files_->list(place);
  const bool has_checkpoints =
      names && std::any_of(names->begin(), names->end(), [](const std::string& name) {
        return id_of(name, checkpoint_prefix).has_value();
      });
  return error{error_code::not_found,
               activity + ": it has no manifest: " +
                   (has_checkpoints ? "name one of the checkpoints in it, such as the chk-... "
                                      "with the highest number"
                                    : "it was never completed, or it is no checkpoint")};
}

result<checkpoint_manifest> checkpoint_directory::read_manifest(const std::string& path) const {
  const auto bytes = read_whole_file(*files_, path, largest_manifest);
  if (!bytes) return bytes.failure();
  auto manifest = decode_manifest(*bytes);
  if (!manifest) return within(path, manifest.failure());
  return manifest;
}

result<checkpoint_directory::found> checkpoint_directory::read(const std::string& directory) const {
  auto manifest = read_manifest(manifest_in(directory));
  if (!manifest) return manifest.failure();
  found checkpoint{std::move(*manifest), directory, {}};
  for (const auto& file : checkpoint.manifest.files) {
    const auto whole = check_file(checkpoint.manifest, file, checkpoint.path_of(file));
    if (!whole) return whole.failure();
  }
  for (const auto& file : checkpoint.manifest.shared) {
    const auto there = check_shared(file, checkpoint.manifest.id, checkpoint.path_of(file));
    if (!there) return there.failure();
  }
  return checkpoint;
}

status checkpoint_directory::check_shared(const shared_file& file, checkpoint_id of,
                                          const std::string& path) const {
  const auto what = files_->stat(path);
  if (!what && !is_missing(what.failure())) return what.failure();
  if (what && what->what == file_status::kind::file && what->size == file.bytes) return {};
  return error{
      error_code::corrupt_data,
      path + ": " +
          (what ? "has " + std::to_string(what->size) + " bytes, not " + std::to_string(file.bytes)
                : "is missing") +
          ", and is needed by " + name_of(of) +
          "; restore from another one, and move "
          "checkpoints only with the whole directory that they are in, or as savepoints"};
}

status checkpoint_directory::check_file(const checkpoint_manifest& manifest,
                                        const manifest_file& file, const std::string& path) const {
  const auto damaged = [&](const std::string& what) {
    return error{error_code::corrupt_data,
                 path + ": " + what + "; restore from another checkpoint"};
  };
  const auto reader = snapshot_reader::open(*files_, path);
  if (!reader) return reader.failure();
  if (reader->size() != file.bytes) {
    return damaged("has " + std::to_string(reader->size()) + " bytes, its manifest says " +
                   std::to_string(file.bytes));
  }
  if (reader->about().checkpoint != manifest.id) {
    return damaged("is of " + name_of(reader->about().checkpoint) + ", its manifest of " +
                   name_of(manifest.id));
  }
  for (const auto id : file.operators) {
    if (reader->find(id) != nullptr) continue;
    const auto of = std::find_if(manifest.operators.begin(), manifest.operators.end(),
                                 [&](const manifest_operator& each) { return each.id == id; });
    return damaged("has nothing of operator " + of->name + ", which its manifest says it has");
  }
  return {};
}

status checkpoint_directory::discard(checkpoint_id id) {
  const std::string activity = "discard " + name_of(id);
  const std::string directory = directory_of(id);
  if (auto ours = check_life(); !ours) return within(activity, ours.failure());
  const auto there = list();
  if (!there) return within(activity, there.failure());
  if (!std::binary_search(there->checkpoints.begin(), there->checkpoints.end(), id)) return {};
  // Renaming is durable, removing need not be: the files must not be gone before the manifest is.
  const auto manifest =
      files_->rename(manifest_in(directory), directory + "/" + std::string{discarded_name});
  if (!manifest && !is_missing(manifest.failure())) return within(activity, manifest.failure());
  auto done = mark_as_used(id, *there);
  if (done) done = remove_unneeded(id, *there);
  if (done) return {};
  return within(activity, done.failure());
}

// Also what was kept of others for the sake of this one, or was left over by a crash: whatever
// happened before, only the manifests that are there count.
status checkpoint_directory::remove_unneeded(checkpoint_id id, const entries& there) {
  std::set<std::pair<checkpoint_id, std::string>> needed;
  std::vector<checkpoint_id> discarded;
  std::vector<checkpoint_id> incomplete;
  checkpoint_id newest;  // That is complete.
  for (const auto each : there.checkpoints) {
    const auto path = manifest_in(directory_of(each));
    const auto manifest = read_manifest(path);
    if (manifest) {
      newest = std::max(newest, each);
      for (const auto& file : manifest->shared) needed.emplace(file.checkpoint, file.path);
    } else if (is_missing(manifest.failure())) {
      const auto mark = files_->stat(directory_of(each) + "/" + std::string{discarded_name});
      (each == id || mark ? discarded : incomplete).push_back(each);
    } else if (!is_damage(manifest.failure())) {
      return manifest.failure();  // It may need anything.
    }
  }
  // One at a time is taken: what is older was given up, whoever has written there since.
  std::copy_if(incomplete.begin(), incomplete.end(), std::back_inserter(discarded),
               [&](checkpoint_id each) { return each < newest; });
  status first;
  for (const auto each : discarded) {
    auto removed = remove_files(directory_of(each), [&](const std::string& name) {
      return needed.contains({each, name});
    });
    if (!removed && first) first = std::move(removed);
  }
  return first;
}

// Lest the id be used again when the directory is gone. One mark is enough.
status checkpoint_directory::mark_as_used(checkpoint_id id, const entries& there) {
  const auto mark = [&](checkpoint_id of) {
    return path_ + "/" + std::string{used_prefix} + std::to_string(of.value);
  };
  const bool stays_known = id < there.highest();
  if (!stays_known) {
    if (auto marked = files_->make_directories(mark(id)); !marked) return marked;
  }
  const auto highest = there.highest();
  for (const auto old : there.used) {
    if (old == highest) continue;
    if (auto removed = files_->remove_directory(mark(old)); !removed) return removed;
  }
  return {};
}

// As many as can be, then says which was the first that could not. The mark that they are not
// wanted goes last.
status checkpoint_directory::remove_files(
    const std::string& directory, const std::function<bool(const std::string& name)>& is_needed) {
  auto names = files_->list(directory);
  if (!names) return names.failure();
  std::stable_partition(names->begin(), names->end(),
                        [](const std::string& name) { return name != discarded_name; });
  status first;
  bool is_empty = true;
  for (const auto& name : *names) {
    if (is_needed(name) || (!is_empty && name == discarded_name)) {
      is_empty = false;
      continue;
    }
    auto removed = files_->remove(directory + "/" + name);
    if (removed) continue;
    is_empty = false;
    if (first) first = std::move(removed);
  }
  return is_empty ? files_->remove_directory(directory) : first;
}

}  // namespace weir
