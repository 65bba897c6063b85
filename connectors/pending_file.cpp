// SPDX-License-Identifier: Apache-2.0
// Write, sync, wait for the job, rename: in that order.
#include "connectors/pending_file.hpp"

#include <utility>

namespace weir {

namespace {

constexpr std::size_t large_piece = 256 * 1024;

status refuse_directory(file_system& files, const std::string& path) {
  const auto there = files.stat(path);
  if (!there || there->what != file_status::kind::directory) return {};
  return error{error_code::invalid_argument,
               "write " + path + ": it is a directory; name a file in it"};
}

}  // namespace

result<pending_file> pending_file::open(const sink_context& context, const std::string& path) {
  auto& files = *context.files;
  const auto part = path + ".part-" + std::to_string(context.subtask.value) + "-of-" +
                    std::to_string(context.parallelism);
  const auto& final_path = context.parallelism == 1 ? path : part;
  for (const auto& name : {path, final_path}) {
    if (auto checked = refuse_directory(files, name); !checked) return checked.failure();
  }
  if (const auto slash = path.rfind('/'); slash != path.npos && slash > 0) {
    if (auto made = files.make_directories(path.substr(0, slash)); !made) return made.failure();
  }
  auto pending_path = part + ".in-progress";
  auto file = files.create(pending_path);
  if (!file) return file.failure();
  return pending_file{files, std::move(pending_path), final_path, std::move(*file)};
}

pending_file::pending_file(file_system& files, std::string pending_path, std::string final_path,
                           std::unique_ptr<writable_file> file)
    : files_{&files},
      pending_path_{std::move(pending_path)},
      final_path_{std::move(final_path)},
      file_{std::move(file)} {}

status pending_file::append(std::string_view bytes) {
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
  is_prepared_ = true;
  return {};
}

status pending_file::commit() {
  WEIR_ASSERT(is_prepared_);
  if (auto renamed = files_->rename(pending_path_, final_path_); !renamed) return renamed;
  is_prepared_ = false;
  return {};
}

void pending_file::abandon() {
  if (!file_ && !std::exchange(is_prepared_, false)) return;
  file_.reset();
  static_cast<void>(files_->remove(pending_path_));
}

}  // namespace weir
