// SPDX-License-Identifier: Apache-2.0
// The tidy rules, each over the lexical view of a source and the tables of exceptions.
#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <sstream>
#include <string_view>

#include "tests/tidy/tables.hpp"

namespace weir::tidy {
namespace {

constexpr std::size_t nowhere = std::string_view::npos;

bool matches_any(std::string_view path, const patterns& allowed) {
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](std::string_view pattern) { return matches(path, pattern); });
}

std::string at(const source_file& file, std::size_t line, const std::string& what) {
  return file.path() + ":" + std::to_string(line) + ": " + what;
}

std::string quote(std::string_view text) { return "'" + std::string{text} + "'"; }

// <weir/api/time.hpp> is how a user writes "api/time.hpp". Empty: not one of our files.
std::string own_path_of(const include_line& include) {
  constexpr std::string_view prefix = "weir/";
  if (include.quoted) return include.target;
  return include.target.starts_with(prefix) ? include.target.substr(prefix.size()) : "";
}

const folder_order* order_of(std::string_view folder) {
  const auto found =
      std::find_if(include_order.begin(), include_order.end(),
                   [&](const folder_order& order) { return order.folder == folder; });
  return found == include_order.end() ? nullptr : &*found;
}

const library_door* door_of(const include_line& include) {
  const auto found = std::find_if(
      library_doors.begin(), library_doors.end(),
      [&](const library_door& door) { return include.target.starts_with(door.prefix); });
  return found == library_doors.end() ? nullptr : &*found;
}

// Code points, so that a dash or a sigma counts as the one column it takes.
std::size_t columns_of(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

// A '*' in `call` stands for the rest of an identifier.
bool calls(std::string_view code, std::string_view call) {
  const std::size_t star = call.find('*');
  if (star == nowhere) return find_word(code, call) != nowhere;
  const std::string_view before = call.substr(0, star);
  const std::string_view after = call.substr(star + 1);
  for (std::size_t begin = code.find(before); begin != nowhere;
       begin = code.find(before, begin + 1)) {
    std::size_t end = begin + before.size();
    while (end < code.size() &&
           (std::isalnum(static_cast<unsigned char>(code[end])) != 0 || code[end] == '_')) {
      ++end;
    }
    if (code.substr(begin, end - begin).ends_with(after)) return true;
  }
  return false;
}

}  // namespace

violations includes_point_down(const source_file& file) {
  violations found;
  const folder_order* order = order_of(file.folder());
  if (order == nullptr) return {at(file, 1, "no folder of the layout")};
  for (const include_line& include : file.includes()) {
    const std::string target = own_path_of(include);
    if (target.empty()) continue;
    const std::string folder = target.substr(0, target.find('/'));
    if (order_of(folder) == nullptr || folder == target) {
      found.push_back(at(file, include.line, "includes start at the root: " + quote(target)));
    } else if (folder != file.folder() && !matches_any(target, order->may_include)) {
      found.push_back(at(file, include.line,
                         std::string{file.folder()} + "/ may not include " + quote(target)));
    }
  }
  return found;
}

violations own_header_comes_first(const source_file& file) {
  if (file.is_header()) {
    const bool once = std::any_of(file.code().begin(), file.code().end(),
                                  [](const std::string& line) { return line == "#pragma once"; });
    return once ? violations{} : violations{at(file, 1, "a header needs #pragma once")};
  }
  const std::string own = file.path().substr(0, file.path().rfind('.')) + ".hpp";
  const auto& includes = file.includes();
  for (std::size_t i = 1; i < includes.size(); ++i) {
    if (includes[i].target == own) {
      return {at(file, includes[i].line, "its own header comes first: that proves it complete")};
    }
  }
  return {};
}

violations libraries_stay_behind_their_doors(const source_file& file) {
  violations found;
  for (const include_line& include : file.includes()) {
    const library_door* door = door_of(include);
    if (door == nullptr || matches_any(file.path(), door->allowed)) continue;
    found.push_back(
        at(file, include.line, quote(include.target) + " is not behind its library's door"));
  }
  return found;
}

violations sizes_stay_readable(const source_file& file) {
  violations found;
  const auto report = [&](std::size_t line, const std::string& what, std::size_t is,
                          std::size_t limit) {
    if (is <= limit) return;
    found.push_back(
        at(file, line, what + " of " + std::to_string(is) + ", limit " + std::to_string(limit)));
  };
  report(1, "file, in lines,", file.lines().size(), longest_file);
  for (std::size_t i = 0; i < file.lines().size(); ++i) {
    report(i + 1, "line, in columns,", columns_of(file.lines()[i]), longest_line);
  }
  for (const function_body& body : file.functions()) {
    report(body.first_line, "function, in lines,", body.lines, longest_function);
  }
  return found;
}

