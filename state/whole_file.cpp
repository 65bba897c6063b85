// SPDX-License-Identifier: Apache-2.0
// See state/whole_file.hpp.
#include "state/whole_file.hpp"

#include <algorithm>
#include <cstddef>

namespace weir {

namespace {

constexpr std::size_t piece = std::size_t{1} << 20;

}  // namespace

status write_whole_file(file_system& files, const std::string& path, std::string_view bytes) {
  auto file = files.create(path);
  if (!file) return file.failure();
  if (auto appended = (*file)->append(bytes); !appended) return appended;
  if (auto synced = (*file)->sync(); !synced) return synced;
  return (*file)->close();
}

result<std::string> read_whole_file(file_system& files, const std::string& path,
                                    std::uint64_t most) {
  auto file = files.open_for_reading(path);
  if (!file) return file.failure();
  const auto size = (*file)->size();
  if (!size) return size.failure();
  if (*size > most) {
    return error{error_code::corrupt_data, path + ": has " + std::to_string(*size) +
                                               " bytes, at most " + std::to_string(most) +
                                               " make sense"};
  }
  std::string bytes(*size, '\0');
  const auto count = (*file)->read_at(0, bytes);
  if (!count) return count.failure();
  bytes.resize(*count);
  return bytes;
}

status copy_whole_file(file_system& files, const std::string& from, const std::string& to,
                       std::uint64_t bytes) {
  auto source = files.open_for_reading(from);
  if (!source) return source.failure();
  auto target = files.create(to);
  if (!target) return target.failure();
  std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, piece)), '\0');
  for (std::uint64_t done = 0; done < bytes;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(bytes - done, piece));
    const auto read = (*source)->read_at(done, {buffer.data(), wanted});
    if (!read) return read.failure();
    if (*read == 0) {
      return error{error_code::corrupt_data, from + ": ends after " + std::to_string(done) +
                                                 " of " + std::to_string(bytes) + " bytes"};
    }
    auto appended = (*target)->append({buffer.data(), *read});
    if (!appended) return appended;
    done += *read;
  }
  if (auto synced = (*target)->sync(); !synced) return synced;
  return (*target)->close();
}

}  // namespace weir
