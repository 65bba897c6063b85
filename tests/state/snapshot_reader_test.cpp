// SPDX-License-Identifier: Apache-2.0
// Whatever happened to a snapshot file, the reader gives what was written or says what is wrong.
#include "state/snapshot_reader.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "api/codec.hpp"
#include "api/crc32c.hpp"
#include "coordination/simulation/simulated_file_system.hpp"
#include "tests/support/random_numbers.hpp"
#include "tests/support/snapshot_content.hpp"

namespace weir {
namespace {

const std::string path = "/state/chk-17/1.snap";
const std::string advice =
    ": the file was damaged after it was written; restore from another checkpoint";

class SnapshotReader : public testing::Test {
protected:
  SnapshotReader() {
    write_snapshot(files, path, some_header(), some_content());
    bytes = files.content_of(path);
  }

  std::string message_of(std::string content) {
    files.put(path, std::move(content));
    const auto read = read_snapshot(files, path);
    EXPECT_FALSE(read.ok());
    if (read) return "";
    EXPECT_EQ(read.failure().code, error_code::corrupt_data);
    return read.failure().message;
  }

  std::string flipped(std::size_t byte, int mask = 1) const {
    auto other = bytes;
    other[byte] = static_cast<char>(other[byte] ^ mask);
    return other;
  }

  // A file whose checksums are right, whatever its index says.
  static std::string with_index(const std::string& index, const std::string& blocks = {}) {
    auto content = encode_format_header(snapshot_format) + blocks;
    const std::uint64_t offset = content.size();
    content += index;
    std::string trailer;
    codec<index_entry>::encode({offset, index.size(), crc32c(index)}, trailer);
    codec<std::uint32_t>::encode(crc32c(trailer), trailer);
    return content + trailer + std::string{snapshot_closing_magic};
  }
  static std::string with_index(const snapshot_index& index, const std::string& blocks = {}) {
    std::string encoded;
    codec<snapshot_index>::encode(index, encoded);
    return with_index(encoded, blocks);
  }
  static snapshot_index index_of(block_entry block) {
    return {some_header(), {{operator_id{1}, "counts (1/4)", {}, {{"t", counts_schema, {block}}}}}};
  }

  simulated_file_system files;
  std::string bytes;
};

TEST_F(SnapshotReader, ListsWhatIsInside) {
  const auto reader = snapshot_reader::open(files, path);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->path(), path);
  EXPECT_EQ(reader->size(), bytes.size());
  EXPECT_EQ(reader->about(), some_header());
  ASSERT_EQ(reader->operators().size(), 2U);
  EXPECT_EQ(reader->find(operator_id{0x1234}), &reader->operators()[0]);
  EXPECT_EQ(reader->find(operator_id{1}), nullptr);
  const auto& counts = reader->operators()[1];
  EXPECT_EQ(counts.tables[0].name, "rolling");
  EXPECT_EQ(counts.tables[0].schema, counts_schema);
  const auto block = reader->read_block(counts, counts.tables[0], 1);
  ASSERT_TRUE(block);
  EXPECT_EQ(block->bytes, "x");
  EXPECT_EQ(block->entries, 1U);
  EXPECT_EQ(block->groups, (key_group_range{40, 41}));
}

TEST_F(SnapshotReader, FindsEveryFlippedBit) {
  for (std::size_t byte = 0; byte < bytes.size(); ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      files.put(path, flipped(byte, 1 << bit));
      ASSERT_FALSE(read_snapshot(files, path).ok()) << "byte " << byte << ", bit " << bit;
    }
  }
}

TEST_F(SnapshotReader, FindsThatAFileWasCutOffAnywhere) {
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    files.put(path, bytes.substr(0, length));
    ASSERT_FALSE(read_snapshot(files, path).ok()) << length;
  }
}

