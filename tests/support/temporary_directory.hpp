// SPDX-License-Identifier: Apache-2.0
// A directory of its own for each test, gone when the test ends.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdlib.h>  // NOLINT: mkdtemp is POSIX, not in <cstdlib>.
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "api/error.hpp"

namespace weir {

class temporary_directory {
public:
  temporary_directory()
      : path_{(std::filesystem::temp_directory_path() / "weir-test-XXXXXX").string()} {
    WEIR_ASSERT(::mkdtemp(path_.data()) != nullptr);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  // The path of something inside: not created.
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string{name}; }

  // Writes a file and returns its path. Missing directories in `name` are made.
  std::string write(std::string_view name, std::string_view content) const {
    const auto path = *this / name;
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
    std::ofstream file{path, std::ios::binary};
    file << content;
    file.close();
    WEIR_ASSERT(file.good());
    return path;
  }
  // The bytes of a file. REQUIRES: it exists.
  std::string read(std::string_view name) const {
    const std::ifstream file{*this / name, std::ios::binary};
    WEIR_ASSERT(file.good());
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
  }
  bool has(std::string_view name) const { return std::filesystem::exists(*this / name); }
  // The names of all entries, sorted.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{path_}) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

private:
  std::string path_;
};

}  // namespace weir
