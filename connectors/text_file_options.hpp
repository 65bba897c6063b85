// SPDX-License-Identifier: Apache-2.0
// What a job can say about the text files it reads, whatever the format of their rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/time.hpp"
#include "connectors/malformed.hpp"

namespace weir {

struct text_file_options {
  std::string path;                      // A file, or a directory of files.
  std::uint64_t max_line = 1024 * 1024;  // Bytes, without the line ending.
  bool checks_utf8 = true;
  // A quoted field may contain line breaks; such a file cannot be read in ranges.
  bool has_multiline_quotes = false;
  // Set: the files grow, and are looked at this often once everything has been read.
  std::optional<duration> follow;
  malformed on_malformed = malformed::fail;
  malformed_handler handler;  // Replaces `on_malformed` when set.
};

}  // namespace weir
