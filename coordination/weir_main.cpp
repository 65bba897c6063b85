// SPDX-License-Identifier: Apache-2.0
// The program `weir`: what can be done about jobs without their programs. Only takes the arguments
// apart; kept out of the library, where its main would be found before that of a user.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/run.hpp"
#include "coordination/state_arguments.hpp"
#include "coordination/state_command.hpp"
#include "coordination/suggestion.hpp"
#include "coordination/version.hpp"
#include "state/posix_file_system.hpp"
#include "state/rocksdb_store.hpp"

namespace {

constexpr std::string_view usage =
    "Usage: weir COMMAND\n\n"
    "Commands:\n"
    "  state        look into a checkpoint, or change it in a copy; see weir state --help\n"
    "  --version    show the version and stop\n"
    "  --help       show this text and stop\n";

constexpr std::array<std::string_view, 3> commands{"state", "--version", "--help"};

void write_to(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
}

int complain(int exit_status, const std::string& message) {
  write_to(stderr, "weir: " + message + "\n");
  return exit_status;
}

int run_state(const std::vector<std::string>& words) {
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

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words{argv + std::min(argc, 1), argv + argc};
  if (words.empty()) {
    write_to(stderr, usage);
    return weir::exit_usage;
  }
  if (words[0] == "state") return run_state({words.begin() + 1, words.end()});
  if (words[0] == "--help" || words[0] == "-h") {
    write_to(stdout, usage);
    return weir::exit_finished;
  }
  if (words[0] == "--version") {
    write_to(stdout, "weir " + std::string{weir::version} + "\n");
    return weir::exit_finished;
  }
  const std::string meant = weir::did_you_mean(words[0], commands);
  return complain(weir::exit_usage, "unknown command " + words[0] + (meant.empty() ? "." : meant) +
                                        " See weir --help");
}
