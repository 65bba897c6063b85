// SPDX-License-Identifier: Apache-2.0
// Write, sync, wait for the job, rename: in that order.
#include "connectors/pending_file.hpp"

#include <utility>

namespace weir {

namespace {

constexpr std::size_t large_piece = 256 * 1024;

using pending_codec = codec<std::vector<pending_names>>;

// Renames first and looks only where that fails: most files are committed once.
status commit_one(file_system& files, const pending_names& names) {
  auto renamed = files.rename(names.unfinished, names.finished);
  if (renamed || renamed.failure().code != error_code::not_found) return renamed;
  const auto finished = files.stat(names.finished);
  if (finished && finished->what == file_status::kind::file) return {};
  if (!finished && finished.failure().code != error_code::not_found) return finished.failure();
  return error{error_code::corrupt_data,
               "commit " + names.finished + ": output is lost: neither this file nor " +
                   names.unfinished +
                   " is there; if one was moved, move it back, else restore a checkpoint from "
                   "before it was written"};
}

}  // namespace

std::string encode_pending(const std::vector<pending_names>& files) {
  std::string encoded;
  if (!files.empty()) pending_codec::encode(files, encoded);
  return encoded;
}

status commit_pending(file_system& files, std::string_view encoded) {
  if (encoded.empty()) return {};
  const auto pending = pending_codec::decode(encoded);
  if (!pending) return within("commit files", pending.failure());
  if (!encoded.empty()) {
    return error{error_code::corrupt_data, "commit files: their names are followed by " +
                                               std::to_string(encoded.size()) +
                                               " bytes of something else"};
  }
  for (const auto& names : *pending) {
    if (auto committed = commit_one(files, names); !committed) return committed;
  }
  return {};
}

result<pending_file> pending_file::create(file_system& files, pending_names names) {
  auto file = files.create(names.unfinished);
  if (!file) return file.failure();
  return pending_file{files, std::move(names), std::move(*file)};
}

pending_file::pending_file(file_system& files, pending_names names,
                           std::unique_ptr<writable_file> file)
    : files_{&files}, names_{std::move(names)}, file_{std::move(file)} {}

status pending_file::append(std::string_view bytes) {
  WEIR_ASSERT(file_ != nullptr);
  size_ += bytes.size();
  buffer_ += bytes;
  return buffer_.size() < large_piece ? status{} : flush();
}

status pending_file::flush() {
  auto written = file_->append(buffer_);
  buffer_.clear();
  return written;
}

status pending_file::prepare() {
  WEIR_ASSERT(file_ != nullptr);
  if (auto flushed = flush(); !flushed) return flushed;
  if (auto synced = file_->sync(); !synced) return synced;
  if (auto closed = file_->close(); !closed) return closed;
  file_.reset();
  return {};
}

void pending_file::abandon() {
  file_.reset();
  static_cast<void>(files_->remove(names_.unfinished));
}

}  // namespace weir
