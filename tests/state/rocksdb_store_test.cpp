// SPDX-License-Identifier: Apache-2.0
// What RocksDB's files do and what becomes of them; what its stores have is in entry_store_test.
#include "state/rocksdb_store.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "state/posix_file_system.hpp"
#include "tests/support/temporary_directory.hpp"

namespace weir {
namespace {

constexpr std::uint64_t little_memory = std::uint64_t{8} << 20;

// The name of the n-th process's directory.
std::string process(int n) {
  return "weir-rocksdb-" + std::to_string(user_id()) + "-" + std::to_string(n);
}

std::unique_ptr<entry_store> open(entry_stores& stores, const std::string& directory) {
  auto opened = stores.open({directory, little_memory}, "counts (2/4)");
  EXPECT_TRUE(opened) << opened.failure().message;
  return *std::move(opened);
}

// Enough for some files.
void fill(entry_store& store) {
  const std::string value(1000, 'v');
  for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(store.put(std::to_string(i), value));
  ASSERT_TRUE(store.commit());
}

TEST(RocksdbStore, RemovesItsFilesAndThoseOfTheProcess) {
  const temporary_directory directory;
  posix_file_system files;
  {
    rocksdb_stores stores{files};
    auto first = open(stores, directory.path());
    const auto second = open(stores, directory.path());
    EXPECT_TRUE(directory.has(process(0) + "/0"));
    first.reset();
    EXPECT_FALSE(directory.has(process(0) + "/0"));
    EXPECT_TRUE(directory.has(process(0) + "/1"));
  }
  EXPECT_EQ(directory.files(), (std::vector<std::string>{process(0) + ".lock"}));
}

TEST(RocksdbStore, KeepsItsFilesAsLongAsAView) {
  const temporary_directory directory;
  posix_file_system files;
  auto stores = std::make_unique<rocksdb_stores>(files);
  auto store = open(*stores, directory.path());
  fill(*store);
  auto view = store->view();
  store.reset();
  stores.reset();
  std::vector<stored_entry> found;
  ASSERT_TRUE(view->read("", "\xff", 100'000, found));
  EXPECT_EQ(found.size(), 20'000U);
  view.reset();
  EXPECT_FALSE(directory.has(process(0)));
}

TEST(RocksdbStore, TwoProcessesHaveADirectoryEach) {
  const temporary_directory directory;
  posix_file_system files;
  rocksdb_stores one{files};
  rocksdb_stores other{files};
  const auto first = open(one, directory.path());
  const auto second = open(other, directory.path());
  EXPECT_TRUE(directory.has(process(0) + "/0"));
  EXPECT_TRUE(directory.has(process(1) + "/0"));
}

// In the system's temporary directory a user can neither open nor remove the lock of another.
TEST(RocksdbStore, LeavesTheLocksOfOtherUsersAlone) {
  const temporary_directory directory;
  const auto other = "weir-rocksdb-" + std::to_string(user_id() + 1) + "-0";
  directory.write(other + ".lock/cannot be opened", "");
  directory.write(other + "/0/file", "of a process that may live");
  posix_file_system files;
  rocksdb_stores stores{files};
  const auto store = open(stores, directory.path());
  EXPECT_TRUE(directory.has(process(0) + "/0"));
  EXPECT_TRUE(directory.has(other + "/0/file"));
}

TEST(RocksdbStore, SaysThatItsDirectoryCannotBe) {
  const temporary_directory directory;
  directory.write("file", "");
  directory.write(process(0) + ".lock/file", "");
  posix_file_system files;
  rocksdb_stores stores{files};
  const auto message_in = [&](const std::string& parent) {
    const auto opened = stores.open({parent, little_memory}, "counts (2/4)");
    return opened ? "" : opened.failure().message;
  };
  const std::string advice =
      "; set state.backend.rocksdb.localdir to a directory in which this user can create files";
  EXPECT_EQ(message_in(directory / "file"), "make a directory for RocksDB in " +
                                                directory / "file" + ": make the directory " +
                                                directory / "file" + ": Not a directory" + advice);
  EXPECT_EQ(message_in(directory.path()), "make a directory for RocksDB in " + directory.path() +
                                              ": open " + directory / process(0) +
                                              ".lock: Is a directory" + advice);
}

TEST(RocksdbStore, NoticesThatAFileWasDamaged) {
  const temporary_directory directory;
  posix_file_system files;
  rocksdb_stores stores{files};
  const auto store = open(stores, directory.path());
  fill(*store);
  int damaged = 0;
  for (const auto& each : std::filesystem::directory_iterator{directory / (process(0) + "/0")}) {
    if (each.path().extension() != ".sst") continue;
    std::fstream file{each.path(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(static_cast<std::streamoff>(each.file_size() / 2));
    file << std::string(8000, '!');
    ++damaged;
  }
  ASSERT_GT(damaged, 0);
  std::vector<stored_entry> found;
  const status read = store->read("", "\xff", 100'000, found);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.failure().code, error_code::io_failure) << "another attempt may do better";
  const std::string& message = read.failure().message;
  EXPECT_TRUE(message.starts_with("read the RocksDB store of counts (2/4) in " +
                                  directory / process(0) + "/0: Corruption: "))
      << message;
  EXPECT_TRUE(
      message.ends_with("a file was damaged while the job ran: check the disk; the state "
                        "itself is in the last checkpoint"))
      << message;
}

TEST(RocksdbStore, SaysThatItCannotWrite) {
  const temporary_directory directory;
  posix_file_system files;
  rocksdb_stores stores{files};
  const auto store = open(stores, directory.path());
  // No file can be created any more: what a full disk does, too.
  std::filesystem::remove_all(directory / (process(0) + "/0"));
  const std::string value(1000, 'v');
  status written;
  for (int i = 0; i < 200'000 && written; ++i) written = store->put(std::to_string(i), value);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.failure().code, error_code::io_failure);
  const std::string& message = written.failure().message;
  EXPECT_TRUE(message.starts_with("write the RocksDB store of counts (2/4) in ")) << message;
  EXPECT_NE(message.find("state.backend.rocksdb.localdir"), std::string::npos) << message;
}

}  // namespace
}  // namespace weir
