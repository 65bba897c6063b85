// SPDX-License-Identifier: Apache-2.0
// How it is mended that one side of a connection has TLS and the other has not: said by both.
#pragma once

#include <string_view>

namespace weir {

// The end of an error message.
inline constexpr std::string_view both_sides_or_neither =
    ": give --tls-cert, --tls-key and --tls-ca to the processes of both sides, or of neither";

}  // namespace weir