TEST_F(SnapshotReader, FindsTornWritesAndForeignPieces) {
  for (const auto seed : seeds_for(200)) {
    SCOPED_TRACE(seed);
    random_numbers random{seed};
    auto torn = bytes;
    const auto begin = random.below(bytes.size());
    const auto length = random.below(bytes.size() - begin) + 1;
    for (std::size_t i = begin; i < begin + length; ++i) {
      torn[i] = random.below(2) == 0 ? '\0' : static_cast<char>(random.below(256));
    }
    files.put(path, torn);
    const auto read = read_snapshot(files, path);
    if (read) {
      ASSERT_EQ(*read, some_snapshot());
    }
  }
}

TEST_F(SnapshotReader, NamesTheBlockThatIsDamaged) {
  EXPECT_EQ(message_of(flipped(16 + 11)),
            path +
                ": operator window-counts (2/4): table \"rolling\": block 2 at byte 27: "
                "checksum mismatch" +
                advice);
}

TEST_F(SnapshotReader, NamesTheOtherPartsThatAreDamaged) {
  EXPECT_EQ(message_of(flipped(9)), path + ": header: checksum mismatch" + advice);
  EXPECT_EQ(message_of(flipped(bytes.size() - 40)),
            path + ": index at byte 336: checksum mismatch" + advice);
  EXPECT_EQ(message_of(flipped(bytes.size() - 20)), path + ": trailer: checksum mismatch" + advice);
}

TEST_F(SnapshotReader, SaysThatAFileWasNeverFinished) {
  EXPECT_EQ(message_of(bytes.substr(0, 200)),
            path +
                ": has no trailer at its end, byte 200: it was never written to its end, or was "
                "cut off afterwards; restore from another checkpoint");
  EXPECT_EQ(message_of(bytes.substr(0, 16)),
            path +
                ": has no trailer at its end, byte 16: it was never written to its end, or was "
                "cut off afterwards; restore from another checkpoint");
}

TEST_F(SnapshotReader, TellsEmptyAndForeignFilesApart) {
  EXPECT_EQ(message_of(""), path +
                                ": the file is empty: the snapshot was never written or its "
                                "bytes were lost; restore from another checkpoint");
  EXPECT_EQ(message_of("symbol,price\n"),
            path + ": this is no Weir snapshot: such a file begins with WEIRSNAP");
}

TEST_F(SnapshotReader, SaysThatANewerWeirWroteIt) {
  files.put(path, encode_format_header({"WEIRSNAP", "snapshot", 4}) + bytes.substr(16));
  const auto reader = snapshot_reader::open(files, path);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.failure().code, error_code::invalid_argument);
  EXPECT_EQ(reader.failure().message, path +
                                          ": was written by a newer Weir (format 4; this one "
                                          "reads up to 3): use that version or a newer one");
}

TEST_F(SnapshotReader, SaysThatThereIsNoFile) {
  const auto reader = snapshot_reader::open(files, "/none");
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.failure().message, "open /none: no such file or directory");
}

TEST_F(SnapshotReader, BelievesNoPlaceOfAnIndex) {
  std::string trailer;
  codec<index_entry>::encode({16, std::uint64_t{1} << 60, 0}, trailer);
  codec<std::uint32_t>::encode(crc32c(trailer), trailer);
  trailer += snapshot_closing_magic;
  EXPECT_EQ(message_of(bytes.substr(0, 16) + trailer),
            path + ": trailer: an index of 1152921504606846976 bytes at byte 16 in a file of 48" +
                advice);
}

TEST_F(SnapshotReader, BelievesNoPlaceOfABlock) {
  const std::string place = path + ": operator counts (1/4): table \"t\": block 1 at byte ";
  const auto wrong = [&](std::uint64_t offset, std::uint32_t length) {
    return message_of(with_index(index_of({offset, length, 0, {0, 1}, 1})));
  };
  EXPECT_EQ(wrong(16, 4'000'000'000),
            place + "16: its 4000000000 bytes are not between the header and the index" + advice);
  for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{15}, std::uint64_t{16},
                                     std::uint64_t{17}, ~std::uint64_t{0}}) {
    EXPECT_TRUE(wrong(offset, 1).starts_with(place + std::to_string(offset))) << offset;
  }
}

