// SPDX-License-Identifier: Apache-2.0
// Any bytes as a message between the processes of a job: refused, or one that has an encoding,
// which is what was read.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <caf/all.hpp>

#include "actors/job_message_codec.hpp"
#include "api/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const weir::job_message_codec codec;
  const auto message = codec.decode(input);
  if (!message) return 0;
  std::string again;
  WEIR_ASSERT(codec.encode(*message, again).ok());
  WEIR_ASSERT(again == input);
  return 0;
}
