// SPDX-License-Identifier: Apache-2.0
// What stands in for a sink whose output nobody wants: takes records of any type, keeps nothing.
#pragma once

#include "api/operator.hpp"

namespace weir {

class dropping_operator final : public stream_operator {
public:
  void process(std::uint32_t, record_batch& batch) override { batch.clear(); }
};

}  // namespace weir
