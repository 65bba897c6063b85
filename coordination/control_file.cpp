// SPDX-License-Identifier: Apache-2.0
// open, read and write; see coordination/control_file.hpp.
#include "coordination/control_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace weir {

namespace {

constexpr std::size_t most_bytes = std::size_t{16} << 20;

error_code code_of(int why) {
  switch (why) {
    case ENOENT:
      return error_code::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return error_code::permission_denied;
    case EBUSY:
    case EEXIST:
    case EWOULDBLOCK:
      return error_code::in_use;
    case EINVAL:
      return error_code::invalid_argument;
    default:
      return error_code::io_failure;
  }
}

}  // namespace

error control_failure(const std::string& activity, int why) {
  return {code_of(why), activity + ": " + std::strerror(why)};
}

result<std::string> read_control_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return control_failure("read " + path, errno);
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    const auto count = ::read(file, part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    const int why = count < 0 ? errno : text.size() > most_bytes ? EFBIG : 0;
    if (count <= 0 || why != 0) {
      ::close(file);
      if (why != 0) return control_failure("read " + path, why);
      return text;
    }
    text.append(part.data(), static_cast<std::size_t>(count));
  }
}

status write_control_file(const std::string& path, std::string_view text) {
  const auto activity = "write '" + std::string{text} + "' to " + path;
  const int file = ::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  if (file < 0) return control_failure(activity, errno);
  const bool is_written = ::write(file, text.data(), text.size()) >= 0;
  const int why = errno;
  ::close(file);
  if (!is_written) return control_failure(activity, why);
  return {};
}

std::optional<std::uint64_t> control_number(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    if (!line.starts_with(name) || line.substr(name.size(), 1) != " ") continue;
    std::uint64_t number = 0;
    const auto digits = line.substr(name.size() + 1);
    const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (wrong != std::errc{}) return std::nullopt;
    return number;
  }
  return std::nullopt;
}

}  // namespace weir
