// SPDX-License-Identifier: Apache-2.0
// Endpoints as people write them: "10.0.0.7:6123", "[::1]:6123".
#pragma once

#include <string>
#include <string_view>

#include "network/tcp_socket.hpp"

namespace weir {

// The host must be a numeric address; "localhost" is taken for 127.0.0.1.
result<endpoint> parse_endpoint(std::string_view text);

// "0.0.0.0" and "::": one can listen there, but nobody can dial it.
bool is_any_address(const endpoint& where);

// Whether only this host can reach it.
bool is_loopback(const endpoint& where);

}  // namespace weir
