// SPDX-License-Identifier: Apache-2.0
// The calls of OpenSSL behind network/cluster_secret.hpp.
#include "network/cluster_secret.hpp"

#include <array>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <utility>

namespace weir {

result<cluster_secret> cluster_secret::make(std::string secret) {
  if (secret.size() < shortest) {
    return error{error_code::invalid_argument,
                 "take a cluster secret of " + std::to_string(secret.size()) +
                     " bytes: it needs at least " + std::to_string(shortest) +
                     "; `openssl rand -hex 32` makes a good one"};
  }
  return cluster_secret{std::move(secret)};
}

std::string cluster_secret::prove(std::string_view statement) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const auto* made = HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
                          reinterpret_cast<const unsigned char*>(statement.data()),
                          statement.size(), digest.data(), &size);
  WEIR_ASSERT(made != nullptr);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

bool cluster_secret::is_proof(std::string_view proof, std::string_view statement) const {
  const auto expected = prove(statement);
  return proof.size() == expected.size() &&
         CRYPTO_memcmp(proof.data(), expected.data(), expected.size()) == 0;
}

std::string fresh_challenge() {
  std::array<unsigned char, challenge_size> bytes{};
  WEIR_ASSERT(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace weir
