// SPDX-License-Identifier: Apache-2.0
// A line, a checksum and the names; see coordination/cluster/drained_nodes.hpp.
#include "coordination/cluster/drained_nodes.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "api/codec.hpp"
#include "coordination/cluster/stored_entry.hpp"

namespace weir {

namespace {

constexpr std::string_view nodes_line = "weir drained nodes 1\n";

}  // namespace

std::string stored_drained(const std::set<std::string>& nodes) {
  std::string names;
  codec<std::vector<std::string>>::encode({nodes.begin(), nodes.end()}, names);
  return to_stored_entry(nodes_line, names);
}

result<std::set<std::string>> read_drained(std::string_view text) {
  const auto wrong = [](const std::string& what) {
    return error{error_code::corrupt_data, "read which nodes are drained: " + what};
  };
  if (!text.starts_with(nodes_line)) return wrong("it is not of version 1");
  auto fields = stored_fields(text, nodes_line.size());
  if (!fields) return wrong(fields.failure().message);
  const auto names = codec<std::vector<std::string>>::decode(*fields);
  if (!names) return within("read which nodes are drained", names.failure());
  if (!fields->empty()) return wrong(std::to_string(fields->size()) + " bytes are left over");
  const bool is_ordered =
      std::adjacent_find(names->begin(), names->end(), std::greater_equal<>{}) == names->end();
  if (!is_ordered) return wrong("the names are not in order");
  return std::set<std::string>{names->begin(), names->end()};
}

}  // namespace weir
