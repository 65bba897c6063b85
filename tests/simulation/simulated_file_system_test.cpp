// SPDX-License-Identifier: Apache-2.0
// A disk in memory behaves like one: the contract of api/file_system.hpp, without a disk, and what
// crashes and faults leave of it.
#include "coordination/simulation/simulated_file_system.hpp"

#include <set>

#include <gtest/gtest.h>

#include "tests/support/random_numbers.hpp"

namespace weir {
namespace {

class SimulatedFileSystem : public ::testing::Test {
protected:
  void write(const std::string& path, std::string_view content) {
    auto file = files_.create(path);
    ASSERT_TRUE(file.ok()) << file.failure().message;
    ASSERT_TRUE((*file)->append(content).ok());
    ASSERT_TRUE((*file)->sync().ok());
    ASSERT_TRUE((*file)->close().ok());
  }
  std::string read(const std::string& path, std::uint64_t offset = 0, std::size_t most = 100) {
    auto file = files_.open_for_reading(path);
    EXPECT_TRUE(file.ok());
    std::string content(most, '?');
    content.resize(*(*file)->read_at(offset, content));
    return content;
  }

  simulated_file_system files_;
};

TEST_F(SimulatedFileSystem, ReadsWhatWasWritten) {
  ASSERT_TRUE(files_.make_directories("/a/b").ok());
  write("/a/b/c", "hello");
  EXPECT_EQ(read("/a/b/c"), "hello");
  EXPECT_EQ(read("/a/b/c", 3), "lo");
  EXPECT_EQ(read("/a/b/c", 1, 2), "el");
  EXPECT_EQ(read("/a/b/c", 5), "");
  EXPECT_EQ(read("/a/b/c", 50), "");
  EXPECT_EQ(files_.content_of("/a/b/c"), "hello");
}

TEST_F(SimulatedFileSystem, PutsAFileWithItsDirectories) {
  files_.put("/in/flights.csv", "a,b\n");
  EXPECT_EQ(read("/in/flights.csv"), "a,b\n");
  EXPECT_EQ(files_.stat("/in")->what, file_status::kind::directory);
  EXPECT_EQ(files_.stat("/in/flights.csv")->size, 4U);
  EXPECT_EQ(files_.content_of("/nowhere"), "");
}

TEST_F(SimulatedFileSystem, EmptiesAFileThatIsCreatedAgain) {
  files_.put("/f", "old");
  write("/f", "new!");
  EXPECT_EQ(read("/f"), "new!");
}

TEST_F(SimulatedFileSystem, ListsNamesInOrder) {
  files_.put("/d/b", "");
  files_.put("/d/a", "");
  files_.put("/d/c/deeper", "");
  EXPECT_EQ(*files_.list("/d"), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(SimulatedFileSystem, RenamesOverAnExistingFile) {
  files_.put("/f", "new");
  files_.put("/g", "old");
  ASSERT_TRUE(files_.rename("/f", "/g").ok());
  EXPECT_EQ(read("/g"), "new");
  EXPECT_FALSE(files_.stat("/f").ok());
}

TEST_F(SimulatedFileSystem, KeepsAnOpenFileReadableAfterItsRemoval) {
  files_.put("/f", "content");
  auto open = files_.open_for_reading("/f");
  ASSERT_TRUE(files_.remove("/f").ok());
  EXPECT_EQ(*(*open)->size(), 7U);
  EXPECT_FALSE(files_.open_for_reading("/f").ok());
}

TEST_F(SimulatedFileSystem, NamesWhatIsMissing) {
  const auto expect_missing = [](const auto& outcome, const std::string& message) {
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.failure().code, error_code::not_found);
    EXPECT_EQ(outcome.failure().message, message);
  };
  expect_missing(files_.stat("/x"), "look at /x: no such file or directory");
  expect_missing(files_.list("/x"), "list /x: no such file or directory");
  expect_missing(files_.open_for_reading("/x"), "open /x: no such file or directory");
  expect_missing(files_.create("/x/y"), "create /x/y: no such file or directory");
  expect_missing(files_.rename("/x", "/y"), "rename /x: no such file or directory");
  expect_missing(files_.remove("/x"), "remove /x: no such file or directory");
}

TEST_F(SimulatedFileSystem, RefusesToWriteADirectory) {
  ASSERT_TRUE(files_.make_directories("/d").ok());
  const auto refused = files_.create("/d");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, error_code::invalid_argument);
  EXPECT_EQ(refused.failure().message, "create /d: is a directory");
}

TEST_F(SimulatedFileSystem, RemovesOnlyDirectoriesThatAreEmpty) {
  files_.put("/a/b", "x");
  EXPECT_EQ(files_.remove_directory("/a").failure().message, "remove the directory /a: not empty");
  EXPECT_EQ(files_.remove_directory("/c").failure().code, error_code::not_found);
  ASSERT_TRUE(files_.remove("/a/b").ok());
  ASSERT_TRUE(files_.remove_directory("/a").ok());
  EXPECT_FALSE(files_.stat("/a").ok());
}

TEST_F(SimulatedFileSystem, GivesALockToOneHolderAtATime) {
  ASSERT_TRUE(files_.make_directories("/a").ok());
  auto first = files_.lock("/a/lock");
  ASSERT_TRUE(first.ok());
  const auto second = files_.lock("/a/lock");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.failure().code, error_code::in_use);
  EXPECT_EQ(second.failure().message, "lock /a/lock: another process holds it");
  first->reset();
  EXPECT_TRUE(files_.lock("/a/lock").ok());
  EXPECT_FALSE(files_.lock("/none/lock").ok());
}

// --- Crashes of the machine ----------------------------------------------------------------------

// "synced" with a sync, " unsynced" without.
std::unique_ptr<writable_file> write_in_two_parts(file_system& files, const std::string& path) {
  auto file = files.create(path);
  EXPECT_TRUE((*file)->append("synced").ok());
  EXPECT_TRUE((*file)->sync().ok());
  EXPECT_TRUE((*file)->append(" unsynced").ok());
  return std::move(*file);
}

TEST(SimulatedFileSystemCrash, KeepsWhatWasSyncedAndARandomPrefixOfTheRest) {
  std::set<std::string> outcomes;
  for (const auto seed : every_seed_of(300)) {
    simulated_file_system files{seed};
    const auto file = write_in_two_parts(files, "f");
    EXPECT_EQ(files.content_of("f"), "synced unsynced");
    EXPECT_EQ(files.synced_content_of("f"), "synced");
    files.crash();
    const auto left = files.content_of("f");
    ASSERT_TRUE(left.starts_with("synced")) << "seed " << seed;
    ASSERT_TRUE(std::string{"synced unsynced"}.starts_with(left)) << "seed " << seed;
    EXPECT_EQ(files.synced_content_of("f"), left);
    files.crash();
    EXPECT_EQ(files.content_of("f"), left);
    outcomes.insert(left);
  }
  EXPECT_GE(outcomes.size(), 8U);
  EXPECT_TRUE(outcomes.contains("synced"));
}

TEST(SimulatedFileSystemCrash, LosesTheSameForTheSameSeed) {
  const auto crashed = [](std::uint64_t seed) {
    simulated_file_system files{seed};
    for (int n = 0; n < 20; ++n) write_in_two_parts(files, std::to_string(n));
    files.crash();
    std::string all;
    for (int n = 0; n < 20; ++n) all += files.content_of(std::to_string(n)) + ",";
    return all;
  };
  for (const auto seed : seeds_for(20)) {
    EXPECT_EQ(crashed(seed), crashed(seed)) << "seed " << seed;
    EXPECT_NE(crashed(seed), crashed(seed + 1)) << "seed " << seed;
  }
}

TEST(SimulatedFileSystemCrash, KeepsNamesButNotTheBytesBehindThem) {
  simulated_file_system files{1};
  files.put("/d/removed", "x");
  ASSERT_TRUE(files.make_directories("/e").ok());
  auto file = files.create("/d/pending");
  ASSERT_TRUE((*file)->append("never synced").ok());
  ASSERT_TRUE(files.rename("/d/pending", "/d/final").ok());
  ASSERT_TRUE(files.remove("/d/removed").ok());
  ASSERT_TRUE(files.create("/d/empty").ok());
  files.crash();
  EXPECT_EQ(*files.list("/d"), (std::vector<std::string>{"empty", "final"}));
  EXPECT_TRUE(files.stat("/e").ok());
  EXPECT_EQ(files.synced_content_of("/d/final"), files.content_of("/d/final"));
}

TEST(SimulatedFileSystemCrash, EndsOpenFiles) {
  simulated_file_system files{1};
  const auto writer = write_in_two_parts(files, "f");
  auto reader = files.open_for_reading("f");
  files.crash();
  const auto left = files.content_of("f");
  const auto refused = writer->append("more");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().message, "write f: Input/output error");
  EXPECT_FALSE(writer->sync().ok());
  std::string read(6, '?');
  EXPECT_FALSE((*reader)->read_at(0, read).ok());
  EXPECT_EQ(files.content_of("f"), left);
  EXPECT_TRUE(files.open_for_reading("f").ok());
}

