// SPDX-License-Identifier: Apache-2.0
// Copying and the order of steps; see state/savepoint_copy.hpp.
#include "state/savepoint_copy.hpp"

#include <utility>

#include "state/whole_file.hpp"

namespace weir {

savepoint_copy::savepoint_copy(file_system& files, std::string path)
    : files_{&files}, path_{std::move(path)} {}

savepoint_copy::~savepoint_copy() {
  if (is_complete_) return;
  // A rename that failed may have happened all the same: without the manifest first, what is left
  // would look like a damaged savepoint.
  static_cast<void>(files_->remove(path_ + "/manifest"));
  const auto names = files_->list(path_);
  if (!names) return;
  for (const auto& name : *names) static_cast<void>(files_->remove(path_ + "/" + name));
  static_cast<void>(files_->remove_directory(path_));
}

status savepoint_copy::prepare(checkpoint_manifest manifest, const std::string& directory) {
  const std::string activity = "write the savepoint " + path_;
  if (auto made = files_->make_directories(path_); !made) return within(activity, made.failure());
  status done;
  const auto copy = [&](const std::string& name, std::uint64_t bytes) {
    if (!done) return;
    done = copy_whole_file(*files_, directory + "/" + name, path_ + "/" + name, bytes);
    if (!done && done.failure().code == error_code::corrupt_data) {
      done = error{done.failure().code, done.failure().message + "; take another savepoint"};
    }
  };
  for (const auto& file : manifest.files) copy(file.path, file.bytes);
  for (const auto& file : manifest.shared) {
    WEIR_ASSERT(file.checkpoint == manifest.id);
    copy(file.path, file.bytes);
  }
  manifest.is_savepoint = true;
  if (done) done = write_whole_file(*files_, path_ + "/manifest.tmp", encode_manifest(manifest));
  return done ? done : within(activity, done.failure());
}

status savepoint_copy::complete() {
  auto renamed = files_->rename(path_ + "/manifest.tmp", path_ + "/manifest");
  if (!renamed) return within("complete the savepoint " + path_, renamed.failure());
  is_complete_ = true;
  return {};
}

}  // namespace weir
