// SPDX-License-Identifier: Apache-2.0
// A file system that passes every call on to another: for those that change only some of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/file_system.hpp"

namespace weir {

class forwarding_files : public file_system {
public:
  // `files` outlives this.
  explicit forwarding_files(file_system& files) : files_{&files} {}

  result<file_status> stat(const std::string& path) override { return files_->stat(path); }
  result<std::vector<std::string>> list(const std::string& directory) override {
    return files_->list(directory);
  }
  result<std::unique_ptr<readable_file>> open_for_reading(const std::string& path) override {
    return files_->open_for_reading(path);
  }
  result<std::unique_ptr<writable_file>> create(const std::string& path) override {
    return files_->create(path);
  }
  status rename(const std::string& from, const std::string& to) override {
    return files_->rename(from, to);
  }
  status link(const std::string& from, const std::string& to) override {
    return files_->link(from, to);
  }
  status remove(const std::string& path) override { return files_->remove(path); }
  status make_directories(const std::string& path) override {
    return files_->make_directories(path);
  }
  status remove_directory(const std::string& path) override {
    return files_->remove_directory(path);
  }
  result<std::unique_ptr<file_lock>> lock(const std::string& path) override {
    return files_->lock(path);
  }

protected:
  file_system& next() { return *files_; }

private:
  file_system* files_;
};

}  // namespace weir
