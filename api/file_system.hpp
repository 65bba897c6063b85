// SPDX-License-Identifier: Apache-2.0
// The contract of the disk. Everything in the engine and in the connectors that touches a file does
// it through this interface, so that a simulation can tear, lose and refuse writes.
//
// Paths are plain strings with '/' between the parts. Every error names the path and says what the
// system said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "api/error.hpp"

namespace weir {

struct file_status {
  enum class kind : std::uint8_t { file, directory, other };
  kind what = kind::file;
  std::uint64_t size = 0;
};

class readable_file {
public:
  virtual ~readable_file() = default;
  // Reads up to into.size() bytes at `offset`; fewer only at the end of the file, then perhaps 0.
  virtual result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) = 0;
  // The size now; a growing file grows.
  virtual result<std::uint64_t> size() = 0;
};

class writable_file {
public:
  virtual ~writable_file() = default;
  virtual status append(std::string_view bytes) = 0;
  // Everything appended so far survives a crash of the machine, and so does the file's name.
  virtual status sync() = 0;
  virtual status close() = 0;
};

// Destroying it releases the lock.
class file_lock {
public:
  virtual ~file_lock() = default;
};

class file_system {
public:
  virtual ~file_system() = default;

  virtual result<file_status> stat(const std::string& path) = 0;
  // The names in a directory, sorted.
  virtual result<std::vector<std::string>> list(const std::string& directory) = 0;
  virtual result<std::unique_ptr<readable_file>> open_for_reading(const std::string& path) = 0;
  // Creates the file, or empties it.
  virtual result<std::unique_ptr<writable_file>> create(const std::string& path) = 0;
  // Replaces `to`. Durable once it returned.
  virtual status rename(const std::string& from, const std::string& to) = 0;
  // Gives a file that does not change any more a second name, under which it stays when the first
  // is removed. Fails where two names cannot be of one file, as on two disks: then a copy must do.
  // Durable once a file of that directory is synced or renamed after it.
  // REQUIRES: there is nothing at `to`.
  virtual status link(const std::string& from, const std::string& to) = 0;
  virtual status remove(const std::string& path) = 0;
  // Creates missing parents, too. Succeeds if the directory exists. What it created is durable once
  // it returned.
  virtual status make_directories(const std::string& path) = 0;
  // An empty one.
  virtual status remove_directory(const std::string& path) = 0;
  // Takes the lock that is named by the file `path`, which is created if need be. It has at most
  // one holder: a second one, even in this process, gets error_code::in_use. When the holder's
  // process dies, it is free again.
  virtual result<std::unique_ptr<file_lock>> lock(const std::string& path) = 0;
};

}  // namespace weir
