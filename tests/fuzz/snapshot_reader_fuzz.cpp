// SPDX-License-Identifier: Apache-2.0
// Any bytes as a snapshot file: refused, or read without reaching beyond it.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/codec.hpp"
#include "api/crc32c.hpp"
#include "coordination/simulation/simulated_file_system.hpp"
#include "state/kept_stores.hpp"
#include "state/map_store.hpp"
#include "state/snapshot_reader.hpp"
#include "state/table_reader.hpp"

namespace {

const std::string path = "/c/chk-1000/fuzzed";
constexpr std::array<weir::file_format, 3> versions{
    {{"WEIRSNAP", "snapshot", 1}, {"WEIRSNAP", "snapshot", 2}, weir::snapshot_format}};

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

// With entries of key groups at both ends, and a key that is none.
std::string run_of_a_store() {
  weir::simulated_file_system disk;
  disk.put("/s/there", "");
  weir::map_store store{disk, "/s"};
  for (const std::string& key : {std::string(12, '\0') + "key", std::string(4, '\0') + "short",
                                 std::string(4, '\0') + std::string(8, '\xff')}) {
    WEIR_ASSERT(store.put(key, "value"));
  }
  const auto frozen = store.freeze();
  return disk.content_of(frozen->files()->front().path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const bool is_index = size > 0 && bytes[0] % 2 == 0;
  const auto& version = versions[size > 0 ? bytes[0] / 2 % versions.size() : 0];
  const bool is_old = version.newest != weir::snapshot_format.newest;
  if (is_index) input.remove_prefix(1);
  weir::simulated_file_system files;
  files.put("/c/chk-1/f", "what an earlier checkpoint has");
  static const auto run = run_of_a_store();
  files.put("/c/chk-1/1.run", run);
  files.put(path, is_index ? around_index(version, input) : std::string{input});
  const auto reader = weir::snapshot_reader::open(files, path);
  if (!reader) return 0;
  weir::map_stores stores{files};
  weir::kept_stores kept{stores, {"/scratch", 0}};
  for (const auto& of : reader->operators()) {
    for (const auto& table : of.tables) {
      for (std::size_t i = 0; i < table.blocks.size(); ++i) {
        const auto block = reader->read_block(of, table, i);
        if (!block) continue;
        WEIR_ASSERT(block->bytes.size() == table.blocks[i].length && !block->bytes.empty());
        WEIR_ASSERT(block->groups.begin < block->groups.end);
        WEIR_ASSERT(block->groups.end <= reader->about().max_parallelism);
      }
      weir::table_reader all{*reader, of, table, {0, reader->about().max_parallelism}, &kept};
      for (auto block = all.next(); block && *block; block = all.next()) {
        WEIR_ASSERT((**block).entries > 0 && !(**block).bytes.empty());
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
