// SPDX-License-Identifier: Apache-2.0
// The program `weir-state`, which `weir state` becomes: looks into a checkpoint, or changes it in a
// copy. Only takes the arguments apart; see coordination/state_command.hpp.
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/run.hpp"
#include "coordination/state_arguments.hpp"
#include "coordination/state_command.hpp"
#include "state/posix_file_system.hpp"
#include "state/rocksdb_store.hpp"

namespace {

void write_to(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
}

// Users know it by the name they have called.
int complain(int exit_status, const std::string& message) {
  write_to(stderr, "weir: " + message + "\n");
  return exit_status;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words{argv + std::min(argc, 1), argv + argc};
  const auto question = weir::parse_state_arguments(words);
  if (!question) return complain(weir::exit_usage, question.failure().message);
  weir::posix_file_system files;
  weir::rocksdb_stores stores{files};
  const weir::state_output output{
      [](std::string_view text) { write_to(stdout, text); },
      [](std::string_view line) { write_to(stderr, std::string{line} + "\n"); }};
  const auto answered = weir::answer(*question, files, stores, output);
  if (!answered) return complain(weir::exit_failed, answered.failure().message);
  if (std::fflush(stdout) != 0) return complain(weir::exit_failed, "cannot write the answer");
  return weir::exit_finished;
}
