// SPDX-License-Identifier: Apache-2.0
// Whole files come durably, or not at all and with a reason.
#include "state/whole_file.hpp"

#include <gtest/gtest.h>

#include "coordination/simulation/simulated_file_system.hpp"

namespace weir {
namespace {

TEST(WholeFile, IsDurableWhenItIsWritten) {
  simulated_file_system disk;
  disk.put("/d/there", "");
  ASSERT_TRUE(write_whole_file(disk, "/d/a", "some bytes"));
  EXPECT_EQ(disk.synced_content_of("/d/a"), "some bytes");
  EXPECT_EQ(*read_whole_file(disk, "/d/a", 10), "some bytes");
}

TEST(WholeFile, IsRefusedWhenItIsLargerThanMakesSense) {
  simulated_file_system disk;
  disk.put("/d/a", "some bytes");
  const auto read = read_whole_file(disk, "/d/a", 9);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.failure().message, "/d/a: has 10 bytes, at most 9 make sense");
  EXPECT_EQ(read_whole_file(disk, "/d/b", 9).failure().code, error_code::not_found);
}

TEST(WholeFile, IsCopiedInPieces) {
  simulated_file_system disk;
  std::string bytes;
  for (int i = 0; bytes.size() < 3'000'000; ++i) bytes += std::to_string(i);
  disk.put("/d/a", bytes);
  ASSERT_TRUE(copy_whole_file(disk, "/d/a", "/d/b", bytes.size()));
  EXPECT_EQ(disk.synced_content_of("/d/b"), bytes);
  const auto longer = copy_whole_file(disk, "/d/a", "/d/c", bytes.size() + 1);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.failure().code, error_code::corrupt_data);
  EXPECT_EQ(longer.failure().message, "/d/a: ends after " + std::to_string(bytes.size()) + " of " +
                                          std::to_string(bytes.size() + 1) + " bytes");
}

}  // namespace
}  // namespace weir
