// SPDX-License-Identifier: Apache-2.0
// The disk as one simulated process sees it, which ends with the process: nothing that a dead one
// still does - ending actors tidy up behind themselves - reaches the disk. What it wrote before
// stays: a machine keeps what a killed process has written, synced or not.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/file_system.hpp"

namespace weir {

class simulated_process_files final : public file_system {
public:
  // `disk` outlives it.
  explicit simulated_process_files(file_system& disk);

  // From now on every operation fails and does nothing, those on open files included. Its locks are
  // released, as the system does for a process that ends.
  void cut_off();

  result<file_status> stat(const std::string& path) override;
  result<std::vector<std::string>> list(const std::string& directory) override;
  result<std::unique_ptr<readable_file>> open_for_reading(const std::string& path) override;
  result<std::unique_ptr<writable_file>> create(const std::string& path) override;
  status rename(const std::string& from, const std::string& to) override;
  status link(const std::string& from, const std::string& to) override;
  status remove(const std::string& path) override;
  status make_directories(const std::string& path) override;
  status remove_directory(const std::string& path) override;
  result<std::unique_ptr<file_lock>> lock(const std::string& path) override;

private:
  file_system* disk_;
  std::vector<std::weak_ptr<std::unique_ptr<file_lock>>> locks_;  // All that were ever taken.
  std::shared_ptr<bool> is_cut_off_;  // Shared with the open files, which may outlive it.
};

}  // namespace weir
