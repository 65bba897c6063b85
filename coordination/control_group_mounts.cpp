// SPDX-License-Identifier: Apache-2.0
// The lines of /proc; see coordination/control_group_mounts.hpp and man 5 proc.
#include "coordination/control_group_mounts.hpp"

#include <algorithm>
#include <vector>

namespace weir {

namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool has(std::string_view list, std::string_view word) {
  const auto words = split(list, ',');
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_octal(char each) { return each >= '0' && each <= '7'; }

// A blank in a path is \040 there.
std::string unescaped(std::string_view text) {
  std::string path;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digits = text.substr(i + 1, 3);
    if (text[i] == '\\' && digits.size() == 3 &&
        std::all_of(digits.begin(), digits.end(), is_octal)) {
      path += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + digits[2] - '0');
      i += 3;
    } else {
      path += text[i];
    }
  }
  return path;
}

struct mount {
  std::string top{};    // The path in the hierarchy of what is mounted.
  std::string point{};  // Where.
  std::string_view type{};
  std::string_view controllers{};  // Among other options.
};

// ID PARENT MAJOR:MINOR TOP POINT OPTIONS [TAG...] - TYPE SOURCE OPTIONS
std::optional<mount> read_mount(std::string_view line) {
  const auto words = split(line, ' ');
  const auto dash = std::find(words.begin(), words.end(), "-");
  if (dash - words.begin() < 6 || words.end() - dash < 4) return std::nullopt;
  return mount{unescaped(words[3]), unescaped(words[4]), dash[1], dash[3]};
}

// ID:CONTROLLERS:PATH, and 0::PATH of version 2. The path of the group with that controller.
std::optional<std::string_view> own_path(std::string_view groups, std::string_view controller) {
  for (const auto line : split(groups, '\n')) {
    const auto first = line.find(':');
    const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    const bool is_it = controller.empty() ? controllers.empty() : has(controllers, controller);
    if (is_it) return line.substr(second + 1);
  }
  return std::nullopt;
}

// A process that is in no group below what is mounted sees a path that leads out of it.
std::string own_directory(const mount& at, std::optional<std::string_view> path) {
  if (!path || path->starts_with("/..")) return "";
  if (*path == at.top) return at.point;
  const std::string below = at.top == "/" ? "/" : at.top + "/";
  return path->starts_with(below) ? at.point + "/" + std::string{path->substr(below.size())} : "";
}

}  // namespace

control_group_mounts read_control_group_mounts(std::string_view mountinfo,
                                               std::string_view groups) {
  control_group_mounts found;
  const auto take = [&](const mount& at, std::string_view controller,
                        std::optional<control_group_hierarchy>& into) {
    if (into) return;
    into = control_group_hierarchy{at.point, own_directory(at, own_path(groups, controller))};
  };
  for (const auto line : split(mountinfo, '\n')) {
    const auto at = read_mount(line);
    if (!at) continue;
    if (at->type == "cgroup2") take(*at, "", found.unified);
    if (at->type != "cgroup") continue;
    if (has(at->controllers, "memory")) take(*at, "memory", found.memory);
    if (has(at->controllers, "cpu")) take(*at, "cpu", found.cpu);
  }
  return found;
}

}  // namespace weir
