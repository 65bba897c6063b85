// SPDX-License-Identifier: Apache-2.0
// Any bytes as a manifest: refused, or the one encoding of what was read; and then its files are
// looked for in its directory only.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/codec.hpp"
#include "api/crc32c.hpp"
#include "coordination/simulation/simulated_file_system.hpp"
#include "state/checkpoint_directory.hpp"
#include "state/checkpoint_manifest.hpp"

namespace {

// A manifest that nobody vouches for but its checksum: else only checksums were fuzzed.
std::string around_body(std::string_view body) {
  std::string bytes = weir::encode_format_header(weir::manifest_format);
  weir::codecs::encode_length(body.size(), bytes);
  weir::codec<std::uint32_t>::encode(weir::crc32c(body), bytes);
  return bytes.append(body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const bool is_body = size > 0 && bytes[0] % 2 == 0;
  if (is_body) input.remove_prefix(1);
  const std::string encoded = is_body ? around_body(input) : std::string{input};

  const auto manifest = weir::decode_manifest(encoded);
  constexpr std::size_t version_at = 8;
  if (manifest && encoded[version_at] == 2) {
    WEIR_ASSERT(weir::encode_manifest(*manifest) == encoded);
  }

  weir::simulated_file_system files;
  files.put("/state/chk-1/manifest", encoded);
  const weir::checkpoint_directory directory{files, "/state"};
  const auto found = directory.at("/state/chk-1");
  if (found) WEIR_ASSERT(manifest && found->manifest.files.empty());
  if (manifest && manifest->files.empty() && manifest->shared.empty()) WEIR_ASSERT(found.ok());
  return 0;
}
