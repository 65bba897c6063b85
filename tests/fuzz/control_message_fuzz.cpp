// SPDX-License-Identifier: Apache-2.0
// Any bytes as a control message, as a report of a job, as an order to it and as what a leader
// stores: refused, or what has an encoding, which is what was read.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "coordination/cluster/control_messages.hpp"
#include "coordination/cluster/drained_nodes.hpp"
#include "coordination/cluster/forgotten_jobs.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  if (const auto message = weir::decode_control(input)) {
    WEIR_ASSERT(weir::encode_control(*message) == input);
  }
  if (const auto report = weir::decode_report(input)) {
    WEIR_ASSERT(weir::encode_report(*report) == input);
  }
  if (const auto order = weir::decode_order(input)) {
    WEIR_ASSERT(weir::encode_order(*order) == input);
  }
  if (const auto record = weir::read_stored(input)) {
    WEIR_ASSERT(weir::stored_text(*record) == input);
  }
  if (const auto forgotten = weir::forgotten_jobs::read_stored(input)) {
    WEIR_ASSERT(forgotten->stored_text() == input);
  }
  if (const auto drained = weir::read_drained(input)) {
    WEIR_ASSERT(weir::stored_drained(*drained) == input);
  }
  return 0;
}
