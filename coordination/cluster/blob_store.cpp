// SPDX-License-Identifier: Apache-2.0
// Drafts and names; see coordination/cluster/blob_store.hpp.
#include "coordination/cluster/blob_store.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace weir {

namespace {

constexpr std::string_view draft_prefix = ".draft-";

status check(const blob_chunk& chunk) {
  const auto wrong = [](const std::string& what) {
    return error{error_code::invalid_argument, "store a program: " + what};
  };
  if (!is_sha256(chunk.hash)) return wrong("its name is no SHA-256 in lower-case digits");
  if (chunk.total == 0) return wrong("it is empty");
  if (chunk.total > most_program_bytes) {
    return wrong("it has " + std::to_string(chunk.total) + " bytes; at most " +
                 std::to_string(most_program_bytes) + " are taken");
  }
  if (chunk.bytes.size() > most_chunk_bytes || chunk.offset > chunk.total ||
      chunk.bytes.size() > chunk.total - chunk.offset) {
    return wrong("a chunk of " + std::to_string(chunk.bytes.size()) + " bytes at " +
                 std::to_string(chunk.offset) + " of " + std::to_string(chunk.total) +
                 " is too large");
  }
  return {};
}

}  // namespace

blob_store::blob_store(file_system& files, std::string directory, duration patience)
    : files_{&files}, directory_{std::move(directory)}, patience_{patience} {}

std::string blob_store::path_of(const std::string& hash) const { return directory_ + "/" + hash; }

std::string blob_store::draft_path_of(const std::string& hash) const {
  return directory_ + "/" + std::string{draft_prefix} + hash;
}

result<std::vector<std::string>> blob_store::list() {
  auto names = files_->list(directory_);
  if (!names && names.failure().code == error_code::not_found) return std::vector<std::string>{};
  if (!names) return within("list the programs", names.failure());
  std::erase_if(*names, [](const std::string& each) { return !is_sha256(each); });
  return names;
}

result<bool> blob_store::has(const std::string& hash) {
  if (!is_sha256(hash)) {
    return error{error_code::invalid_argument, "look for a program: its name is no SHA-256"};
  }
  const auto found = files_->stat(path_of(hash));
  if (found) return true;
  if (found.failure().code == error_code::not_found) return false;
  return within("look for a program", found.failure());
}

result<std::uint64_t> blob_store::add(const blob_chunk& chunk, processing_time now) {
  if (auto fits = check(chunk); !fits) return fits.failure();
  use(chunk.hash, now);
  const auto is_whole = has(chunk.hash);
  if (!is_whole) return is_whole.failure();
  if (*is_whole) return chunk.total;
  const auto to = draft_of(chunk, now);
  if (!to) return within("store a program", to.failure());
  auto& begun = **to;
  if (chunk.bytes.empty() || chunk.offset != begun.written) return begun.written;
  begun.extended = now;
  auto done = append(begun, chunk);
  if (done && begun.written == begun.total) done = complete(begun, chunk.hash);
  if (done && begun.written < begun.total) return begun.written;
  drafts_.erase(chunk.hash);
  if (done) return chunk.total;
  static_cast<void>(files_->remove(draft_path_of(chunk.hash)));
  return within("store a program", done.failure());
}

result<blob_store::draft*> blob_store::draft_of(const blob_chunk& chunk, processing_time now) {
  const auto known = drafts_.find(chunk.hash);
  // Of the same bytes nobody can say that they are more or fewer: one of the two is wrong, and the
  // digest will tell which.
  if (known != drafts_.end() && known->second.total == chunk.total) return &known->second;
  drafts_.erase(chunk.hash);
  if (auto made = files_->make_directories(directory_); !made) return made.failure();
  while (drafts_.size() >= most_drafts) {
    // Whoever has begun it longest ago has most likely gone.
    const auto oldest = std::min_element(
        drafts_.begin(), drafts_.end(),
        [](const auto& left, const auto& right) { return left.second.begun < right.second.begun; });
    remove_draft(oldest);
  }
  auto file = files_->create(draft_path_of(chunk.hash));
  if (!file) return file.failure();
  auto& begun = drafts_[chunk.hash];
  begun.begun = ++last_draft_;
  begun.file = *std::move(file);
  begun.total = chunk.total;
  begun.extended = now;
  return &begun;
}

