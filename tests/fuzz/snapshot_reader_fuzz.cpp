// SPDX-License-Identifier: Apache-2.0
// Any bytes as a snapshot file: refused, or read without reaching beyond it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/codec.hpp"
#include "coordination/simulation/simulated_file_system.hpp"
#include "state/crc32c.hpp"
#include "state/snapshot_reader.hpp"

namespace {

const std::string path = "/c/chk-1000/fuzzed";
constexpr weir::file_format version_1{"WEIRSNAP", "snapshot", 1};

// A file with an index that nobody vouches for but its checksum: else only checksums were fuzzed.
std::string around_index(const weir::file_format& format, std::string_view index) {
  std::string file = weir::encode_format_header(format);
  file += "some bytes of blocks";
  const weir::index_entry place{file.size(), index.size(), weir::crc32c(index)};
  file += index;
  std::string trailer;
  weir::codec<weir::index_entry>::encode(place, trailer);
  weir::codec<std::uint32_t>::encode(weir::crc32c(trailer), trailer);
  return file + trailer + std::string{weir::snapshot_closing_magic};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const bool is_index = size > 0 && bytes[0] % 2 == 0;
  const bool is_old = size > 0 && bytes[0] % 4 == 0;
  if (is_index) input.remove_prefix(1);
  weir::simulated_file_system files;
  files.put("/c/chk-1/f", "what an earlier checkpoint has");
  files.put(path, is_index ? around_index(is_old ? version_1 : weir::snapshot_format, input)
                           : std::string{input});
  const auto reader = weir::snapshot_reader::open(files, path);
  if (!reader) return 0;
  for (const auto& of : reader->operators()) {
    for (const auto& table : of.tables) {
      for (std::size_t i = 0; i < table.blocks.size(); ++i) {
        const auto block = reader->read_block(of, table, i);
        if (!block) continue;
        WEIR_ASSERT(block->bytes.size() == table.blocks[i].length && !block->bytes.empty());
        WEIR_ASSERT(block->groups.begin < block->groups.end);
        WEIR_ASSERT(block->groups.end <= reader->about().max_parallelism);
      }
    }
  }
  if (!is_index || is_old) return 0;
  // There is one encoding of every index.
  std::string again;
  weir::codec<weir::snapshot_index>::encode(
      {reader->about(), reader->operators(), reader->shared()}, again);
  WEIR_ASSERT(again == input);
  return 0;
}
