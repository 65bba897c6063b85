// SPDX-License-Identifier: Apache-2.0
// The messages of a job's actors as bytes: one byte that says which, and its fields.
//
// Only processes of the same program exchange them, which the transport makes sure of. So the
// encoding is that of codecs (api/codec.hpp), without names or versions, and may change with the
// program; nothing is kept in it.
#pragma once

#include "network/message_codec.hpp"

namespace weir {

class job_message_codec final : public message_codec {
public:
  // Fails for what an actor sends only to itself or its parent, and for records that are not
  // encoded yet: network/output_channel.hpp does that.
  [[nodiscard]] status encode(const caf::message& message, std::string& out) const override;
  [[nodiscard]] result<caf::message> decode(std::string_view bytes) const override;
};

}  // namespace weir
