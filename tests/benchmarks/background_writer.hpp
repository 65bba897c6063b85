// SPDX-License-Identifier: Apache-2.0
// A process that does, once a second, no more than what the writing of a checkpoint cannot do
// without: it reads the memory of a table once and writes a file, with plain calls of the system,
// no checksum and no sync. What it costs a job beside it, no design of checkpoints can save.
#pragma once

#include <cstdint>
#include <string>

#include "tests/benchmarks/child_process.hpp"

namespace weir::benchmarks {

class background_writer {
public:
  // Goes on until it is destroyed. Files of `written` bytes go to `directory`, of which the last
  // two stay, and the directory goes at the end. REQUIRES: written <= read.
  background_writer(const std::string& directory, std::uint64_t read, std::uint64_t written);
  background_writer(const background_writer&) = delete;
  background_writer& operator=(const background_writer&) = delete;
  ~background_writer();

private:
  std::string directory_;
  child_process process_;
};

}  // namespace weir::benchmarks
