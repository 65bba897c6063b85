// SPDX-License-Identifier: Apache-2.0
// Fork, exec and a pipe; see tests/benchmarks/child_process.hpp.
#include "tests/benchmarks/child_process.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace weir::benchmarks {

namespace {

constexpr const char* role_variable = "WEIR_BENCHMARK_ROLE";
constexpr const char* told_variable = "WEIR_BENCHMARK_TOLD";
constexpr const char* answer_variable = "WEIR_BENCHMARK_ANSWER";

std::map<std::string, child_role>& roles() {
  static std::map<std::string, child_role> known;
  return known;
}

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

}  // namespace

bool add_child_role(std::string name, child_role role) {
  return roles().emplace(std::move(name), std::move(role)).second;
}

std::optional<int> run_as_child() {
  const char* role = std::getenv(role_variable);
  if (role == nullptr) return std::nullopt;
  return roles().at(role)(std::getenv(told_variable), std::atoi(std::getenv(answer_variable)));
}

child_process::child_process(const std::string& role, const std::string& told) {
  int ends[2];
  if (pipe(ends) != 0) give_up("pipe");
  process_ = fork();
  if (process_ < 0) give_up("fork");
  if (process_ == 0) {
    close(ends[0]);
    setenv(role_variable, role.c_str(), 1);
    setenv(told_variable, told.c_str(), 1);
    setenv(answer_variable, std::to_string(ends[1]).c_str(), 1);
    execl("/proc/self/exe", "weir_benchmarks", nullptr);
    _exit(1);
  }
  close(ends[1]);
  answers_ = ends[0];
}

double child_process::answer() {
  double number = 0;
  if (read(answers_, &number, sizeof number) != sizeof number) {
    std::fprintf(stderr, "a child of the benchmark ended without an answer\n");
    std::exit(1);
  }
  return number;
}

void child_process::kill() {
  if (process_ == 0) return;
  ::kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  close(answers_);
  process_ = 0;
}

}  // namespace weir::benchmarks
