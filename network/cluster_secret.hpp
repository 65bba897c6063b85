// SPDX-License-Identifier: Apache-2.0
// What all processes of a cluster know and nobody else, and proofs of knowing it: HMAC-SHA-256 (RFC
// 2104). All cryptography is OpenSSL's; this is its one door.
//
// A proof shows who opened a connection. It does not hide or protect what the connection carries: a
// network that others can write to needs TLS.
#pragma once

#include <string>
#include <string_view>

#include "api/error.hpp"

namespace weir {

class cluster_secret {
public:
  static constexpr std::size_t shortest = 16;  // Bytes.

  // Fails if the secret is too short to be one.
  static result<cluster_secret> make(std::string secret);

  // 32 bytes that only somebody with the secret can say about `statement`.
  std::string prove(std::string_view statement) const;
  // Whether `proof` is that; takes as long for a wrong proof as for the right one.
  bool is_proof(std::string_view proof, std::string_view statement) const;

private:
  explicit cluster_secret(std::string secret) : secret_{std::move(secret)} {}

  std::string secret_;
};

inline constexpr std::size_t challenge_size = 32;

// Bytes that nobody can foretell, from the system's source of them.
std::string fresh_challenge();

}  // namespace weir