TEST_F(SnapshotReader, BelievesNoKeyGroupsAndNoCountOfABlock) {
  const std::string place = path + ": operator counts (1/4): table \"t\": block 1 at byte 16: ";
  const auto wrong = [&](key_group_range groups, std::uint64_t entries) {
    return message_of(with_index(index_of({16, 5, crc32c("block"), groups, entries}), "block"));
  };
  EXPECT_EQ(wrong({7, 7}, 1), place + "key groups 7 to 7 of 128" + advice);
  EXPECT_EQ(wrong({0, 129}, 1), place + "key groups 0 to 129 of 128" + advice);
  EXPECT_EQ(wrong({0, 128}, 0), place + "no entries" + advice);
}

TEST_F(SnapshotReader, BelievesNoOtherNumberOfAnIndex) {
  const auto expect = [&](const snapshot_index& index, const std::string& problem) {
    EXPECT_EQ(message_of(with_index(index)), path + ": " + problem + advice);
  };
  snapshot_index index{some_header(), {}};
  index.about.max_parallelism = 40000;
  expect(index, "index: a max parallelism of 40000");
  index.about = some_header(4);
  expect(index, "index: subtask 4 of 4");
  index.about = some_header();
  index.operators.resize(2);
  index.operators[1].name = "twin";
  expect(index, "operator twin: is there twice");
  index.operators.resize(1);
  index.operators[0].tables.resize(2);
  index.operators[0].tables[1].name = "";
  expect(index, "operator : table \"\": is there twice");
}

TEST_F(SnapshotReader, BelievesNothingAboutAStore) {
  const auto expect = [&](const snapshot_index& index, const std::string& problem) {
    EXPECT_EQ(message_of(with_index(index)), path + ": " + problem + advice);
  };
  snapshot_index index{some_header(), {{operator_id{7}, "counts", {}, {}}}};
  auto& of = index.operators[0];
  of.tables = {{"t", counts_schema, {}, stored_range{std::string(4, 'p'), 1}}};
  expect(index, "operator counts: table \"t\": is in a store that the operator does not have");
  of.store = {{"1.run", 1}};
  expect(index, "operator counts: file \"1.run\" of its store: is file 1 of 0");
  index.files = {{checkpoint_id{18}, "1.run", 10}};
  expect(
      index,
      "index: shared file \"checkpoint 18: 1.run\" is of no earlier checkpoint, nor of this one");
  index.files = {{checkpoint_id{17}, "1.run", 10}};
  expect(index, "operator counts: table \"t\": is in a store that the operator does not have");
  of.store_format = "map";
  for (const std::string name : {"", ".", "..", "a/b", "/a"}) {
    of.store[0].name = name;
    expect(index, "operator counts: file \"" + name + "\" of its store: is no name");
  }
  of.store = {{"1.run", 1}, {"1.run", 1}};
  expect(index, "operator counts: file \"1.run\" of its store: is there twice");
  of.store.pop_back();
  of.tables[0].stored = stored_range{"pre", 5};
  expect(index, "operator counts: table \"t\": 5 entries behind a prefix of 3 bytes in its store");
  of.tables[0].stored = stored_range{std::string(4, 'p'), 0};
  expect(index, "operator counts: table \"t\": 0 entries behind a prefix of 4 bytes in its store");
}

TEST_F(SnapshotReader, RefusesAnIndexThatIsNone) {
  EXPECT_TRUE(message_of(with_index(std::string{"what"})).starts_with(path + ": index: "));
  std::string encoded;
  codec<snapshot_index>::encode({some_header(), {}}, encoded);
  EXPECT_EQ(message_of(with_index(encoded + "?")), path + ": index: 1 bytes too many" + advice);
}

}  // namespace
}  // namespace weir