TEST(SimulatedFileSystemCrash, IsTheSameOnACopyAndLeavesTheOriginalAlone) {
  simulated_file_system files{1};
  const auto writer = write_in_two_parts(files, "f");
  files.put("/d/a", "a");
  const auto image = files.copy(17);
  EXPECT_EQ(image->synced_content_of("f"), "synced");
  image->crash();
  image->put("/d/b", "b");
  EXPECT_EQ(*image->list("/d"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(files.content_of("f"), "synced unsynced");
  EXPECT_EQ(*files.list("/d"), std::vector<std::string>{"a"});
  EXPECT_TRUE(writer->append("!").ok());
}

TEST(SimulatedFileSystemCrash, CanComeAtEveryChangeOfTheDisk) {
  // Written as one should: what has the final name is whole, whenever the power goes.
  const auto replace = [](file_system& files, const std::string& content) -> status {
    auto file = files.create("pending");
    if (!file) return file.failure();
    if (auto done = (*file)->append(content.substr(0, 3)); !done) return done;
    if (auto done = (*file)->append(content.substr(3)); !done) return done;
    if (auto done = (*file)->sync(); !done) return done;
    return files.rename("pending", "final");
  };
  for (std::uint64_t change = 1; change <= 6; ++change) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      simulated_file_system files{seed};
      files.put("final", "before");
      files.faults().cut_power_at(change);
      EXPECT_EQ(replace(files, "afterwards").ok(), change == 6);
      EXPECT_EQ(files.stat("final").ok(), change == 6);
      files.crash();
      EXPECT_EQ(files.content_of("final"), change == 6 ? "afterwards" : "before");
      EXPECT_TRUE(files.stat("final").ok());
    }
  }
}

