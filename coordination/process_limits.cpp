// SPDX-License-Identifier: Apache-2.0
// setrlimit, sched_setaffinity and control groups; see coordination/process_limits.hpp.
#include "coordination/process_limits.hpp"

#include <cerrno>
#include <cstring>
#include <sched.h>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace weir {

namespace {

error refused(const std::string& what) {
  return {error_code::io_failure, what + ": " + std::strerror(errno)};
}

status limit_memory(std::uint64_t bytes) {
  const rlimit limit{.rlim_cur = bytes, .rlim_max = bytes};
  if (::setrlimit(RLIMIT_DATA, &limit) == 0) return {};
  return refused("limit the memory of this process to " + std::to_string(bytes) +
                 " bytes (taskmanager.memory.process.size)");
}

result<std::vector<std::size_t>> usable_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
    return refused("ask which cores this process may use (taskmanager.cpu.cores)");
  }
  std::vector<std::size_t> usable;
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &allowed)) usable.push_back(core);
  }
  return usable;
}

status choose_cores(std::uint32_t cores) {
  const auto usable = usable_cores();
  if (!usable) return usable.failure();
  if (cores >= usable->size()) return {};
  cpu_set_t chosen;
  CPU_ZERO(&chosen);
  // So that processes of one host do not all take the same.
  const auto first = static_cast<std::size_t>(::getpid()) * cores;
  for (std::size_t i = 0; i < cores; ++i) CPU_SET((*usable)[(first + i) % usable->size()], &chosen);
  if (::sched_setaffinity(0, sizeof chosen, &chosen) == 0) return {};
  return refused("run this process on " + std::to_string(cores) + " cores (taskmanager.cpu.cores)");
}

}  // namespace

process_limits limits_of(const job_options& options) {
  return {.memory = options.process_memory, .cores = options.process_cores};
}

status limit_this_process(const process_limits& limits, const std::optional<control_group>& group) {
  if (limits.cores > 0) {
    auto limited = group ? group->limit_cores(limits.cores) : choose_cores(limits.cores);
    if (!limited) return limited;
  }
  if (limits.memory == 0) return {};
  if (group) {
    if (auto limited = group->limit_memory(limits.memory); !limited) return limited;
  }
  return limit_memory(limits.memory);
}

std::uint32_t threads_within(const process_limits& limits, std::uint32_t asked) {
  if (asked > 0 || limits.cores == 0) return asked;
  const auto usable = usable_cores();
  return usable && usable->size() < limits.cores ? asked : limits.cores;
}

}  // namespace weir
