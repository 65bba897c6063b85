// SPDX-License-Identifier: Apache-2.0
// Reads sources lexically: splits lines, blanks comments and literals, finds includes and bodies.
#include "tests/tidy/source_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <sstream>
#include <utility>

namespace weir::tidy {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Where the construct that starts at `at` ends, or `at` if no comment or literal starts there.
// `keep` is how much of it stays visible at either end, so that "" remains a literal.
struct opaque_span {
  std::size_t end = 0;
  std::size_t keep = 0;
};

opaque_span opaque_at(const std::string& text, std::size_t at) {
  const auto after = [&](std::string_view closing, std::size_t from) {
    const std::size_t found = text.find(closing, from);
    return found == std::string::npos ? text.size() : found + closing.size();
  };
  const auto starts = [&](std::string_view what) {
    return text.compare(at, what.size(), what) == 0;
  };
  if (starts("//")) return {std::min(text.find('\n', at), text.size()), 0};
  if (starts("/*")) return {after("*/", at + 2), 0};
  const bool in_word = at > 0 && is_word(text[at - 1]);
  if (starts("R\"") && !in_word) {
    const std::size_t open = std::min(text.find('(', at), text.size());
    return {after(")" + text.substr(at + 2, open - at - 2) + "\"", open), 0};
  }
  // An apostrophe inside a word separates digits.
  if (text[at] != '"' && (text[at] != '\'' || in_word)) return {at, 0};
  std::size_t end = at + 1;
  while (end < text.size() && text[end] != text[at] && text[end] != '\n') {
    end += text[end] == '\\' ? 2 : 1;
  }
  return {std::min(end + 1, text.size()), 1};
}

std::string without_comments_and_literals(std::string text) {
  for (std::size_t at = 0; at < text.size();) {
    const opaque_span span = opaque_at(text, at);
    if (span.end == at) {
      ++at;
      continue;
    }
    for (std::size_t i = at + span.keep; i + span.keep < span.end; ++i) {
      if (text[i] != '\n') text[i] = ' ';
    }
    at = span.end;
  }
  return text;
}

std::vector<include_line> includes_of(const std::vector<std::string>& lines,
                                      const std::vector<std::string>& code) {
  std::vector<include_line> found;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // The code tells that the directive is one, the line has the target.
    const std::size_t directive = code[i].find("#include");
    if (directive == std::string::npos) continue;
    const std::size_t open = lines[i].find_first_of("<\"", directive);
    if (open == std::string::npos) continue;
    const char closing = lines[i][open] == '<' ? '>' : '"';
    const std::size_t close = std::min(lines[i].find(closing, open + 1), lines[i].size());
    found.push_back({i + 1, lines[i].substr(open + 1, close - open - 1), closing == '"'});
  }
  return found;
}

// Walks over code brace by brace. `header_` is the text since the last statement ended; outside a
// function it decides what an opening brace opens.
class body_scanner {
public:
  std::vector<function_body> scan(const std::vector<std::string>& code) {
    bool continued = false;  // A directive's next line, after a backslash.
    for (std::size_t i = 0; i < code.size(); ++i) {
      const std::string& line = code[i];
      const std::size_t first = line.find_first_not_of(' ');
      const bool directive = continued || (first != std::string::npos && line[first] == '#');
      continued = directive && line.ends_with('\\');
      if (directive) continue;
      for (const char c : line) read(c, i + 1);
      read(' ', i + 1);
    }
    return std::move(found_);
  }

private:
  void read(char c, std::size_t line) {
    if (c == '{') {
      on_open(line);
    } else if (c == '}') {
      on_close(line);
    } else if (skipped_depth_ == 0 && function_depth_ == 0) {
      if (c == ';' && parentheses_ == 0) {
        header_.clear();
        return;
      }
      if (c == '(') ++parentheses_;
      if (c == ')') --parentheses_;
      header_.push_back(c);
    }
  }

  void on_open(std::size_t line) {
    if (function_depth_ > 0) {
      ++function_depth_;
    } else if (skipped_depth_ > 0 || parentheses_ > 0 || is_member_initialiser()) {
      ++skipped_depth_;
    } else if (has_parameters()) {
      function_depth_ = 1;
      found_.push_back({line, 0});
      header_.clear();
    } else {
      header_.clear();
    }
  }

