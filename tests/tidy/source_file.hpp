// SPDX-License-Identifier: Apache-2.0
// A source file as the tidy rules see it: its lines, its code without comments and literals, and
// what it includes. Reading is lexical: nothing here knows the grammar of C++ beyond comments,
// literals and braces.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace weir::tidy {

struct include_line {
  std::size_t line = 0;  // From 1.
  std::string target;    // What stands between the quotes or brackets.
  bool quoted = false;
};

struct function_body {
  std::size_t first_line = 0;  // The one with the opening brace, from 1.
  std::size_t lines = 0;       // Both braces' lines included.
};

class source_file {
public:
  // `path` is relative to the repository's root and uses '/'.
  source_file(std::string path, std::string text);

  const std::string& path() const { return path_; }
  const std::vector<std::string>& lines() const { return lines_; }

  // The lines with comments, literals' contents and nothing else replaced by spaces.
  const std::vector<std::string>& code() const { return code_; }

  const std::vector<include_line>& includes() const { return includes_; }

  std::string_view folder() const;     // "api" of "api/operators/map.hpp".
  std::string_view file_name() const;  // "map.hpp".
  std::string_view stem() const;       // "map".
  bool is_header() const { return path_.ends_with(".hpp"); }

  // The outermost function bodies, by a scan for braces. A body is a brace that follows a parameter
  // list; what it encloses (lambdas, local types) belongs to it. Macros that hide braces, and
  // functions without a parameter list in sight, are not understood.
  std::vector<function_body> functions() const;

private:
  std::string path_;
  std::vector<std::string> lines_;
  std::vector<std::string> code_;
  std::vector<include_line> includes_;
};

// Every *.hpp and *.cpp below the given folders of `root`, sorted by path.
std::vector<source_file> read_sources(const std::filesystem::path& root,
                                      const std::vector<std::string>& folders);

// Whether `name` stands in `text` as a whole word, and where: npos if not. A word's neighbours are
// not letters, digits or underscores; ends of `name` that are no word characters need no boundary.
std::size_t find_word(std::string_view text, std::string_view name, std::size_t from = 0);

// Whether `path` matches `pattern`, in which '*' stands for anything, '/' included.
bool matches(std::string_view path, std::string_view pattern);

}  // namespace weir::tidy
