// SPDX-License-Identifier: Apache-2.0
// A disk in memory, for simulated worlds and for tests: nothing outside is touched, and what was
// written can be read back by the test.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "api/file_system.hpp"

namespace weir {

class simulated_file_system final : public file_system {
public:
  // Puts a file there, with its directories.
  void put(const std::string& path, std::string content);
  // The content of a file; empty if there is none.
  std::string content_of(const std::string& path) const;

  result<file_status> stat(const std::string& path) override;
  result<std::vector<std::string>> list(const std::string& directory) override;
  result<std::unique_ptr<readable_file>> open_for_reading(const std::string& path) override;
  result<std::unique_ptr<writable_file>> create(const std::string& path) override;
  status rename(const std::string& from, const std::string& to) override;
  status remove(const std::string& path) override;
  status make_directories(const std::string& path) override;
  status remove_directory(const std::string& path) override;
  result<std::unique_ptr<file_lock>> lock(const std::string& path) override;

private:
  // Files are shared with their open handles, so that a renamed or removed file stays readable.
  std::map<std::string, std::shared_ptr<std::string>> files_;
  std::set<std::string> directories_;
  // The paths of all that are held. Shared with the locks, which may outlive this.
  std::shared_ptr<std::set<std::string>> locks_ = std::make_shared<std::set<std::string>>();
};

}  // namespace weir
