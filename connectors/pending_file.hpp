// SPDX-License-Identifier: Apache-2.0
// A file that gets its name only when it is complete, and so is the rest of the job's output.
//
//   open -> append* -> prepare -> commit     the file is there, durable, under its final name
//                   ->         -> abandon    nothing is left
//
// Until then it is called "<path>.part-<i>-of-<n>.in-progress", which is also what a crash leaves
// behind; nobody takes that for a result. The final name is `path` itself for a single writer, and
// "<path>.part-<i>-of-<n>" for each of several.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/error.hpp"
#include "api/file_system.hpp"
#include "api/sink.hpp"

namespace weir {

class pending_file {
public:
  // Makes missing directories on the way to `path`. Errors: `path`, or where the part would go, is
  // a directory; the disk's.
  static result<pending_file> open(const sink_context& context, const std::string& path);

  // Gathers bytes and writes them in large pieces. After an error, only `abandon` is allowed.
  // REQUIRES: none of the functions below has been called.
  status append(std::string_view bytes);
  // Makes durable what was appended; nothing can be added any more.
  status prepare();
  // Gives the file its name. REQUIRES: `prepare` has succeeded.
  status commit();
  // Best effort: what cannot be removed keeps its unfinished name. Does nothing after a commit.
  void abandon();

private:
  pending_file(file_system& files, std::string pending_path, std::string final_path,
               std::unique_ptr<writable_file> file);

  status flush();

  file_system* files_;
  std::string pending_path_;
  std::string final_path_;
  std::unique_ptr<writable_file> file_;  // None: prepared or abandoned.
  std::string buffer_;
  bool is_prepared_ = false;
};

}  // namespace weir
