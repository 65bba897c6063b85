// SPDX-License-Identifier: Apache-2.0
// Memory for tables is zero, aligned when it is large, and accounted for.
#include "state/huge_page_memory.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

bool is_zero(const void* memory, std::size_t bytes) {
  const auto* const begin = static_cast<const unsigned char*>(memory);
  return std::all_of(begin, begin + bytes, [](unsigned char byte) { return byte == 0; });
}

TEST(HugePageMemory, IsZeroAlsoWhenUsedAgain) {
  huge_page_memory memory;
  for (int round = 0; round < 3; ++round) {
    for (const std::size_t bytes :
         {std::size_t{1}, std::size_t{4096}, huge_page_memory::huge_page - 1,
          huge_page_memory::huge_page, 3 * huge_page_memory::huge_page + 5}) {
      void* const block = memory.allocate(bytes);
      ASSERT_TRUE(is_zero(block, bytes)) << bytes;
      std::memset(block, 0xAB, bytes);
      memory.release(block, bytes);
    }
  }
}

TEST(HugePageMemory, AlignsLargeBlocksToHugePages) {
  huge_page_memory memory;
  const std::size_t bytes = huge_page_memory::huge_page + 1;
  void* const first = memory.allocate(bytes);
  void* const second = memory.allocate(bytes);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % huge_page_memory::huge_page, 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(second) % huge_page_memory::huge_page, 0U);
  memory.release(first, bytes);
  memory.release(second, bytes);
}

TEST(HugePageMemory, CountsWhatIsInUse) {
  huge_page_memory memory;
  EXPECT_EQ(memory.bytes_in_use(), 0U);
  void* const small = memory.allocate(100);
  void* const large = memory.allocate(huge_page_memory::huge_page);
  EXPECT_EQ(memory.bytes_in_use(), huge_page_memory::huge_page + 100);
  memory.release(large, huge_page_memory::huge_page);
  EXPECT_EQ(memory.bytes_in_use(), 100U);
  memory.release(small, 100);
  EXPECT_EQ(memory.bytes_in_use(), 0U);
}

TEST(HugePageMemory, UsesAHugePageAgainForWhatNeedNotBeCleared) {
  constexpr std::size_t page = huge_page_memory::huge_page;
  huge_page_memory memory;
  void* const table = memory.allocate(8 * page);
  void* const first = memory.allocate_unset(page);
  memory.release(first, page);
  EXPECT_EQ(memory.bytes_in_use(), 8 * page);
  EXPECT_EQ(memory.allocate_unset(page), first);
  memory.release(first, page);
  void* const zeroed = memory.allocate(page);
  EXPECT_NE(zeroed, first);
  EXPECT_TRUE(is_zero(zeroed, page));
  memory.release(zeroed, page);
  memory.release(table, 8 * page);
}

TEST(HugePageMemory, KeepsNoMoreThanIsInUse) {
  constexpr std::size_t page = huge_page_memory::huge_page;
  huge_page_memory memory;
  std::vector<void*> pages(8);
  for (void*& each : pages) each = memory.allocate_unset(page);
  for (void* const each : pages) memory.release(each, page);
  EXPECT_EQ(memory.bytes_in_use(), 0U);
  // Four of the eight were kept, while as many were in use; nobody has used the others since.
  EXPECT_EQ(memory.bytes_kept(), 4 * page);
}

TEST(HugePageMemoryDeathTest, SaysWhatToDoWhenTheSystemHasNoMore) {
  huge_page_memory memory;
  EXPECT_DEATH(memory.allocate(std::size_t{1} << 62),
               "allocate a state table: the system has no 4611686018427387904 more bytes .0 in use "
               "by this operator.; give the process more memory or raise the parallelism");
}

}  // namespace
}  // namespace weir
