// SPDX-License-Identifier: Apache-2.0
// A program is there when it is whole and what its name says, and not before: whatever the order of
// the pieces, and whatever becomes of the disk.
#include "coordination/cluster/blob_store.hpp"

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

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
    const auto next = store_.add(chunk, now_);
    EXPECT_TRUE(next.ok()) << next.failure().message;
    return next ? *next : 0;
  }
  error refused(const blob_chunk& chunk) {
    const auto next = store_.add(chunk, now_);
    EXPECT_FALSE(next.ok());
    return next ? error{} : next.failure();
  }
  bool has() {
    const auto known = store_.has(hash);
    EXPECT_TRUE(known.ok());
    return known && *known;
  }

  bool is_removed_after(duration span) {
    now_ += span;
    const auto removed = store_.remove_unused(hash, now_);
    EXPECT_TRUE(removed.ok());
    EXPECT_EQ(has(), removed && !*removed);
    return removed && *removed;
  }

  processing_time now_{10h};
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
  EXPECT_EQ(*next.add(piece(0, 0), now_), 0U);
  EXPECT_EQ(*next.add(piece(0, 1000), now_), program.size());
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

TEST_F(BlobStore, RemovesWhatNobodyHasWantedForAnHour) {
  EXPECT_FALSE(*store_.remove_unused(hash, now_)) << "there is none";
  added(piece(0, 1000));
  EXPECT_FALSE(is_removed_after(59min));
  // Whoever asks whether it is here is about to submit a job.
  added(piece(0, 0));
  EXPECT_FALSE(is_removed_after(59min));
  store_.use(hash, now_);
  EXPECT_FALSE(is_removed_after(59min));
  EXPECT_TRUE(is_removed_after(1min));
  EXPECT_EQ(added(piece(0, 0)), 0U) << "it can be uploaded again";
  EXPECT_EQ(store_.remove_unused("../x", now_).failure().code, error_code::invalid_argument);
}

TEST_F(BlobStore, KeepsWhatAFormerLifeHasLeftForAnHour) {
  files_.put("/node/blobs/" + hash, program);
  EXPECT_FALSE(is_removed_after(5h));
  EXPECT_FALSE(is_removed_after(59min));
  EXPECT_TRUE(is_removed_after(1min));
}

TEST_F(BlobStore, ForgetsWhenSomethingWasWantedAndRemovesItAllTheSame) {
  added(piece(0, 1000));
  now_ += 3h;
  store_.remove_idle_drafts(now_);
  EXPECT_FALSE(is_removed_after(0s));
  for (int n = 0; n < 6; ++n) {
    EXPECT_FALSE(is_removed_after(n == 0 ? 0min : 10min));
    store_.remove_idle_drafts(now_);
  }
  EXPECT_TRUE(is_removed_after(10min));
}

TEST_F(BlobStore, SaysWhatItCannotRemove) {
  added(piece(0, 1000));
  now_ += 1h;
  files_.faults().set({.remove = per_million{1'000'000}});
  const auto failed = store_.remove_unused(hash, now_);
  ASSERT_FALSE(failed.ok());
  EXPECT_TRUE(failed.failure().message.starts_with("remove a program: "))
      << failed.failure().message;
}

TEST_F(BlobStore, RemovesUploadsThatDoNotGoOn) {
  const auto draft = "/node/blobs/.draft-" + hash;
  added(piece(0, 10));
  now_ += 59min;
  added(piece(10, 5));
  now_ += 59min;
  store_.remove_idle_drafts(now_);
  EXPECT_TRUE(files_.stat(draft).ok());
  now_ += 1min;
  store_.remove_idle_drafts(now_);
  EXPECT_EQ(files_.stat(draft).failure().code, error_code::not_found);
  EXPECT_EQ(added(piece(15, 1000)), 0U) << "it begins anew";
}

TEST_F(BlobStore, RemovesTheDraftsOfAFormerLifeAndNothingElse) {
  EXPECT_TRUE(store_.remove_former_drafts()) << "there is no directory yet";
  added(piece(0, 10));
  for (const auto* each : {".draft-", ".draft-x", ".drafts", "notes"}) {
    files_.put("/node/blobs/" + std::string{each}, "");
  }
  files_.put("/node/blobs/" + digest_of("other"), "other");
  blob_store next{files_, "/node/blobs"};
  EXPECT_TRUE(next.remove_former_drafts());
  EXPECT_EQ(files_.list("/node/blobs")->size(), 5U);
  EXPECT_EQ(files_.stat("/node/blobs/.draft-" + hash).failure().code, error_code::not_found);
}

TEST_F(BlobStore, RemembersNothingOfWhatIsNoHash) {
  store_.use(std::string(8 << 20, 'x'), now_);
  EXPECT_EQ(store_.remembered_uses(), 0U);
  store_.use(hash, now_);
  EXPECT_EQ(store_.remembered_uses(), 1U);
}

TEST_F(BlobStore, NamesAFileAsItsContentIsNamed) {
  files_.put("/bin/job", program);
  EXPECT_EQ(*program_hash(files_, "/bin/job"), hash);
  EXPECT_NE(program_hash(files_, "/bin/none").failure().message.find("/bin/none"),
            std::string::npos);
}

}  // namespace
}  // namespace weir
