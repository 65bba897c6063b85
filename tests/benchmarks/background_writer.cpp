// SPDX-License-Identifier: Apache-2.0
// Read, write, sleep; see tests/benchmarks/background_writer.hpp.
#include "tests/benchmarks/background_writer.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sstream>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace weir::benchmarks {

namespace {

constexpr std::size_t chunk = std::size_t{1} << 20;

struct orders {
  std::string directory;
  std::uint64_t read = 0;
  std::uint64_t written = 0;
};

// Of the memory at `from`, `read` bytes are looked at for each chunk, and the first are written.
void write_file(const std::string& path, const char* from, const orders& what) {
  const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) std::abort();
  constexpr std::size_t cache_line = 64;
  const auto step = std::max<std::uint64_t>(chunk, what.read / (what.written / chunk + 1));
  std::vector<char> buffer(chunk);
  volatile char seen = 0;
  for (std::uint64_t at = 0; at + step <= what.read; at += step) {
    std::copy_n(from + at, chunk, buffer.data());
    for (std::uint64_t i = chunk; i < step; i += cache_line) seen = from[at + i];
    if (write(file, buffer.data(), buffer.size()) < 0) std::abort();
  }
  static_cast<void>(seen);
  close(file);
}

int write_for_ever(const std::string& told, int answer) {
  orders what;
  std::istringstream{told} >> what.read >> what.written >> what.directory;
  auto* const memory =
      mmap(nullptr, what.read, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 1;
  madvise(memory, what.read, MADV_HUGEPAGE);
  std::fill_n(static_cast<char*>(memory), what.read, '\x7');
  const double ready = 1;
  if (write(answer, &ready, sizeof ready) < 0) return 1;
  auto next = std::chrono::steady_clock::now();
  for (std::uint64_t number = 0;; ++number) {
    const auto path = what.directory + "/";
    write_file(path + std::to_string(number), static_cast<const char*>(memory), what);
    if (number > 1) std::filesystem::remove(path + std::to_string(number - 2));
    next += std::chrono::seconds{1};
    std::this_thread::sleep_for(next - std::chrono::steady_clock::now());
  }
}

std::string made(const std::string& directory) {
  std::filesystem::create_directories(directory);
  return directory;
}

const bool added_role = add_child_role("background_writer", write_for_ever);

}  // namespace

background_writer::background_writer(const std::string& directory, std::uint64_t read,
                                     std::uint64_t written)
    : directory_{made(directory)},
      process_{"background_writer",
               std::to_string(read) + " " + std::to_string(written) + " " + directory} {
  process_.answer();
}

background_writer::~background_writer() {
  process_.kill();
  std::filesystem::remove_all(directory_);
}

}  // namespace weir::benchmarks
