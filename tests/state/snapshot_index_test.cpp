// SPDX-License-Identifier: Apache-2.0
// Indexes of each version become those of the newest.
#include "state/snapshot_index.hpp"

#include <gtest/gtest.h>

#include "tests/support/snapshot_content.hpp"

namespace weir {
namespace {

snapshot_index some_index() {
  return {some_header(),
          {{operator_id{1}, "counts (2/4)", {{"part", "x"}}, {}},
           {operator_id{2},
            "sums (2/4)",
            {},
            {{"t", counts_schema, {{16, 5, 7, {0, 1}, 2}, {100, 1, 8, {1, 128}, 3, 1}}}}}},
          {{checkpoint_id{5}, "task-1.attempt-1.snap", 1000}}};
}

snapshot_index index_with_store() {
  auto index = some_index();
  index.files.push_back({checkpoint_id{17}, "task-1.attempt-1.store-1.000012.sst", 500});
  index.operators[1].tables[0].stored = stored_range{std::string(4, '\0'), 9};
  index.operators[1].store_format = "rocksdb";
  index.operators[1].store = {{"000012.sst", 2}};
  return index;
}

TEST(SnapshotIndex, OfTheNewestVersionIsReadBack) {
  std::string bytes;
  codec<snapshot_index>::encode(index_with_store(), bytes);
  const auto read = decode_snapshot_index(3, bytes);
  ASSERT_TRUE(read) << read.failure().message;
  EXPECT_EQ(*read, index_with_store());
}

// Spelled out: the fields of version 2 in their order.
TEST(SnapshotIndex, OfVersion2HasNoStores) {
  std::string bytes;
  codec<snapshot_header>::encode(some_header(), bytes);
  codecs::encode_length(2, bytes);
  for (const auto& of : some_index().operators) {
    codec<operator_id>::encode(of.id, bytes);
    codec<std::string>::encode(of.name, bytes);
    codec<state_parts>::encode(of.parts, bytes);
    codecs::encode_length(of.tables.size(), bytes);
    for (const auto& table : of.tables) {
      codec<std::string>::encode(table.name, bytes);
      codec<table_schema>::encode(table.schema, bytes);
      codec<std::vector<block_entry>>::encode(table.blocks, bytes);
    }
  }
  codec<std::vector<shared_file>>::encode(some_index().files, bytes);
  const auto read = decode_snapshot_index(2, bytes);
  ASSERT_TRUE(read) << read.failure().message;
  EXPECT_EQ(*read, some_index());
}

// Spelled out: the fields of version 1 in their order.
TEST(SnapshotIndex, OfVersion1HasAllBlocksInItsOwnFile) {
  std::string bytes;
  codec<snapshot_header>::encode(some_header(), bytes);
  codecs::encode_length(1, bytes);
  codec<operator_id>::encode({2}, bytes);
  codec<std::string>::encode("sums (2/4)", bytes);
  codec<state_parts>::encode({{"part", "x"}}, bytes);
  codecs::encode_length(1, bytes);
  codec<std::string>::encode("t", bytes);
  codec<table_schema>::encode(counts_schema, bytes);
  codecs::encode_length(1, bytes);
  codec<std::tuple<std::uint64_t, std::uint32_t, std::uint32_t, key_group_range,
                   std::uint64_t>>::encode({16, 5, 7, {0, 1}, 2}, bytes);
  const auto read = decode_snapshot_index(1, bytes);
  ASSERT_TRUE(read) << read.failure().message;
  EXPECT_EQ(*read, (snapshot_index{some_header(),
                                   {{operator_id{2},
                                     "sums (2/4)",
                                     {{"part", "x"}},
                                     {{"t", counts_schema, {{16, 5, 7, {0, 1}, 2}}}}}}}));
}

TEST(SnapshotIndex, IsAllOfItsBytesInEachVersion) {
  std::string bytes;
  codec<snapshot_index>::encode(index_with_store(), bytes);
  const auto longer = decode_snapshot_index(3, bytes + "??");
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.failure().message, "2 bytes too many");
  for (const std::uint32_t version : {1U, 2U, 3U}) {
    EXPECT_FALSE(decode_snapshot_index(version, bytes.substr(0, bytes.size() - 1)));
    EXPECT_FALSE(decode_snapshot_index(version, ""));
  }
}

}  // namespace
}  // namespace weir