// --- Faults --------------------------------------------------------------------------------------

class SimulatedFileSystemFault : public ::testing::Test {
protected:
  SimulatedFileSystemFault() { files_.put("/d/old", "0123456789"); }

  void fail_next(disk_operation what, bool takes_effect = false) {
    files_.faults().fail({.what = what, .nth = 1, .under = "/d/", .takes_effect = takes_effect});
  }
  template <class Outcome>
  static void expect_failure(const Outcome& outcome, const std::string& message) {
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.failure().code, error_code::io_failure);
    EXPECT_EQ(outcome.failure().message, message);
  }

  simulated_file_system files_{1};
};

TEST_F(SimulatedFileSystemFault, SaysWhatTheSystemWouldSay) {
  auto writer = files_.create("/d/new");
  auto reader = files_.open_for_reading("/d/old");
  std::string read(3, '?');
  fail_next(disk_operation::append);
  expect_failure((*writer)->append("x"), "write /d/new: Input/output error");
  fail_next(disk_operation::sync);
  expect_failure((*writer)->sync(), "sync /d/new: Input/output error");
  fail_next(disk_operation::create);
  expect_failure(files_.create("/d/other"), "create /d/other: Input/output error");
  fail_next(disk_operation::open);
  expect_failure(files_.open_for_reading("/d/old"), "open /d/old: Input/output error");
  fail_next(disk_operation::read);
  expect_failure((*reader)->read_at(0, read), "read /d/old: Input/output error");
  fail_next(disk_operation::rename);
  expect_failure(files_.rename("/d/old", "/d/x"), "rename /d/old to /d/x: Input/output error");
  fail_next(disk_operation::remove);
  expect_failure(files_.remove("/d/old"), "remove /d/old: Input/output error");
  EXPECT_EQ(*files_.list("/d"), (std::vector<std::string>{"new", "old"}));
  EXPECT_EQ(files_.content_of("/d/new"), "");
  EXPECT_EQ(*(*reader)->read_at(0, read), 3U);
  EXPECT_EQ(read, "012");
}

