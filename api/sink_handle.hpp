// SPDX-License-Identifier: Apache-2.0
// What can still be said about a stream that has ended in a sink.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "api/loose_ends.hpp"

namespace weir {

class sink_handle {
public:
  explicit sink_handle(loose_ends sink) : sink_{std::move(sink)} {}

  sink_handle name(std::string name) const {
    sink_.producer("name").name = std::move(name);
    return *this;
  }
  sink_handle uid(std::string uid) const {
    sink_.producer("uid").uid = std::move(uid);
    return *this;
  }
  sink_handle parallelism(std::uint32_t subtasks) const {
    sink_.producer("parallelism").parallelism = subtasks;
    return *this;
  }

private:
  loose_ends sink_;
};

}  // namespace weir
