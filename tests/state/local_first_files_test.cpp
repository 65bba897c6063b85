// SPDX-License-Identifier: Apache-2.0
// What is read is what the checkpoint has, from wherever it comes, and whatever has become of the
// copies.
#include "state/local_first_files.hpp"

#include "state/snapshot_set.hpp"
#include "tests/support/backed_up_snapshot.hpp"

namespace weir {
namespace {

class LocalFirstFiles : public backed_up_snapshot {
protected:
  void SetUp() override {
    backed_up_snapshot::SetUp();
    bytes_ = write();
    content_ = disk_.content_of(path());
  }
  local_first_files files(std::uint64_t expected = 0) {
    return {disk_, backup_, place(), {{path(), expected == 0 ? bytes_ : expected}}};
  }
  // All of it, so many bytes at a time.
  std::string read(local_first_files& from, std::size_t slice) {
    auto file = from.open_for_reading(path());
    EXPECT_TRUE(file) << file.failure().message;
    if (!file) return {};
    EXPECT_EQ(*(*file)->size(), bytes_);
    std::string all;
    for (std::string piece(slice, '\0');;) {
      const auto count = (*file)->read_at(all.size(), piece);
      EXPECT_TRUE(count);
      if (!count || *count == 0) return all;
      all += piece.substr(0, *count);
    }
  }
  void expect_warning(local_first_files& from, const std::string& about) {
    ASSERT_EQ(from.found().damaged.size(), 1U);
    const auto& said = from.found().damaged.front();
    EXPECT_TRUE(said.starts_with("the local copy of " + path() + " is damaged")) << said;
    EXPECT_NE(said.find(about), std::string::npos) << said;
  }

