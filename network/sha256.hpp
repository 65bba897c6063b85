// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) of bytes that come piece by piece: the name of what is stored by its
// content. The arithmetic is OpenSSL's; `sha256sum` of the same bytes says the same.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace weir {

class sha256 {
public:
  static constexpr std::size_t digits = 64;  // Of a digest in writing.

  sha256();
  sha256(sha256&&) noexcept;
  sha256& operator=(sha256&&) noexcept;
  ~sha256();

  void update(std::string_view bytes);
  // Of all bytes so far, in lower-case hexadecimal digits. Ends the computation.
  std::string finish() &&;

private:
  struct context;
  std::unique_ptr<context> context_;
};

// Whether it can be a digest in writing.
bool is_sha256(std::string_view text);

}  // namespace weir
