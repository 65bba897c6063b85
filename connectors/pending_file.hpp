// SPDX-License-Identifier: Apache-2.0
// A file that gets its name only when it is complete, and so is what belongs with it.
//
//   in progress -> append* -> prepare -> commit     finished: there, durable, under its final name
//                          ->         -> abandon    nothing is left
//
// Until it is committed a file has its unfinished name, which is also what a crash leaves behind;
// nobody takes that for a result. Committing needs only the two names, so that another process can
// do it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/codec.hpp"
#include "api/error.hpp"
#include "api/fields.hpp"
#include "api/file_system.hpp"

namespace weir {

// What a file is called before and after it is committed.
struct pending_names {
  std::string unfinished;
  std::string finished;
  friend bool operator==(const pending_names&, const pending_names&) = default;
};
WEIR_FIELDS(pending_names, unfinished, finished)

// What a sink's `prepare` says of its files. Empty for no files.
std::string encode_pending(const std::vector<pending_names>& files);

// Gives each of the encoded files its final name, in their order. One that has it already is left
// alone, so this may be repeated. Errors (corrupt_data): a file has neither name, so that output is
// lost; the bytes are damaged. Others are the disk's.
status commit_pending(file_system& files, std::string_view encoded);

class pending_file {
public:
  // Errors are the disk's.
  static result<pending_file> create(file_system& files, pending_names names);

  const pending_names& names() const { return names_; }
  // How many bytes were appended.
  std::uint64_t size() const { return size_; }

  // Gathers bytes and writes them in large pieces. After an error, only `abandon` is allowed.
  // REQUIRES: none of the functions below has been called.
  status append(std::string_view bytes);
  // Makes durable what was appended; nothing can be added any more.
  status prepare();
  // Best effort: what cannot be removed keeps its unfinished name. Does nothing to a file that has
  // got its final one.
  void abandon();

private:
  pending_file(file_system& files, pending_names names, std::unique_ptr<writable_file> file);

  status flush();

  file_system* files_;
  pending_names names_;
  std::unique_ptr<writable_file> file_;  // None: prepared or abandoned.
  std::string buffer_;
  std::uint64_t size_ = 0;
};

}  // namespace weir
