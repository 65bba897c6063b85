// SPDX-License-Identifier: Apache-2.0
// A disk that refuses what a test tells it to refuse, and otherwise is the machine's.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/file_system.hpp"
#include "state/posix_file_system.hpp"

namespace weir {

class faulty_file_system final : public file_system {
public:
  std::string unreadable;  // A path that may not be opened or listed.
  std::string unwritable;  // A path under which nothing may be created.
  std::uint64_t space = std::numeric_limits<std::uint64_t>::max();     // Bytes until it is full.
  std::uint64_t readable = std::numeric_limits<std::uint64_t>::max();  // Offset of a bad sector.
  bool refuses_rename = false;
  bool refuses_remove = false;
  std::uint64_t renames = std::numeric_limits<std::uint64_t>::max();  // Until they are refused.
  bool refuses_sync = false;

  result<file_status> stat(const std::string& path) override { return disk_.stat(path); }
  result<std::vector<std::string>> list(const std::string& directory) override {
    if (directory == unreadable) return denied("list " + directory);
    return disk_.list(directory);
  }

  result<std::unique_ptr<readable_file>> open_for_reading(const std::string& path) override {
    if (path == unreadable) return denied("open " + path);
    auto file = disk_.open_for_reading(path);
    if (!file) return file.failure();
    return std::unique_ptr<readable_file>{
        std::make_unique<bad_sectors>(std::move(*file), path, readable)};
  }

  result<std::unique_ptr<writable_file>> create(const std::string& path) override {
    if (!unwritable.empty() && path.starts_with(unwritable)) return denied("create " + path);
    auto file = disk_.create(path);
    if (!file) return file.failure();
    return std::unique_ptr<writable_file>{
        std::make_unique<small_disk>(std::move(*file), path, *this)};
  }

  status rename(const std::string& from, const std::string& to) override {
    if (refuses_rename || renames == 0) return failed("rename " + from + " to " + to);
    --renames;
    return disk_.rename(from, to);
  }
  status link(const std::string& from, const std::string& to) override {
    return disk_.link(from, to);
  }
  status remove(const std::string& path) override {
    if (refuses_remove) return failed("remove " + path);
    return disk_.remove(path);
  }
  status make_directories(const std::string& path) override { return disk_.make_directories(path); }
  status remove_directory(const std::string& path) override { return disk_.remove_directory(path); }
  result<std::unique_ptr<file_lock>> lock(const std::string& path) override {
    return disk_.lock(path);
  }

private:
  static error denied(const std::string& activity) {
    return {error_code::permission_denied, activity + ": Permission denied"};
  }
  static error failed(const std::string& activity) {
    return {error_code::io_failure, activity + ": Input/output error"};
  }

  class bad_sectors final : public readable_file {
  public:
    bad_sectors(std::unique_ptr<readable_file> file, std::string path, std::uint64_t good)
        : file_{std::move(file)}, path_{std::move(path)}, good_{good} {}
    result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
      auto count = file_->read_at(offset, into);
      if (count && offset + *count > good_) return failed("read " + path_);
      return count;
    }
    result<std::uint64_t> size() override { return file_->size(); }

  private:
    std::unique_ptr<readable_file> file_;
    std::string path_;
    std::uint64_t good_;
  };

  class small_disk final : public writable_file {
  public:
    small_disk(std::unique_ptr<writable_file> file, std::string path, faulty_file_system& disk)
        : file_{std::move(file)}, path_{std::move(path)}, disk_{&disk} {}
    status append(std::string_view bytes) override {
      if (bytes.size() > disk_->space) {
        return error{error_code::io_failure, "write " + path_ + ": No space left on device"};
      }
      disk_->space -= bytes.size();
      return file_->append(bytes);
    }
    status sync() override {
      if (disk_->refuses_sync) return failed("sync " + path_);
      return file_->sync();
    }
    status close() override { return file_->close(); }

  private:
    std::unique_ptr<writable_file> file_;
    std::string path_;
    faulty_file_system* disk_;
  };

  posix_file_system disk_;
};

}  // namespace weir
