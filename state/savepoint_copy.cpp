// SPDX-License-Identifier: Apache-2.0
// Copying and the order of steps; see state/savepoint_copy.hpp.
#include "state/savepoint_copy.hpp"

#include <algorithm>
#include <utility>

namespace weir {

namespace {

constexpr std::size_t piece = std::size_t{1} << 20;

}  // namespace

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
  for (const auto& file : manifest.files) {
    auto copied = copy(directory + "/" + file.path, path_ + "/" + file.path, file.bytes);
    if (!copied) return within(activity, copied.failure());
  }
  for (const auto& file : manifest.shared) {
    WEIR_ASSERT(file.checkpoint == manifest.id);
    auto copied = copy(directory + "/" + file.path, path_ + "/" + file.path, file.bytes);
    if (!copied) return within(activity, copied.failure());
  }
  manifest.is_savepoint = true;
  auto file = files_->create(path_ + "/manifest.tmp");
  if (!file) return within(activity, file.failure());
  auto written = (*file)->append(encode_manifest(manifest));
  if (written) written = (*file)->sync();
  if (written) written = (*file)->close();
  return written ? written : within(activity, written.failure());
}

status savepoint_copy::copy(const std::string& from, const std::string& to, std::uint64_t bytes) {
  auto source = files_->open_for_reading(from);
  if (!source) return source.failure();
  auto target = files_->create(to);
  if (!target) return target.failure();
  std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, piece)), '\0');
  for (std::uint64_t done = 0; done < bytes;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(bytes - done, piece));
    const auto read = (*source)->read_at(done, {buffer.data(), wanted});
    if (!read) return read.failure();
    if (*read == 0) {
      return error{error_code::corrupt_data, from + ": ends after " + std::to_string(done) +
                                                 " of " + std::to_string(bytes) +
                                                 " bytes; take another savepoint"};
    }
    auto appended = (*target)->append({buffer.data(), *read});
    if (!appended) return appended;
    done += *read;
  }
  if (auto synced = (*target)->sync(); !synced) return synced;
  return (*target)->close();
}

status savepoint_copy::complete() {
  auto renamed = files_->rename(path_ + "/manifest.tmp", path_ + "/manifest");
  if (!renamed) return within("complete the savepoint " + path_, renamed.failure());
  is_complete_ = true;
  return {};
}

}  // namespace weir
