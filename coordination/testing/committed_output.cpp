// SPDX-License-Identifier: Apache-2.0
// See coordination/testing/committed_output.hpp. Names of files: connectors/part_files.hpp.
#include "coordination/testing/committed_output.hpp"

#include <algorithm>
#include <optional>
#include <sstream>

namespace weir {

namespace {

struct committed_file {
  std::vector<std::string> lines;
};

std::vector<std::string> lines_of(const std::string& content) {
  std::vector<std::string> lines;
  std::istringstream stream{content};
  for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
  return lines;
}

bool is_under(const std::string& path, const std::string& directory) {
  return !directory.empty() && path.starts_with(directory + "/");
}

std::optional<std::string> common_header(const std::string& path,
                                         const std::vector<committed_file>& files) {
  if (!path.ends_with(".csv") || files.empty()) return std::nullopt;
  for (const auto& each : files) {
    if (each.lines.empty() || each.lines.front() != files.front().lines.front()) {
      return std::nullopt;
    }
  }
  return files.front().lines.front();
}

constexpr std::size_t most_told = 5;

}  // namespace

committed_output read_committed(const simulated_file_system& disk,
                                const std::vector<std::string>& ignored) {
  std::map<std::string, std::vector<committed_file>> files;
  for (const auto& path : disk.written_files()) {
    if (path.ends_with(".in-progress")) continue;
    if (std::any_of(ignored.begin(), ignored.end(),
                    [&](const std::string& each) { return is_under(path, each); })) {
      continue;
    }
    auto lines = lines_of(disk.content_of(path));
    if (!lines.empty()) files[path.substr(0, path.find(".part-"))].push_back({std::move(lines)});
  }
  committed_output output;
  for (const auto& [path, parts] : files) {
    const auto header = common_header(path, parts);
    auto& counts = output[path];
    for (const auto& part : parts) {
      for (const auto& line : part.lines) ++counts[line];
    }
    if (header) counts[*header] -= parts.size() - 1;
  }
  return output;
}

std::vector<std::string> committed_lines(const simulated_file_system& disk,
                                         const std::string& path) {
  std::vector<committed_file> parts;
  for (const auto& name : disk.written_files()) {
    if (name.ends_with(".in-progress") || name.substr(0, name.find(".part-")) != path) continue;
    if (auto lines = lines_of(disk.content_of(name)); !lines.empty()) {
      parts.push_back({std::move(lines)});
    }
  }
  const bool has_header = common_header(path, parts).has_value();
  std::vector<std::string> lines;
  for (auto& part : parts) {
    lines.insert(lines.end(), part.lines.begin() + (has_header ? 1 : 0), part.lines.end());
  }
  return lines;
}

lines_by_key ordered_by_key(const std::vector<std::string>& lines,
                            const std::function<std::string(std::string_view line)>& key) {
  lines_by_key sorted;
  for (const auto& each : lines) sorted[key(each)].push_back(each);
  return sorted;
}

std::string order_difference(const lines_by_key& found, const lines_by_key& expected) {
  for (const auto& [key, lines] : expected) {
    const auto there = found.find(key);
    if (there == found.end()) continue;
    const auto [is, should] =
        std::mismatch(there->second.begin(), there->second.end(), lines.begin(), lines.end());
    if (is == there->second.end() || should == lines.end()) continue;
    return "key " + key + ": line " + std::to_string(should - lines.begin() + 1) + " is " + *is +
           ", should be " + *should;
  }
  return {};
}

output_difference difference(const committed_output& found, const committed_output& expected) {
  output_difference differs;
  std::size_t told = 0;
  const auto tell = [&](const std::string& path, const std::string& line, std::uint64_t times,
                        std::uint64_t right) {
    if (times == right) return;
    (times < right ? differs.lost : differs.duplicated) +=
        times < right ? right - times : times - right;
    if (++told > most_told) return;
    differs.text += "\n  " + path + ": " + line + ": ";
    if (times == 0) {
      differs.text += "missing";
    } else if (right == 0) {
      differs.text += "should not be there";
    } else {
      differs.text += std::to_string(times) + " times, should be " + std::to_string(right);
    }
  };
  const auto times_in = [](const committed_output& in, const std::string& path,
                           const std::string& line) -> std::uint64_t {
    const auto lines = in.find(path);
    if (lines == in.end()) return 0;
    const auto counted = lines->second.find(line);
    return counted == lines->second.end() ? 0 : counted->second;
  };
  for (const auto& [path, lines] : expected) {
    for (const auto& [line, times] : lines) tell(path, line, times_in(found, path, line), times);
  }
  for (const auto& [path, lines] : found) {
    for (const auto& [line, times] : lines) {
      if (times_in(expected, path, line) == 0) tell(path, line, times, 0);
    }
  }
  if (told > 0) differs.text = std::to_string(told) + " lines differ:" + differs.text;
  return differs;
}

}  // namespace weir
