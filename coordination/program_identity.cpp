// SPDX-License-Identifier: Apache-2.0
// Two checksums; see coordination/program_identity.hpp.
#include "coordination/program_identity.hpp"

#include <vector>

#include "api/crc32c.hpp"
#include "coordination/hexadecimal.hpp"
#include "coordination/plan_text.hpp"

namespace weir {

namespace {

result<std::uint32_t> checksum_of(file_system& files, const std::string& path) {
  constexpr std::size_t at_once = std::size_t{1} << 20;
  const auto file = files.open_for_reading(path);
  if (!file) return file.failure();
  std::vector<char> bytes(at_once);
  std::uint32_t sum = 0;
  for (std::uint64_t offset = 0;;) {
    const auto read = (*file)->read_at(offset, bytes);
    if (!read) return read.failure();
    sum = crc32c({bytes.data(), *read}, sum);
    if (*read < bytes.size()) return sum;
    offset += *read;
  }
}

}  // namespace

result<std::string> program_identity(file_system& files, const std::string& program,
                                     const execution_graph& graph) {
  const auto code = checksum_of(files, program);
  if (!code) return within("tell this program from others", code.failure());
  const auto plan = crc32c(plan_text(graph));
  return hexadecimal((std::uint64_t{*code} << 32U) | plan) +
         hexadecimal(fingerprint(graph.graph()));
}

}  // namespace weir
