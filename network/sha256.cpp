// SPDX-License-Identifier: Apache-2.0
// The calls of OpenSSL behind network/sha256.hpp.
#include "network/sha256.hpp"

#include <algorithm>
#include <array>
#include <openssl/evp.h>

#include "api/error.hpp"

namespace weir {

struct sha256::context {
  context() { WEIR_ASSERT(state != nullptr && EVP_DigestInit_ex(state, EVP_sha256(), nullptr)); }
  context(const context&) = delete;
  context& operator=(const context&) = delete;
  ~context() { EVP_MD_CTX_free(state); }

  EVP_MD_CTX* state = EVP_MD_CTX_new();
};

sha256::sha256() : context_{std::make_unique<context>()} {}
sha256::sha256(sha256&&) noexcept = default;
sha256& sha256::operator=(sha256&&) noexcept = default;
sha256::~sha256() = default;

void sha256::update(std::string_view bytes) {
  WEIR_ASSERT(EVP_DigestUpdate(context_->state, bytes.data(), bytes.size()) == 1);
}

std::string sha256::finish() && {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  WEIR_ASSERT(EVP_DigestFinal_ex(context_->state, digest.data(), &size) == 1);
  std::string text;
  for (const auto byte : digest) {
    if (text.size() == std::size_t{size} * 2) break;
    text.push_back("0123456789abcdef"[byte >> 4U]);
    text.push_back("0123456789abcdef"[byte & 15U]);
  }
  return text;
}

bool is_sha256(std::string_view text) {
  return text.size() == sha256::digits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace weir