TEST_F(SimulatedFileSystemFault, MayHaveDoneWhatItSaysHasFailed) {
  fail_next(disk_operation::rename, true);
  expect_failure(files_.rename("/d/old", "/d/x"), "rename /d/old to /d/x: Input/output error");
  EXPECT_EQ(*files_.list("/d"), std::vector<std::string>{"x"});
  fail_next(disk_operation::remove, true);
  EXPECT_FALSE(files_.remove("/d/x").ok());
  fail_next(disk_operation::create, true);
  EXPECT_FALSE(files_.create("/d/y").ok());
  EXPECT_EQ(*files_.list("/d"), std::vector<std::string>{"y"});
}

TEST_F(SimulatedFileSystemFault, MayWriteAPartOfWhatItRefuses) {
  std::set<std::size_t> written;
  for (int n = 0; n < 100; ++n) {
    auto writer = files_.create("/d/new");
    fail_next(disk_operation::append, true);
    EXPECT_FALSE((*writer)->append("abcd").ok());
    EXPECT_TRUE(std::string{"abcd"}.starts_with(files_.content_of("/d/new")));
    written.insert(files_.content_of("/d/new").size());
  }
  EXPECT_EQ(written, (std::set<std::size_t>{0, 1, 2, 3, 4}));
}

TEST_F(SimulatedFileSystemFault, NeverMakesDurableWhatAFailedSyncHasLost) {
  auto writer = files_.create("/d/new");
  ASSERT_TRUE((*writer)->append("one").ok());
  ASSERT_TRUE((*writer)->sync().ok());
  ASSERT_TRUE((*writer)->append("two").ok());
  fail_next(disk_operation::sync);
  EXPECT_FALSE((*writer)->sync().ok());
  EXPECT_TRUE((*writer)->sync().ok());
  EXPECT_EQ(files_.content_of("/d/new"), "onetwo");
  EXPECT_EQ(files_.synced_content_of("/d/new"), "one");
}

TEST_F(SimulatedFileSystemFault, FillsUpAtItsCapacity) {
  files_.faults().capacity = 15;
  auto writer = files_.create("/d/new");
  ASSERT_TRUE((*writer)->append("abc").ok());
  expect_failure((*writer)->append("defg"), "write /d/new: No space left on device");
  EXPECT_EQ(files_.content_of("/d/new"), "abcde");
  EXPECT_EQ(files_.bytes_used(), 15U);
  ASSERT_TRUE(files_.remove("/d/old").ok());
  EXPECT_TRUE((*writer)->append("0123456789").ok());
  files_.faults().capacity = 3;
  EXPECT_FALSE((*writer)->append("x").ok());
  EXPECT_EQ(files_.bytes_used(), 15U);
  files_.faults().capacity.reset();
  EXPECT_TRUE((*writer)->append("x").ok());
}

TEST_F(SimulatedFileSystemFault, DamagesFilesAtRest) {
  EXPECT_TRUE(files_.flip_bit("/d/old", 9));
  EXPECT_TRUE(files_.flip_bit("/d/old", 0, 3));
  EXPECT_EQ(files_.content_of("/d/old"), "8123456788");
  EXPECT_FALSE(files_.flip_bit("/d/old", 10));
  EXPECT_TRUE(files_.truncate("/d/old", 2));
  EXPECT_EQ(files_.synced_content_of("/d/old"), "81");
  EXPECT_FALSE(files_.truncate("/d/old", 3));
  EXPECT_TRUE(files_.lose("/d/old"));
  EXPECT_FALSE(files_.stat("/d/old").ok());
  EXPECT_FALSE(files_.lose("/d/old"));
  EXPECT_FALSE(files_.flip_bit("/d/old", 0));
  EXPECT_FALSE(files_.truncate("/d/old", 0));
}

TEST_F(SimulatedFileSystemFault, FlipsBitsOnTheWayWithoutTouchingTheFile) {
  files_.faults().set({.flipped_read = {500'000}});
  auto reader = files_.open_for_reading("/d/old");
  int wrong = 0;
  for (int n = 0; n < 100; ++n) {
    std::string read(10, '?');
    ASSERT_EQ(*(*reader)->read_at(0, read), 10U);
    wrong += read == "0123456789" ? 0 : 1;
  }
  EXPECT_GT(wrong, 20);
  EXPECT_LT(wrong, 80);
  EXPECT_EQ(files_.content_of("/d/old"), "0123456789");
}

}  // namespace
}  // namespace weir
