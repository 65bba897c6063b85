// SPDX-License-Identifier: Apache-2.0
// A program is there when it is whole and what its name says, and not before: whatever the order of
// the pieces, and whatever becomes of the disk.
#include "coordination/cluster/blob_store.hpp"

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"

namespace weir {
namespace {

std::string digest_of(std::string_view bytes) {
  sha256 sum;
  sum.update(bytes);
  return std::move(sum).finish();
}

const std::string program = "a program, as far as the store can tell";
const std::string hash = digest_of(program);

blob_chunk piece(std::uint64_t offset, std::size_t size) {
  return {.hash = hash,
          .total = program.size(),
          .offset = offset,
          .bytes = program.substr(offset, size)};
}

class BlobStore : public ::testing::Test {
protected:
  std::uint64_t added(const blob_chunk& chunk) {
    const auto next = store_.add(chunk);
    EXPECT_TRUE(next.ok()) << next.failure().message;
    return next ? *next : 0;
  }
  error refused(const blob_chunk& chunk) {
    const auto next = store_.add(chunk);
    EXPECT_FALSE(next.ok());
    return next ? error{} : next.failure();
  }
  bool has() {
    const auto known = store_.has(hash);
    EXPECT_TRUE(known.ok());
    return known && *known;
  }

  simulated_file_system files_;
  blob_store store_{files_, "/node/blobs"};
};

TEST_F(BlobStore, HasAProgramWhenAllItsPiecesHaveCome) {
  EXPECT_FALSE(has());
  EXPECT_EQ(added(piece(0, 10)), 10U);
  EXPECT_FALSE(has());
  EXPECT_EQ(added(piece(10, 1000)), program.size());
  EXPECT_TRUE(has());
  EXPECT_EQ(files_.synced_content_of(store_.path_of(hash)), program);
  EXPECT_EQ(files_.written_files().size(), 1U);
}

TEST_F(BlobStore, SaysWhereToGoOnAndTakesNothingElse) {
  EXPECT_EQ(added(piece(0, 0)), 0U);
  EXPECT_EQ(added(piece(0, 10)), 10U);
  EXPECT_EQ(added(piece(0, 10)), 10U);
  EXPECT_EQ(added(piece(20, 5)), 10U);
  EXPECT_EQ(added(piece(10, 100)), program.size());
  EXPECT_EQ(added(piece(0, 0)), program.size());
  EXPECT_EQ(added(piece(0, 10)), program.size());
  EXPECT_EQ(files_.content_of(store_.path_of(hash)), program);
}

TEST_F(BlobStore, RefusesBytesThatAreNotWhatTheirNameSaysAndForgetsThem) {
  auto wrong = piece(0, 1000);
  wrong.bytes[3] = '?';
  const auto why = refused(wrong);
  EXPECT_EQ(why.code, error_code::corrupt_data);
  EXPECT_NE(why.message.find("instead of " + hash), std::string::npos) << why.message;
  EXPECT_FALSE(has());
  EXPECT_TRUE(files_.list("/node/blobs")->empty());
  EXPECT_EQ(added(piece(0, 1000)), program.size());
  EXPECT_TRUE(has());
}

TEST_F(BlobStore, BeginsAnewWhereTheSizeIsAnother) {
  auto shorter = piece(0, 10);
  shorter.total = 20;
  EXPECT_EQ(added(shorter), 10U);
  EXPECT_EQ(added(piece(0, 0)), 0U);
  EXPECT_EQ(added(piece(0, 1000)), program.size());
}

TEST_F(BlobStore, RefusesWhatCannotBeAPieceOfAProgram) {
  auto named = piece(0, 10);
  named.hash = "../" + hash.substr(3);
  EXPECT_NE(refused(named).message.find("no SHA-256"), std::string::npos);
  auto empty = piece(0, 0);
  empty.total = 0;
  EXPECT_EQ(refused(empty).message, "store a program: it is empty");
  auto huge = piece(0, 10);
  huge.total = most_program_bytes + 1;
  EXPECT_NE(refused(huge).message.find("at most"), std::string::npos);
  auto behind = piece(0, 10);
  behind.offset = program.size();
  EXPECT_NE(refused(behind).message.find("too large"), std::string::npos);
  auto far = piece(0, 10);
  far.offset = ~std::uint64_t{0};
  EXPECT_NE(refused(far).message.find("too large"), std::string::npos);
  auto large = piece(0, 0);
  large.total = 2 * most_chunk_bytes;
  large.bytes.assign(most_chunk_bytes + 1, 'x');
  EXPECT_NE(refused(large).message.find("too large"), std::string::npos);
}

TEST_F(BlobStore, KnowsNothingOfAnUploadThatACrashHasTorn) {
  added(piece(0, 10));
  files_.crash();
  blob_store next{files_, "/node/blobs"};
  EXPECT_FALSE(*next.has(hash));
  EXPECT_EQ(*next.add(piece(0, 0)), 0U);
  EXPECT_EQ(*next.add(piece(0, 1000)), program.size());
  files_.crash();
  EXPECT_EQ(files_.content_of(next.path_of(hash)), program);
}

TEST_F(BlobStore, GivesOutWhatItHasPieceByPiece) {
  EXPECT_EQ(store_.read(hash, 0).failure().code, error_code::not_found);
  EXPECT_EQ(store_.read("x", 0).failure().code, error_code::invalid_argument);
  added(piece(0, 1000));
  const auto all = store_.read(hash, 0);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->bytes, program);
  EXPECT_EQ(all->total, program.size());
  EXPECT_EQ(store_.read(hash, 30)->bytes, program.substr(30));
  EXPECT_EQ(store_.read(hash, program.size())->bytes, "");
  EXPECT_EQ(store_.read(hash, program.size() + 1).failure().code, error_code::invalid_argument);
}

TEST_F(BlobStore, NamesAFileAsItsContentIsNamed) {
  files_.put("/bin/job", program);
  EXPECT_EQ(*program_hash(files_, "/bin/job"), hash);
  EXPECT_NE(program_hash(files_, "/bin/none").failure().message.find("/bin/none"),
            std::string::npos);
}

}  // namespace
}  // namespace weir
