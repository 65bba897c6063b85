// SPDX-License-Identifier: Apache-2.0
// The disk of the machine, behind the contract of api/file_system.hpp.
//
// Every error names the call, the path and what the system said: "open orders.csv: No such file or
// directory". Interrupted calls are repeated. Durability follows POSIX: `sync` is fsync of the
// file; `rename` and `make_directories` also sync the directory above, without which a new name may
// not survive a crash.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/file_system.hpp"

namespace weir {

// The user to whom what this process creates belongs.
std::uint32_t user_id();

// Has no state: may be used from several threads at once. A file it opened serves one at a time.
class posix_file_system final : public file_system {
public:
  // Follows symbolic links.
  result<file_status> stat(const std::string& path) override;
  result<std::vector<std::string>> list(const std::string& directory) override;
  // A directory is an error here, not only when it is read.
  result<std::unique_ptr<readable_file>> open_for_reading(const std::string& path) override;
  result<std::unique_ptr<writable_file>> create(const std::string& path) override;
  status rename(const std::string& from, const std::string& to) override;
  status link(const std::string& from, const std::string& to) override;
  // Removes a file or an empty directory.
  status remove(const std::string& path) override;
  status make_directories(const std::string& path) override;
  status remove_directory(const std::string& path) override;
  // By flock(2): other programs are not kept from reading or writing the file.
  result<std::unique_ptr<file_lock>> lock(const std::string& path) override;
};

}  // namespace weir
