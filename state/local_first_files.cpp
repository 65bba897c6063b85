// SPDX-License-Identifier: Apache-2.0
// Piece by piece from the copy as long as it is whole; see state/local_first_files.hpp.
#include "state/local_first_files.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace weir {

namespace {

using findings = local_first_files::findings;

std::string warning_of(const std::string& path, const std::string& cause) {
  return "the local copy of " + path +
         " is damaged, and what it held was read from the checkpoint itself: " + cause;
}

// A copy, verified as it is read.
class checked_copy {
public:
  checked_copy(std::unique_ptr<readable_file> file, local_copy about)
      : file_{std::move(file)}, about_{std::move(about)} {}

  std::uint64_t size() const { return about_.bytes; }

  result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) {
    std::size_t done = 0;
    while (done < into.size() && offset + done < about_.bytes) {
      const auto at = offset + done;
      const auto number = static_cast<std::size_t>(at / local_copy::bytes_per_checksum);
      if (auto there = load(number); !there) return there.failure();
      const auto begin = static_cast<std::size_t>(at % local_copy::bytes_per_checksum);
      const auto count = std::min(into.size() - done, piece_.size() - begin);
      std::copy_n(piece_.data() + begin, count, into.data() + done);
      done += count;
    }
    return done;
  }

private:
  status load(std::size_t number) {
    if (loaded_ == number) return {};
    loaded_.reset();
    const auto begin = std::uint64_t{number} * local_copy::bytes_per_checksum;
    piece_.resize(static_cast<std::size_t>(
        std::min<std::uint64_t>(about_.bytes - begin, local_copy::bytes_per_checksum)));
    const auto count = file_->read_at(begin, piece_);
    if (!count) return count.failure();
    piece_.resize(*count);
    if (!about_.is_piece(number, piece_)) {
      return error{error_code::corrupt_data,
                   about_.path + ": byte " + std::to_string(begin) + ": checksum mismatch"};
    }
    loaded_ = number;
    return {};
  }

  std::unique_ptr<readable_file> file_;
  local_copy about_;
  std::string piece_;
  std::optional<std::size_t> loaded_;  // Which piece that is.
};

// None if it is not there, or not with its size; the latter is `damage`.
result<std::optional<checked_copy>> open_copy(file_system& files, const local_copy& copy) {
  auto file = files.open_for_reading(copy.path);
  if (!file && file.failure().code == error_code::not_found) return std::optional<checked_copy>{};
  if (!file) return file.failure();
  const auto size = (*file)->size();
  if (!size) return size.failure();
  if (*size != copy.bytes) {
    return error{error_code::corrupt_data, copy.path + ": has " + std::to_string(*size) +
                                               " bytes, not " + std::to_string(copy.bytes)};
  }
  return std::optional<checked_copy>{std::in_place, *std::move(file), copy};
}

class local_first_file final : public readable_file {
public:
  using loss = std::function<void(const error&)>;

  // `local` or `remote`, which is opened when it is needed, if it is null.
  local_first_file(file_system& files, std::string path, std::optional<checked_copy> local,
                   std::unique_ptr<readable_file> remote, std::shared_ptr<findings> found,
                   loss on_damaged)
      : files_{&files},
        path_{std::move(path)},
        local_{std::move(local)},
        remote_{std::move(remote)},
        findings_{std::move(found)},
        on_damaged_{std::move(on_damaged)} {}

  result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    if (local_) {
      auto count = local_->read_at(offset, into);
      if (count) {
        findings_->read.local += *count;
        return count;
      }
      if (auto opened = turn_to_remote(count.failure()); !opened) return opened.failure();
    }
    auto count = remote_->read_at(offset, into);
    if (count) findings_->read.remote += *count;
    return count;
  }

  result<std::uint64_t> size() override { return local_ ? local_->size() : remote_->size(); }

private:
  status turn_to_remote(const error& damage) {
    on_damaged_(damage);
    local_.reset();
    auto opened = files_->open_for_reading(path_);
    if (!opened) return opened.failure();
    remote_ = *std::move(opened);
    return {};
  }

  file_system* files_;
  std::string path_;
  std::optional<checked_copy> local_;
  std::unique_ptr<readable_file> remote_;  // Null as long as there is `local_`.
  std::shared_ptr<findings> findings_;
  loss on_damaged_;
};

}  // namespace

local_first_files::local_first_files(file_system& files, std::shared_ptr<local_backup> backup,
                                     checkpoint_place place, std::vector<snapshot_place> expected)
    : forwarding_files{files},
      backup_{std::move(backup)},
      place_{std::move(place)},
      expected_{std::move(expected)} {}

std::optional<local_copy> local_first_files::copy_of(const std::string& path) const {
  if (backup_ == nullptr) return std::nullopt;
  const auto of = place_.file_at(path);
  auto copy = of ? backup_->find(*of) : std::nullopt;
  if (!copy) return std::nullopt;
  const auto known = std::find_if(expected_.begin(), expected_.end(),
                                  [&](const snapshot_place& each) { return each.path == path; });
  if (known != expected_.end() && known->bytes != copy->bytes) return std::nullopt;
  return copy;
}

result<std::unique_ptr<readable_file>> local_first_files::open_for_reading(
    const std::string& path) {
  std::optional<checked_copy> local;
  // What has no checksums is for stores, which verify it themselves.
  if (const auto copy = copy_of(path); copy && !copy->checksums.empty()) {
    auto opened = open_copy(next(), *copy);
    if (opened) {
      local = *std::move(opened);
    } else {
      on_damaged(path, opened.failure());
    }
  }
  std::unique_ptr<readable_file> remote;
  if (!local) {
    auto opened = next().open_for_reading(path);
    if (!opened) return opened.failure();
    remote = *std::move(opened);
  }
  return std::unique_ptr<readable_file>{std::make_unique<local_first_file>(
      next(), path, std::move(local), std::move(remote), findings_,
      [findings = findings_, backup = backup_, of = place_.file_at(path),
       path](const error& cause) {
        findings->damaged.push_back(warning_of(path, cause.message));
        if (of) backup->forget(*of);
      })};
}

std::optional<local_copy> local_first_files::whole_copy(const std::string& path,
                                                        std::uint64_t bytes) {
  auto copy = copy_of(path);
  if (!copy || copy->bytes != bytes) return std::nullopt;
  auto opened = open_copy(next(), *copy);
  if (!opened) {
    on_damaged(path, opened.failure());
    return std::nullopt;
  }
  if (!*opened) return std::nullopt;
  if (copy->checksums.empty()) return copy;
  std::string piece(local_copy::bytes_per_checksum, '\0');
  for (std::uint64_t done = 0; done < bytes;) {
    const auto count = (*opened)->read_at(done, piece);
    if (!count) {
      on_damaged(path, count.failure());
      return std::nullopt;
    }
    done += *count;
  }
  return copy;
}

void local_first_files::on_damaged(const std::string& path, const error& cause) {
  findings_->damaged.push_back(warning_of(path, cause.message));
  if (const auto of = place_.file_at(path)) backup_->forget(*of);
}

void local_first_files::count(const restored_bytes& more) {
  findings_->read.local += more.local;
  findings_->read.remote += more.remote;
}

}  // namespace weir