  void on_close(std::size_t line) {
    if (skipped_depth_ > 0) {
      --skipped_depth_;
      header_.push_back('}');
    } else if (function_depth_ > 0) {
      if (--function_depth_ == 0) found_.back().lines = line - found_.back().first_line + 1;
    } else {
      header_.clear();
    }
  }

  // `: a_{1}, b_{2}`: a brace right after a name, somewhere after `) :`.
  bool is_member_initialiser() const {
    const std::size_t last = header_.find_last_not_of(' ');
    if (last == std::string::npos || (!is_word(header_[last]) && header_[last] != '>'))
      return false;
    std::size_t colon = header_.find(')');
    while (colon != std::string::npos && (colon = header_.find(':', colon)) != std::string::npos) {
      const bool scope = (colon + 1 < header_.size() && header_[colon + 1] == ':') ||
                         (colon > 0 && header_[colon - 1] == ':');
      if (!scope) return true;
      ++colon;
    }
    return false;
  }

  bool has_parameters() const {
    if (header_.find(')') == std::string::npos) return false;
    static constexpr std::array types{"class", "struct", "union", "enum", "namespace", "concept"};
    // A type's own word stands outside parentheses and template parameters.
    std::string outside;
    int depth = 0;
    for (const char c : header_) {
      if (c == '(' || c == '<') ++depth;
      if (depth == 0) outside.push_back(c);
      if ((c == ')' || c == '>') && depth > 0) --depth;
    }
    return std::none_of(types.begin(), types.end(), [&](std::string_view type) {
      return find_word(outside, type) != std::string_view::npos;
    });
  }

  std::vector<function_body> found_;
  std::string header_;
  int parentheses_ = 0;
  int skipped_depth_ = 0;   // Inside a braced initialiser outside any body.
  int function_depth_ = 0;  // Inside a body.
};

}  // namespace

source_file::source_file(std::string path, std::string text)
    : path_{std::move(path)}, lines_{split_lines(text)} {
  code_ = split_lines(without_comments_and_literals(std::move(text)));
  includes_ = includes_of(lines_, code_);
}

std::string_view source_file::folder() const {
  return std::string_view{path_}.substr(0, path_.find('/'));
}

std::string_view source_file::file_name() const {
  return std::string_view{path_}.substr(path_.rfind('/') + 1);
}

std::string_view source_file::stem() const { return file_name().substr(0, file_name().find('.')); }

std::vector<function_body> source_file::functions() const { return body_scanner{}.scan(code_); }

std::vector<source_file> read_sources(const std::filesystem::path& root,
                                      const std::vector<std::string>& folders) {
  std::vector<source_file> sources;
  for (const std::string& folder : folders) {
    if (!std::filesystem::exists(root / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{root / folder}) {
      const auto extension = entry.path().extension();
      if (extension != ".hpp" && extension != ".cpp") continue;
      std::ifstream in{entry.path(), std::ios::binary};
      std::ostringstream text;
      text << in.rdbuf();
      sources.emplace_back(entry.path().lexically_relative(root).generic_string(), text.str());
    }
  }
  std::sort(sources.begin(), sources.end(),
            [](const source_file& a, const source_file& b) { return a.path() < b.path(); });
  return sources;
}

std::size_t find_word(std::string_view text, std::string_view name, std::size_t from) {
  for (std::size_t at = text.find(name, from); at != std::string_view::npos;
       at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool begins = !is_word(name.front()) || at == 0 || !is_word(text[at - 1]);
    const bool ends = !is_word(name.back()) || end == text.size() || !is_word(text[end]);
    if (begins && ends) return at;
  }
  return std::string_view::npos;
}

bool matches(std::string_view path, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return path == pattern;
  if (path.substr(0, star) != pattern.substr(0, star)) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t at = star; at <= path.size(); ++at) {
    if (matches(path.substr(at), rest)) return true;
  }
  return false;
}

}  // namespace weir::tidy
