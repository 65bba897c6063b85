// SPDX-License-Identifier: Apache-2.0
// A disk between whose operations anything may happen: before each of them a function is called.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/file_system.hpp"

namespace weir {

class interrupting_file_system final : public file_system {
public:
  interrupting_file_system(file_system& disk, std::function<void()> interruption)
      : disk_{&disk}, interruption_{std::move(interruption)} {}

  result<file_status> stat(const std::string& path) override { return disk().stat(path); }
  result<std::vector<std::string>> list(const std::string& directory) override {
    return disk().list(directory);
  }
  result<std::unique_ptr<readable_file>> open_for_reading(const std::string& path) override {
    return disk().open_for_reading(path);
  }
  result<std::unique_ptr<writable_file>> create(const std::string& path) override {
    return disk().create(path);
  }
  status rename(const std::string& from, const std::string& to) override {
    return disk().rename(from, to);
  }
  status link(const std::string& from, const std::string& to) override {
    return disk().link(from, to);
  }
  status remove(const std::string& path) override { return disk().remove(path); }
  status make_directories(const std::string& path) override {
    return disk().make_directories(path);
  }
  status remove_directory(const std::string& path) override {
    return disk().remove_directory(path);
  }
  result<std::unique_ptr<file_lock>> lock(const std::string& path) override {
    return disk().lock(path);
  }

private:
  file_system& disk() {
    interruption_();
    return *disk_;
  }

  file_system* disk_;
  std::function<void()> interruption_;
};

}  // namespace weir
