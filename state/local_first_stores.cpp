// SPDX-License-Identifier: Apache-2.0
// Other paths for the same files; see state/local_first_stores.hpp.
#include "state/local_first_stores.hpp"

#include <utility>

namespace weir {

result<std::unique_ptr<entry_store>> local_first_stores::open(
    const entry_store_settings& settings, const std::string& name,
    const std::vector<store_file>& files) {
  std::vector<store_file> nearest = files;
  restored_bytes all;
  restored_bytes read;
  for (auto& each : nearest) {
    auto copy = files_->whole_copy(each.path, each.bytes);
    (copy ? read.local : read.remote) += each.bytes;
    all.remote += each.bytes;
    if (copy) each.path = std::move(copy->path);
  }
  if (nearest != files) {
    auto opened = stores_->open(settings, name, nearest);
    if (opened) {
      files_->count(read);
      return opened;
    }
    auto again = stores_->open(settings, name, files);
    if (!again) return again;
    // Whichever it was: they are opened together.
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (nearest[i] != files[i]) files_->on_damaged(files[i].path, opened.failure());
    }
    files_->count(all);
    return again;
  }
  auto opened = stores_->open(settings, name, files);
  if (opened) files_->count(all);
  return opened;
}

}  // namespace weir