violations file_opens_with_licence_and_purpose(const source_file& file) {
  constexpr std::string_view licence = "// SPDX-License-Identifier: Apache-2.0";
  std::vector<std::string> lines = file.lines();
  // A test of a compile error may open with what the compiler must say.
  if (matches(file.path(), "tests/compile_errors/*")) {
    std::erase_if(lines, [](const std::string& line) { return line.starts_with("// expect: "); });
  }
  if (lines.empty() || lines[0] != licence) {
    return {at(file, 1, "the first line must be " + quote(licence))};
  }
  const bool purpose = lines.size() > 1 && lines[1].starts_with("// ") && lines[1].size() > 10;
  if (!purpose) return {at(file, 2, "the second line must begin to say what this file is")};
  return {};
}

violations world_enters_by_named_places(const source_file& file) {
  violations found;
  for (const forbidden_call& forbidden : forbidden_calls) {
    if (!matches_any(file.path(), forbidden.scope)) continue;
    if (matches_any(file.path(), forbidden.allowed)) continue;
    for (std::size_t i = 0; i < file.code().size(); ++i) {
      if (calls(file.code()[i], forbidden.call)) {
        found.push_back(at(file, i + 1, quote(forbidden.call) + " outside its named places"));
      }
    }
  }
  return found;
}

violations exceptions_end_in_named_places(const source_file& file) {
  violations found;
  if (matches_any(file.path(), places_that_catch)) return found;
  for (std::size_t i = 0; i < file.code().size(); ++i) {
    if (find_word(file.code()[i], "catch") != nowhere) {
      found.push_back(at(file, i + 1, "catches outside the named places"));
    }
  }
  return found;
}

violations file_name_says_something(const source_file& file) {
  violations found;
  std::istringstream words{std::string{file.stem()}};
  for (std::string word; std::getline(words, word, '_');) {
    if (std::find(empty_words.begin(), empty_words.end(), word) != empty_words.end()) {
      found.push_back(at(file, 1, quote(word) + " says nothing about what a file holds"));
    }
    if (word == "manager" && !matches_any(file.path(), managers)) {
      found.push_back(at(file, 1, "'manager' is for job managers and task managers only"));
    }
  }
  return found;
}

violations nothing_is_left_for_later(const source_file& file) {
  // Spelled apart, so that this file keeps its own rule.
  static const std::vector<std::string> marks{
      "TO"
      "DO",
      "FIX"
      "ME",
      "XX"
      "X",
      "HA"
      "CK"};
  violations found;
  for (std::size_t i = 0; i < file.lines().size(); ++i) {
    for (const std::string& mark : marks) {
      if (find_word(file.lines()[i], mark) == nowhere) continue;
      found.push_back(at(file, i + 1, mark + ": finish it, or write an issue"));
    }
  }
  return found;
}

violations user_headers_reach_no_library(const std::vector<source_file>& tree) {
  std::map<std::string_view, const source_file*> by_path;
  for (const source_file& file : tree) by_path.emplace(file.path(), &file);

  violations found;
  std::set<std::string> seen;
  std::vector<const source_file*> open;
  for (const source_file& file : tree) {
    if (matches_any(file.path(), user_headers)) open.push_back(&file);
  }
  while (!open.empty()) {
    const source_file& file = *open.back();
    open.pop_back();
    if (!seen.insert(file.path()).second) continue;
    for (const include_line& include : file.includes()) {
      if (door_of(include) != nullptr) {
        found.push_back(at(file, include.line, "a user's header reaches " + quote(include.target)));
      }
      const auto next = by_path.find(own_path_of(include));
      if (next != by_path.end()) open.push_back(next->second);
    }
  }
  return found;
}

violations every_source_has_a_test(const std::vector<source_file>& tree,
                                   bool (*exists)(std::string_view path)) {
  std::set<std::string> tested;
  for (const source_file& file : tree) {
    if (file.folder() == "tests" && file.stem().ends_with("_test")) {
      tested.emplace(file.stem());
    }
  }
  violations found;
  for (const source_file& file : tree) {
    const bool engine_source =
        !file.is_header() && std::find(engine_folders.begin(), engine_folders.end(),
                                       file.folder()) != engine_folders.end();
    const std::string test = std::string{file.stem()} + "_test";
    if (!engine_source || tested.contains(test)) continue;
    const bool covered =
        std::any_of(covered_elsewhere.begin(), covered_elsewhere.end(), [&](const coverage& other) {
          return matches(file.path(), other.source) && exists(other.covered_by);
        });
    if (!covered) found.push_back(at(file, 1, "has no " + test + ".cpp under tests/"));
  }
  return found;
}

}  // namespace weir::tidy
