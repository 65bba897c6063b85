// SPDX-License-Identifier: Apache-2.0
// What is appended to one file goes into two, or the one gets two names.
#include "state/copying_files.hpp"

#include <algorithm>
#include <utility>

#include "api/crc32c.hpp"
#include "state/whole_file.hpp"

namespace weir {

namespace {

// The checksum of each piece of a file that is written from its beginning to its end.
class piece_checksums {
public:
  void append(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = std::min(bytes.size(), local_copy::bytes_per_checksum - piece_.size());
      piece_ += bytes.substr(0, count);
      bytes.remove_prefix(count);
      bytes_ += count;
      if (piece_.size() == local_copy::bytes_per_checksum) take_piece();
    }
  }
  // Of the whole file, whose copy is at `path`.
  local_copy finish(std::string path) && {
    if (!piece_.empty()) take_piece();
    return {std::move(path), bytes_, std::move(checksums_)};
  }

private:
  void take_piece() {
    checksums_.push_back(crc32c(piece_));
    piece_.clear();
  }

  std::string piece_;
  std::uint64_t bytes_ = 0;
  std::vector<std::uint32_t> checksums_;
};

// The copy is not synced: it is of no use to another process, and so not after a loss of power.
class copied_file final : public writable_file {
public:
  copied_file(file_system& files, std::shared_ptr<local_backup> backup, checkpoint_file of,
              std::string path, std::unique_ptr<writable_file> file, std::string copy)
      : files_{&files},
        backup_{std::move(backup)},
        of_{std::move(of)},
        path_{std::move(path)},
        file_{std::move(file)},
        copy_path_{std::move(copy)} {
    if (backup_->shares_disk().value_or(false)) return;
    auto created = files_->create(copy_path_);
    if (created) {
      copy_ = *std::move(created);
    } else {
      is_copied_ = false;
    }
  }

  status append(std::string_view bytes) override {
    if (auto appended = file_->append(bytes); !appended) {
      give_up();
      return appended;
    }
    if (!is_copied_) return {};
    checksums_.append(bytes);
    if (copy_ && !copy_->append(bytes)) give_up();
    return {};
  }
  status sync() override {
    auto synced = file_->sync();
    if (!synced) give_up();
    return synced;
  }
  status close() override {
    if (auto closed = file_->close(); !closed) {
      give_up();
      return closed;
    }
    if (std::exchange(is_copied_, false)) finish();
    return {};
  }

private:
  void give_up() {
    is_copied_ = false;
    if (copy_ == nullptr) return;
    copy_.reset();
    static_cast<void>(files_->remove(copy_path_));
  }

  // Whether second names can be is found out with the first file that is whole.
  void finish() {
    if (copy_ && !copy_->close()) return give_up();
    if (backup_->shares_disk() == false) return keep();
    const std::string name = copy_ ? copy_path_ + ".second-name" : copy_path_;
    const bool is_linked = files_->link(path_, name).ok();
    backup_->set_shares_disk(is_linked);
    if (is_linked && copy_ && !files_->rename(name, copy_path_)) return give_up();
    if (is_linked || copy_) keep();
  }
  void keep() {
    copy_.reset();
    backup_->add(of_, std::move(checksums_).finish(copy_path_));
  }

  file_system* files_;
  std::shared_ptr<local_backup> backup_;
  checkpoint_file of_;
  std::string path_;
  std::unique_ptr<writable_file> file_;
  std::string copy_path_;
  std::unique_ptr<writable_file> copy_;  // Null: a second name is to do.
  bool is_copied_ = true;                // Until something went wrong, or it is done.
  piece_checksums checksums_;
};

}  // namespace

copying_files::copying_files(file_system& files, std::shared_ptr<local_backup> backup,
                             checkpoint_place place)
    : forwarding_files{files}, backup_{std::move(backup)}, place_{std::move(place)} {
  WEIR_ASSERT(backup_ != nullptr);
}

result<std::unique_ptr<writable_file>> copying_files::create(const std::string& path) {
  auto file = next().create(path);
  if (!file) return file;
  auto of = place_.file_at(path);
  // The file of a store may have got a second name here, though not there.
  if (!of || backup_->find(*of)) return file;
  auto copy = backup_->place_for(*of);
  if (!copy) return file;
  return std::unique_ptr<writable_file>{std::make_unique<copied_file>(
      next(), backup_, *std::move(of), path, *std::move(file), *std::move(copy))};
}

// A store's file is on the store's disk, which may be that of the backup whatever the checkpoints
// are on.
status copying_files::link(const std::string& from, const std::string& to) {
  auto linked = next().link(from, to);
  const auto of = place_.file_at(to);
  const auto copy = of ? backup_->place_for(*of) : std::nullopt;
  if (!copy) return linked;
  const auto about = next().stat(from);
  if (!about) return linked;
  bool is_named = next().link(from, *copy).ok();
  if (!is_named) {
    // A link that was made all the same would be written into. If it cannot be taken away, it stays
    // what it is: nobody writes to a copy that is known.
    const auto removed = next().remove(*copy);
    is_named = !removed && removed.failure().code != error_code::not_found;
  }
  if (is_named) {
    backup_->add(*of, {*copy, about->size, {}});
  } else if (linked) {
    // Without a link it is copied next, and so is written through `create`.
    const auto copied = copy_whole_file(next(), from, *copy, about->size);
    if (copied) backup_->add(*of, {*copy, about->size, {}});
  }
  return linked;
}

}  // namespace weir
