// SPDX-License-Identifier: Apache-2.0
// Commas; see coordination/cluster/node_list.hpp.
#include "coordination/cluster/node_list.hpp"

#include <algorithm>
#include <set>

#include "network/endpoint_text.hpp"

namespace weir {

std::vector<std::string> nodes_in(std::string_view list) {
  std::vector<std::string> nodes;
  for (std::size_t from = 0; from <= list.size();) {
    const auto comma = std::min(list.find(',', from), list.size());
    nodes.emplace_back(list.substr(from, comma - from));
    from = comma + 1;
  }
  return nodes;
}

result<std::string> parse_node_list(std::string_view text) {
  std::string list;
  std::set<std::string> listed;
  for (const auto& each : nodes_in(text)) {
    const auto place = parse_endpoint(each);
    if (!place) return place.failure();
    auto node = to_string(*place);
    if (!listed.insert(node).second) continue;
    if (!list.empty()) list += ',';
    list += node;
  }
  return list;
}

}  // namespace weir