// Whatever cannot be removed now is begun anew by the next upload, or goes with the next life.
void blob_store::remove_draft(std::map<std::string, draft>::iterator which) {
  static_cast<void>(files_->remove(draft_path_of(which->first)));
  drafts_.erase(which);
}

status blob_store::append(draft& to, const blob_chunk& chunk) {
  if (auto written = to.file->append(chunk.bytes); !written) return written;
  to.sum.update(chunk.bytes);
  to.written += chunk.bytes.size();
  return {};
}

status blob_store::complete(draft& finished, const std::string& hash) {
  const auto digest = std::move(finished.sum).finish();
  if (digest != hash) {
    return error{error_code::corrupt_data, "what has arrived has the SHA-256 " + digest +
                                               " instead of " + hash + "; submit it again"};
  }
  if (auto synced = finished.file->sync(); !synced) return synced;
  if (auto closed = finished.file->close(); !closed) return closed;
  return files_->rename(draft_path_of(hash), path_of(hash));
}

result<blob_chunk> blob_store::read(const std::string& hash, std::uint64_t offset) {
  const auto is_whole = has(hash);
  if (!is_whole) return is_whole.failure();
  if (!*is_whole) {
    return error{error_code::not_found, "read the program " + hash + ": it is not stored here"};
  }
  const auto file = files_->open_for_reading(path_of(hash));
  if (!file) return within("read a program", file.failure());
  const auto total = (*file)->size();
  if (!total) return within("read a program", total.failure());
  if (offset > *total) {
    return error{error_code::invalid_argument,
                 "read the program " + hash + ": it ends before " + std::to_string(offset)};
  }
  blob_chunk chunk{.hash = hash, .total = *total, .offset = offset, .bytes = {}};
  chunk.bytes.resize(std::min<std::uint64_t>(most_chunk_bytes, *total - offset));
  const auto read = (*file)->read_at(offset, chunk.bytes);
  if (!read) return within("read a program", read.failure());
  chunk.bytes.resize(*read);
  return chunk;
}

result<bool> blob_store::remove_unused(const std::string& hash, processing_time now) {
  const auto is_whole = has(hash);
  if (!is_whole) return within("remove a program", is_whole.failure());
  if (!*is_whole) return false;
  const auto last_use = last_uses_.try_emplace(hash, now).first;
  if (now - last_use->second < patience_) return false;
  last_uses_.erase(last_use);
  if (auto removed = files_->remove(path_of(hash)); !removed) {
    return within("remove a program", removed.failure());
  }
  return true;
}

void blob_store::remove_idle_drafts(processing_time now) {
  for (auto each = drafts_.begin(); each != drafts_.end();) {
    const auto which = each++;
    if (now - which->second.extended >= patience_) remove_draft(which);
  }
  // Of those that are forgotten the time begins anew. Later than they may be removed, or none ever
  // would be.
  std::erase_if(last_uses_, [&](const auto& each) { return now - each.second > 2 * patience_; });
}

status blob_store::remove_former_drafts() {
  WEIR_ASSERT(drafts_.empty());
  const auto names = files_->list(directory_);
  if (!names && names.failure().code == error_code::not_found) return {};
  if (!names) return within("list the uploads of a former life", names.failure());
  for (const auto& each : *names) {
    if (!each.starts_with(draft_prefix) || !is_sha256(each.substr(draft_prefix.size()))) continue;
    if (auto removed = files_->remove(directory_ + "/" + each); !removed) {
      return within("remove an upload of a former life", removed.failure());
    }
  }
  return {};
}

result<std::string> program_hash(file_system& files, const std::string& path) {
  const auto file = files.open_for_reading(path);
  if (!file) return within("read this program", file.failure());
  sha256 sum;
  std::vector<char> bytes(most_chunk_bytes);
  for (std::uint64_t offset = 0;;) {
    const auto read = (*file)->read_at(offset, bytes);
    if (!read) return within("read this program", read.failure());
    sum.update({bytes.data(), *read});
    offset += *read;
    if (*read < bytes.size()) break;
    if (offset > most_program_bytes) {
      return error{error_code::invalid_argument, "read this program: it has more than " +
                                                     std::to_string(most_program_bytes) +
                                                     " bytes, which no node takes"};
    }
  }
  return std::move(sum).finish();
}

}  // namespace weir