  std::uint64_t bytes_ = 0;
  std::string content_;
};

TEST_F(LocalFirstFiles, ReadTheCopyAndNothingElse) {
  ASSERT_TRUE(disk_.lose(path()));
  for (const std::size_t slice : {1000UL, 70'000UL, 1'000'000UL}) {
    auto from = files();
    EXPECT_EQ(read(from, slice), content_);
    EXPECT_EQ(from.found().read, (restored_bytes{bytes_, 0}));
  }
}

TEST_F(LocalFirstFiles, OpenAWholeSnapshot) {
  ASSERT_TRUE(disk_.lose(path()));
  auto from = files();
  const auto set = snapshot_set::open(from, {17}, {path()});
  ASSERT_TRUE(set) << set.failure().message;
  EXPECT_GT(from.found().read.local, 0U);
  EXPECT_EQ(from.found().read.remote, 0U);
}

TEST_F(LocalFirstFiles, ReadTheCheckpointWithoutAWordWhereThereIsNoCopy) {
  ASSERT_TRUE(disk_.lose(copy()->path));
  auto gone = files();
  EXPECT_EQ(read(gone, 1000), content_);
  EXPECT_EQ(gone.found().read, (restored_bytes{0, bytes_}));
  local_first_files none{disk_, nullptr, place(), {}};
  EXPECT_EQ(read(none, 1000), content_);
  EXPECT_EQ(none.found().read, (restored_bytes{0, bytes_}));
  EXPECT_TRUE(gone.found().damaged.empty());
  EXPECT_TRUE(none.found().damaged.empty());
}

TEST_F(LocalFirstFiles, ReadTheCheckpointFromThePieceOnThatIsDamaged) {
  for (const std::uint64_t at : {0UL, 65'535UL, 65'536UL, 199'000UL, bytes_ - 1}) {
    SCOPED_TRACE(at);
    write();
    ASSERT_TRUE(disk_.flip_bit(copy()->path, at, 3));
    auto from = files();
    EXPECT_EQ(read(from, 1000), content_);
    expect_warning(from, "checksum mismatch");
    EXPECT_EQ(from.found().read.local + from.found().read.remote, bytes_);
    EXPECT_GT(from.found().read.remote, 0U);
    EXPECT_FALSE(copy()) << "it is not tried again";
  }
}

TEST_F(LocalFirstFiles, ReadTheCheckpointWhenTheCopyIsTorn) {
  for (const std::uint64_t size : {0UL, 1UL, 65'536UL, bytes_ - 1}) {
    SCOPED_TRACE(size);
    write();
    ASSERT_TRUE(disk_.truncate(copy()->path, size));
    auto from = files();
    EXPECT_EQ(read(from, 1000), content_);
    expect_warning(from, "has " + std::to_string(size) + " bytes, not " + std::to_string(bytes_));
    EXPECT_EQ(from.found().read, (restored_bytes{0, bytes_}));
  }
}

TEST_F(LocalFirstFiles, ReadTheCheckpointWhenTheLocalDiskFails) {
  for (const auto what : {disk_operation::open, disk_operation::read}) {
    write();
    disk_.faults().fail({.what = what, .nth = 1, .under = "/local"});
    auto from = files();
    EXPECT_EQ(read(from, 1000), content_);
    expect_warning(from, "Input/output error");
  }
}

TEST_F(LocalFirstFiles, AnswerWithTheErrorOfTheCheckpointIfThatCannotBeReadEither) {
  ASSERT_TRUE(disk_.lose(path()));
  ASSERT_TRUE(disk_.flip_bit(copy()->path, 0));
  auto from = files();
  auto file = from.open_for_reading(path());
  ASSERT_TRUE(file);
  std::string into(10, '\0');
  const auto count = (*file)->read_at(0, into);
  ASSERT_FALSE(count);
  EXPECT_EQ(count.failure().code, error_code::not_found);
  EXPECT_FALSE(from.open_for_reading(path()));
}

TEST_F(LocalFirstFiles, DoNotUseACopyOfAnotherSizeThanTheManifestSays) {
  auto from = files(bytes_ + 1);
  EXPECT_EQ(read(from, 1000), content_);
  EXPECT_EQ(from.found().read, (restored_bytes{0, bytes_}));
  EXPECT_TRUE(copy()) << "it is the copy of another file, and not damaged";
}

TEST_F(LocalFirstFiles, DoNotUseTheContentOfAnotherCheckpointUnderTheRightName) {
  const auto size = disk_.content_of(copy()->path).size();
  disk_.put(copy()->path, std::string(size, 'o'));
  auto from = files();
  EXPECT_EQ(read(from, 1000), content_);
  expect_warning(from, "checksum mismatch");
}

// Takes any copy of the task's for that of the checkpoint, as if names had no checkpoint in them.
class confused_backup final : public local_backup {
public:
  using local_backup::local_backup;
  std::optional<local_copy> find(const checkpoint_file& of) const override {
    for (std::uint64_t id = 1; id <= 20; ++id) {
      if (auto found = local_backup::find({of.directory, {id}, of.name})) return found;
    }
    return std::nullopt;
  }
};

TEST_F(LocalFirstFiles, WouldBeCaughtIfTheyTookTheCopyOfAnotherCheckpoint) {
  const auto confused = std::make_shared<confused_backup>(disk_, "/local", "job");
  auto header = some_header();
  header.checkpoint = {16};
  copying_files writing{disk_, confused, place()};
  write_snapshot(writing, "/ck/chk-16/task-0.snap", header, some_content());
  local_first_files from{disk_, confused, place(), {}};
  const auto set = snapshot_set::open(from, {17}, {path()});
  ASSERT_FALSE(set);
  EXPECT_NE(set.failure().message.find("is of checkpoint 16"), std::string::npos)
      << set.failure().message;
}

TEST_F(LocalFirstFiles, FindTheWholeCopyOfAFileOfAStore) {
  auto from = files();
  ASSERT_TRUE(from.whole_copy(path(), bytes_));
  EXPECT_EQ(from.whole_copy(path(), bytes_)->path, copy()->path);
  EXPECT_FALSE(from.whole_copy(path(), bytes_ - 1));
  EXPECT_FALSE(from.whole_copy("/ck/chk-18/task-0.snap", bytes_));
  EXPECT_TRUE(from.found().damaged.empty());
  ASSERT_TRUE(disk_.flip_bit(copy()->path, bytes_ - 1));
  EXPECT_FALSE(from.whole_copy(path(), bytes_));
  expect_warning(from, "checksum mismatch");
}

}  // namespace
}  // namespace weir
