// SPDX-License-Identifier: Apache-2.0
// A line, a checksum and the names; see coordination/cluster/drained_nodes.hpp.
#include "coordination/cluster/drained_nodes.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "api/codec.hpp"
#include "api/crc32c.hpp"

namespace weir {

namespace {

constexpr std::string_view first_line = "weir drained nodes 1\n";

}  // namespace

std::string stored_drained(const std::set<std::string>& nodes) {
  std::string names;
  codec<std::vector<std::string>>::encode({nodes.begin(), nodes.end()}, names);
  std::string text{first_line};
  codec<std::uint32_t>::encode(crc32c(names), text);
  return text + names;
}

result<std::set<std::string>> read_drained(std::string_view text) {
  const auto wrong = [](const std::string& what) {
    return error{error_code::corrupt_data, "read which nodes are drained: " + what};
  };
  if (!text.starts_with(first_line)) return wrong("it is not of version 1");
  text.remove_prefix(first_line.size());
  const auto sum = codec<std::uint32_t>::decode(text);
  if (!sum || *sum != crc32c(text)) return wrong("checksum mismatch");
  const auto names = codec<std::vector<std::string>>::decode(text);
  if (!names) return within("read which nodes are drained", names.failure());
  if (!text.empty()) return wrong(std::to_string(text.size()) + " bytes are left over");
  const bool is_ordered =
      std::adjacent_find(names->begin(), names->end(), std::greater_equal<>{}) == names->end();
  if (!is_ordered) return wrong("the names are not in order");
  return std::set<std::string>{names->begin(), names->end()};
}

}  // namespace weir
