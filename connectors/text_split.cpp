// SPDX-License-Identifier: Apache-2.0
// Finding the files and cutting them.
#include "connectors/text_split.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "connectors/wording.hpp"

namespace weir {

namespace {

constexpr std::uint64_t smallest_split = 64 * 1024;
constexpr std::uint64_t largest_split = 64 * 1024 * 1024;

struct found_file {
  std::string path;
  std::uint64_t size;
};

bool is_hidden(std::string_view name) {
  return name.starts_with('.') || name.starts_with('_') || name.ends_with(".in-progress");
}

result<std::vector<found_file>> files_in(file_system& files, const std::string& directory) {
  auto names = files.list(directory);
  if (!names) return names.failure();
  const std::string prefix = directory.ends_with('/') ? directory : directory + "/";
  std::vector<found_file> found;
  for (const auto& name : *names) {
    if (is_hidden(name)) continue;
    const auto file = files.stat(prefix + name);
    if (!file) return file.failure();
    if (file->what == file_status::kind::file) found.push_back({prefix + name, file->size});
  }
  if (found.empty()) {
    return error{error_code::not_found,
                 directory +
                     ": the directory has no file to read (names that begin with '.' or '_' or "
                     "end in .in-progress are passed over); put files into it or name another"};
  }
  return found;
}

result<std::vector<found_file>> files_at(file_system& files, const std::string& path) {
  const auto there = files.stat(path);
  if (!there) {
    if (there.failure().code != error_code::not_found) return there.failure();
    return error{error_code::not_found,
                 there.failure().message + "; name an existing file or directory"};
  }
  switch (there->what) {
    case file_status::kind::file:
      return std::vector{found_file{path, there->size}};
    case file_status::kind::directory:
      return files_in(files, path);
    case file_status::kind::other:
      break;
  }
  return error{error_code::invalid_argument,
               path + ": is neither a file nor a directory; name a regular file"};
}

std::uint64_t range_count(std::uint64_t size, std::uint64_t parallelism) {
  const auto at_most = std::max<std::uint64_t>(1, size / smallest_split);
  const auto needed = (size + largest_split - 1) / largest_split;
  return std::max({std::uint64_t{1}, needed, std::min(parallelism, at_most)});
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

source_split to_source_split(const text_split& split) {
  const auto end = split.end == text_split::open_end ? "" : std::to_string(split.end);
  return {split.path + "[" + std::to_string(split.begin) + "," + end + ")",
          split.next ? std::to_string(*split.next) : ""};
}

result<text_split> parse_text_split(const source_split& split) {
  const std::string_view id = split.id;
  const auto bracket = id.rfind('[');
  const auto comma = id.rfind(',');
  const bool has_shape =
      bracket != id.npos && comma != id.npos && bracket < comma && id.ends_with(')');
  const auto begin =
      has_shape ? parse_number(id.substr(bracket + 1, comma - bracket - 1)) : std::nullopt;
  const auto end_text = has_shape ? id.substr(comma + 1, id.size() - comma - 2) : id;
  const auto end = end_text.empty() ? text_split::open_end : parse_number(end_text);
  const auto next = parse_number(split.position);
  if (!begin || !end || (!next && !split.position.empty())) {
    return error{error_code::corrupt_data, "read the split " + in_quotes(split.id) + " at " +
                                               in_quotes(split.position) +
                                               ": not a range of a text file"};
  }
  return text_split{std::string{id.substr(0, bracket)}, *begin, *end, next};
}

result<std::vector<source_split>> discover_text_splits(const source_context& context,
                                                       const text_file_options& options) {
  const auto found = files_at(*context.files, options.path);
  if (!found) return found.failure();
  std::vector<source_split> splits;
  for (const auto& file : *found) {
    // An unreadable file must fail the job before a task starts, not in the middle of it.
    if (const auto readable = context.files->open_for_reading(file.path); !readable) {
      return readable.failure();
    }
    if (options.follow) {
      splits.push_back(to_source_split({file.path, 0, text_split::open_end, {}}));
      continue;
    }
    const auto count =
        options.has_multiline_quotes ? 1 : range_count(file.size, context.parallelism);
    // The first `rest` ranges are a byte longer, and no product can overflow.
    const auto length = file.size / count;
    const auto rest = file.size % count;
    std::uint64_t begin = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto end = begin + length + (i < rest ? 1 : 0);
      splits.push_back(to_source_split({file.path, begin, end, {}}));
      begin = end;
    }
  }
  return splits;
}

}  // namespace weir
