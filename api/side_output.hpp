// SPDX-License-Identifier: Apache-2.0
// Side outputs: a second stream out of one operator, known by a name and a type.
//
//   const side_output<flight> late{"late"};
//   auto counts = flights.key_by(&flight::origin).window(tumbling(1h)).late_output(late)...;
//   counts.side_output(late).sink(print());
//
// Records for a side output that nobody asked for are dropped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>
#include <vector>

namespace weir {

// The tag of a side output: where an operator writes and where its readers subscribe.
template <class T>
class side_output {
public:
  using value_type = T;

  explicit side_output(std::string name) : name_{std::move(name)} {}
  const std::string& name() const { return name_; }

private:
  std::string name_;
};

// The side outputs of one node of a job graph, by name. Grows while the graph is being built, then
// only read, by every operator made for the node.
struct side_output_ports {
  struct port {
    std::string name;
    std::type_index type;
    std::uint32_t number;
  };

  std::vector<port> ports;
  // False when the operator writes to the ports above and to no others.
  bool accepts_more = true;

  const port* find(std::string_view name) const {
    for (const port& known : ports) {
      if (known.name == name) return &known;
    }
    return nullptr;
  }
};

}  // namespace weir
